using System.Diagnostics.CodeAnalysis;
using System.IO.Compression;

namespace NeuralNets.Core.Data;

/// <summary>
/// The bytes of a data file from first to last, decompressed when the file is gzip. Whether it is, its first two bytes say
/// (1f 8b), not its name.
/// </summary>
/// <remarks>
/// <see cref="GZipStream"/> ends quietly when its input is cut short: neither missing data nor a missing checksum is reported
/// (measured on .NET 10.0), and what follows the last member is ignored. So a further member of known content, the end mark, is
/// appended to the compressed bytes. It comes out last exactly when everything before it was whole members; the source holds
/// back as many bytes as the mark has, and compares them at the end.
/// <para>A small file can decompress to more than any memory holds. What comes out is limited by what has gone in:
/// <see cref="FreeExpansion"/> bytes and <see cref="MaxExpansion"/> times the compressed ones.</para>
/// </remarks>
internal sealed class ByteSource : IDisposable
{
    /// <summary>How many bytes any gzip data may decompress to.</summary>
    internal const long FreeExpansion = 1 << 24;

    /// <summary>How many times its own length gzip data may decompress to beyond that. Deflate can reach a thousand; data files
    /// reach ten.</summary>
    internal const long MaxExpansion = 100;

    private const int BufferSize = 1 << 16;
    private const int MagicLength = 2;

    // Text that repeats itself is written as Huffman codes, so the mark does not occur as such in the member made from it: a
    // truncated file cannot pass the appended bytes off as its own stored data.
    private static readonly byte[] s_endMark = "end of the gzip data, end of the gzip data, end of"u8.ToArray();
    private static readonly byte[] s_endMember = Compress(s_endMark);

