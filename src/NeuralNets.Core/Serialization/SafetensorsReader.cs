using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace NeuralNets.Core.Serialization;

/// <summary>
/// A safetensors file: eight bytes with the length of the header, the header in JSON, and the bytes of the tensors. Everything
/// that the header says is checked against the length of the file before any tensor is read.
/// </summary>
/// <remarks>
/// Source: the format's description in the safetensors project, and its reference reader for what is refused. What is ignored is
/// not judged: a tensor may have a dtype that is not known here, and metadata of others may be any JSON.
/// </remarks>
internal sealed class SafetensorsReader
{
    private const int PrefixLength = 8;
    private const long MaxHeaderLength = 100_000_000;

    private readonly Stream _stream;
    private readonly long _bufferStart;
    private readonly Dictionary<string, SafetensorsEntry> _entries;

    /// <summary>Reads and checks the header.</summary>
    /// <param name="stream">A stream that can seek, from its present position to its end.</param>
    /// <param name="name">The name of the stream in messages.</param>
    /// <exception cref="InvalidDataException">It is not a safetensors file.</exception>
    public SafetensorsReader(Stream stream, string name)
    {
        _stream = stream;
        Name = name;
        long length = stream.Length - stream.Position;
        if (length < PrefixLength)
        {
            Throw($"a safetensors file must have at least {PrefixLength} bytes, but has {Math.Max(length, 0)}.");
        }

        Span<byte> prefix = stackalloc byte[PrefixLength];
        stream.ReadExactly(prefix);
        ulong headerLength = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (headerLength > MaxHeaderLength || (long)headerLength > length - PrefixLength)
        {
            Throw($"the header must end within the file and have at most {MaxHeaderLength} bytes, but bytes 0 to 7 promise "
                + $"{headerLength} of {length - PrefixLength}.");
        }

        byte[] header = new byte[headerLength];
        stream.ReadExactly(header);
        _bufferStart = stream.Position;
        var content = new SafetensorsHeader(header, name);
        CheckOffsets([.. content.Entries.Values], length - PrefixLength - (long)headerLength);
        _entries = content.Entries;
        Metadata = content.Metadata;
    }

    /// <summary>The name of the file in messages.</summary>
    public string Name { get; }

    /// <summary>This library's texts in the metadata: see <see cref="OwnMetadata"/>.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The tensors.</summary>
    public IReadOnlyCollection<SafetensorsEntry> Entries => _entries.Values;

    /// <summary>Returns whether there is a tensor of that name.</summary>
    public bool Contains(string name) => _entries.ContainsKey(name);

    /// <summary>Finds a tensor.</summary>
    /// <exception cref="InvalidDataException">There is none of that name.</exception>
    public SafetensorsEntry this[string name]
    {
        get
        {
            if (!_entries.TryGetValue(name, out SafetensorsEntry? entry))
            {
                string present = string.Join(", ", _entries.Keys.Take(8).Select(StrictJson.Quote));
                Throw($"the file must have the tensor {StrictJson.Quote(name)}, but has "
                    + (_entries.Count == 0 ? "none" : present)
                    + $"{(_entries.Count > 8 ? $", … ({_entries.Count} in all)" : string.Empty)}.");
            }

            return entry;
        }
    }

    /// <summary>Returns the offset of the first byte of a tensor in the stream.</summary>
    public long OffsetOf(SafetensorsEntry entry) => _bufferStart + entry.Begin;

    /// <summary>Goes to the first byte of a tensor.</summary>
    /// <returns>The stream.</returns>
    public Stream Seek(SafetensorsEntry entry)
    {
        _stream.Position = OffsetOf(entry);
        return _stream;
    }

    [DoesNotReturn]
    public void Throw(string message) => throw new InvalidDataException($"{Name}: {message}");

    /// <summary>Checks that the tensors fill the buffer: every byte belongs to exactly one.</summary>
    private void CheckOffsets(SafetensorsEntry[] entries, long bufferLength)
    {
        // An empty tensor comes before the one that begins at the same byte.
        Array.Sort(entries, (left, right) => (left.Begin, left.End).CompareTo((right.Begin, right.End)));
        long end = 0;
        foreach (SafetensorsEntry entry in entries)
        {
            if (entry.Begin != end)
            {
                Throw($"tensor {StrictJson.Quote(entry.Name)} must begin where the one before ends, at byte {end}, but begins at "
                    + $"{entry.Begin}.");
            }

            end = entry.End;
        }

        if (end != bufferLength)
        {
            Throw($"the tensors must end at the end of the file, {bufferLength} bytes after the header, but end after {end}.");
        }
    }
}