    private readonly Stream _file;
    private readonly bool _leaveOpen;
    private readonly Stream _content;
    private readonly SplicedStream? _compressed;
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferSize);
    private readonly int _heldBack;
    private readonly long? _fileLength;
    private readonly long? _length;
    private int _start;
    private int _end;
    private bool _finished;
    private long _decompressed;

    /// <summary>Reads a stream from its present position to its end.</summary>
    /// <param name="stream">The bytes of the file.</param>
    /// <param name="name">Its name in messages.</param>
    /// <param name="leaveOpen">Whether <see cref="Dispose"/> leaves the stream open.</param>
    public ByteSource(Stream stream, string name, bool leaveOpen)
    {
        _file = stream;
        _leaveOpen = leaveOpen;
        Name = name;
        _fileLength = stream.CanSeek ? stream.Length - stream.Position : null;
        _end = stream.ReadAtLeast(_buffer.AsSpan(0, MagicLength), MagicLength, throwOnEndOfStream: false);
        if (_end == MagicLength && _buffer[0] == 0x1f && _buffer[1] == 0x8b)
        {
            _compressed = new SplicedStream([0x1f, 0x8b], stream, s_endMember);
            _content = new GZipStream(_compressed, CompressionMode.Decompress);
            _heldBack = s_endMark.Length;
            _end = 0;
        }
        else
        {
            _content = stream;
            _length = _fileLength;
        }
    }

    /// <summary>The name of the file in messages: its path, or the name given with the stream.</summary>
    public string Name { get; }

    /// <summary>The number of bytes read so far; of a gzip file, bytes after decompression.</summary>
    public long Position { get; private set; }

    /// <summary>The number of bytes left, or null when only reading them can tell (gzip, or a stream that cannot
    /// seek).</summary>
    public long? Remaining => _length - Position;

    /// <summary>The maximum number of bytes left, as far as is known. Of gzip data that is what its limit allows, for the length
    /// of the file or, when the stream cannot seek, for what has been read of it.</summary>
    public long MaxRemaining =>
        _compressed is null ? Remaining ?? long.MaxValue : Limit(_fileLength ?? _compressed.BodyLength) - Position;

    /// <summary>Opens a file for reading from start to end.</summary>
    public static ByteSource Open(string path)
    {
        FileStream file = InputFile.Open(path, bufferSize: 1, FileOptions.SequentialScan);
        try
        {
            return new ByteSource(file, path, leaveOpen: false);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Wraps a caller's stream, which stays open.</summary>
    public static ByteSource Wrap(Stream stream, string name)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new ByteSource(stream, name, leaveOpen: true);
    }

    /// <summary>Fills <paramref name="destination"/>, or as much of it as there are bytes left.</summary>
    /// <returns>The number of bytes written; fewer than asked for only at the end of the file.</returns>
    /// <exception cref="InvalidDataException">The gzip data is corrupt or incomplete, or other bytes follow it.</exception>
    public int Read(Span<byte> destination)
    {
        int written = 0;
        while (written < destination.Length)
        {
            int available = _end - _start - _heldBack;
            if (available <= 0)
            {
                if (!Fill())
                {
                    break;
                }

                continue;
            }

            int length = Math.Min(available, destination.Length - written);
            _buffer.AsSpan(_start, length).CopyTo(destination[written..]);
            _start += length;
            written += length;
            Position += length;
        }

        return written;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_content != _file)
        {
            _content.Dispose();
        }

        if (!_leaveOpen)
        {
            _file.Dispose();
        }
    }

    private static long Limit(long compressed) => FreeExpansion + (MaxExpansion * compressed);

    private static byte[] Compress(byte[] data)
    {
        var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal))
        {
            gzip.Write(data);
        }

        return compressed.ToArray();
    }

    private bool Fill()
    {
        if (_finished)
        {
            return false;
        }

        Span<byte> rest = _buffer.AsSpan(_start, _end - _start);
        rest.CopyTo(_buffer);
        _start = 0;
        _end = rest.Length;
        int length = ReadContent(_buffer.AsSpan(_end));
        _end += length;
        if (length > 0)
        {
            return true;
        }

        _finished = true;
        if (_heldBack > 0 && !_buffer.AsSpan(0, _end).SequenceEqual(s_endMark))
        {
            ThrowIncomplete(null);
        }

        return false;
    }

    private int ReadContent(Span<byte> destination)
    {
        if (_compressed is null)
        {
            return _content.Read(destination);
        }

        int length;
        try
        {
            length = _content.Read(destination);
        }
        catch (InvalidDataException exception)
        {
            if (_compressed.HasReachedTail)
            {
                ThrowIncomplete(exception); // Nothing was wrong with the file until it ended.
            }

            throw new InvalidDataException(
                $"{Name}: gzip data must be intact, but it is corrupt, somewhere after the first {Position} decompressed bytes.",
                exception);
        }

        _decompressed += length;
        CheckExpansion(_compressed.BodyLength);
        return length;
    }

    private void CheckExpansion(long compressed)
    {
        long limit = Limit(compressed);
        if (_decompressed > limit)
        {
            throw new InvalidDataException(
                $"{Name}: gzip data must not decompress to more than {FreeExpansion} bytes and {MaxExpansion} times its own, but the "
                + $"first {compressed} bytes decompress to more than {limit}. Decompress the file first if it is to be trusted.");
        }
    }

    [DoesNotReturn]
    private void ThrowIncomplete(Exception? cause) =>
        throw new InvalidDataException(
            $"{Name}: gzip data must be complete and be all there is, but it ends early or other bytes follow it, somewhere "
            + $"after the first {Position} decompressed bytes.",
            cause);

    /// <summary>Some bytes, a stream, and some more bytes, read as one.</summary>
    private sealed class SplicedStream(byte[] head, Stream body, byte[] tail) : ForwardStream
    {
        private int _headRead;
        private int _tailRead;

        /// <summary>Whether head and body have been read to their ends.</summary>
        public bool HasReachedTail { get; private set; }

        /// <summary>The number of bytes of the body that have been read.</summary>
        public long BodyLength { get; private set; }

        public override int Read(Span<byte> buffer)
        {
            if (_headRead < head.Length)
            {
                return Copy(head, ref _headRead, buffer);
            }

            if (!HasReachedTail)
            {
                int length = body.Read(buffer);
                BodyLength += length;
                if (length > 0 || buffer.IsEmpty)
                {
                    return length;
                }

                HasReachedTail = true;
            }

            return Copy(tail, ref _tailRead, buffer);
        }

        private static int Copy(byte[] source, ref int read, Span<byte> destination)
        {
            int length = Math.Min(source.Length - read, destination.Length);
            source.AsSpan(read, length).CopyTo(destination);
            read += length;
            return length;
        }
    }
}
