using System.Buffers;
using System.Text;

namespace NeuralNets.Core.Data.Csv;

/// <summary>The text of a CSV file from its first row on, and its separator.</summary>
/// <remarks>
/// The text is UTF-8, or what a byte order mark at its start says. Excel's line <c>sep=;</c> is not a row: it names the separator. Where
/// neither it nor the caller does, the first rows tell.
/// </remarks>
internal sealed class CsvText : IDisposable
{
    /// <summary>How many characters the separator is told from.</summary>
    private const int HeadLength = 1 << 15;

    private const int BufferLength = 1 << 15;

    /// <summary>From how many bytes on those that wait in buffers hardly count.</summary>
    private const int FirstProgress = 1 << 22;

    private readonly ByteSource? _source;

    private CsvText(ByteSource? source, TextReader reader, string name, char? separator)
    {
        _source = source;
        Name = name;
        char[] head = ArrayPool<char>.Shared.Rent(HeadLength);
        try
        {
            ReadOnlySpan<char> start = head.AsSpan(0, reader.ReadBlock(head.AsSpan(0, HeadLength)));
            if (CsvMistake.OfText(start) is { } mistake)
            {
                throw new InvalidDataException($"{name}: {mistake}");
            }

            int skipped = ReadSeparatorLine(start, name, out char? told);
            FirstLine = skipped == 0 ? 1 : 2;
            Separator = separator ?? told ?? CsvSeparator.Detect(start[skipped..]);
            Reader = new HeadedReader(start[skipped..].ToArray(), reader, name);
        }
        catch (DecoderFallbackException exception)
        {
            throw NotUtf8(name, 1, exception);
        }
        finally
        {
            ArrayPool<char>.Shared.Return(head);
        }
    }

    /// <summary>The name of the file in messages.</summary>
    public string Name { get; }

    /// <summary>What lies between two fields.</summary>
    public char Separator { get; }

    /// <summary>The number of the line that <see cref="Reader"/> begins with, counted from 1.</summary>
    public int FirstLine { get; }

    /// <summary>About how much of the text has been read, 0 … 1; null if that is not known, as of gzip data, or is too little to tell
    /// from.</summary>
    public double? Progress => _source is { Remaining: { } rest, Position: > FirstProgress and var position }
        ? (position - HeadLength - BufferLength) / (double)(position + rest)
        : null;

    /// <summary>The rows.</summary>
    public TextReader Reader { get; }

    /// <summary>Reads bytes, which it disposes of, too, also when it throws.</summary>
    /// <param name="source">The bytes.</param>
    /// <param name="separator">The separator, or null to find it.</param>
    /// <param name="encoding">The encoding of a text without a byte order mark; null for UTF-8.</param>
    /// <exception cref="InvalidDataException">They are not text in that encoding.</exception>
    public static CsvText Read(ByteSource source, char? separator, Encoding? encoding)
    {
        try
        {
            var stream = new ByteSourceStream(source);
            if (CsvMistake.OfFile(stream.Head) is { } mistake)
            {
                throw new InvalidDataException($"{source.Name}: {mistake}");
            }

            // A byte that is not a character must be reported, instead of becoming one.
            encoding = (Encoding)(Marked(stream.Head) ?? encoding ?? Encoding.UTF8).Clone();
            encoding.DecoderFallback = DecoderFallback.ExceptionFallback;
            var reader = new StreamReader(stream, encoding, detectEncodingFromByteOrderMarks: false, BufferLength);
            return new(source, reader, source.Name, separator);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <summary>Reads text, which stays open.</summary>
    public static CsvText Read(TextReader reader, string name, char? separator) => new(null, reader, name, separator);

    /// <summary>Returns the exception for a text with bytes that are not characters.</summary>
    public static InvalidDataException NotUtf8(string name, int line, DecoderFallbackException cause) => new(
        $"{name}: the text must be UTF-8, or another encoding that is told or marked, but line {line} or one of those soon after it has "
        + $"bytes that are not ({Convert.ToHexStringLower(cause.BytesUnknown ?? [])}). Save the file as UTF-8, or give its encoding: "
        + "of many older files, Encoding.Latin1.",
        cause);

    /// <inheritdoc/>
    public void Dispose() => _source?.Dispose();

    /// <summary>Returns the encoding that a byte order mark names.</summary>
    private static Encoding? Marked(ReadOnlySpan<byte> head)
    {
        // UTF-32 first: its mark begins like that of UTF-16.
        Encoding[] encodings = [Encoding.UTF32, new UTF32Encoding(bigEndian: true, byteOrderMark: true), Encoding.UTF8,
            Encoding.Unicode, Encoding.BigEndianUnicode];
        foreach (Encoding encoding in encodings)
        {
            if (head.StartsWith(encoding.Preamble))
            {
                return encoding;
            }
        }

        return null;
    }

    private static int ReadSeparatorLine(ReadOnlySpan<char> head, string name, out char? separator)
    {
        separator = null;
        int end = head.IndexOfAny('\r', '\n');
        ReadOnlySpan<char> line = end < 0 ? head : head[..end];
        if (line.Length != 5 || !line.StartsWith("sep=", StringComparison.OrdinalIgnoreCase))
        {
            return 0;
        }

        separator = line[4];
        if (!CsvSeparator.IsPossible(line[4]))
        {
            throw new InvalidDataException(
                $"{name}, line 1: the separator must be a printable ASCII character other than a quote, '#', a letter or a digit, or a "
                + $"tab, but the line is {CsvRows.Quote(line)}. Change or remove the line.");
        }

        return end < 0 ? head.Length : end + (head[end..].StartsWith("\r\n") ? 2 : 1);
    }

    /// <summary>Some characters, and then those of a reader, which must be text, too. Disposing of it does nothing.</summary>
    private sealed class HeadedReader(ReadOnlyMemory<char> head, TextReader rest, string name) : TextReader
    {
        public override int Peek() => head.IsEmpty ? rest.Peek() : head.Span[0];

        public override int Read()
        {
            Span<char> one = stackalloc char[1];
            return Read(one) == 0 ? -1 : one[0];
        }

        public override int Read(char[] buffer, int index, int count) => Read(buffer.AsSpan(index, count));

        public override int Read(Span<char> buffer)
        {
            int length;
            if (head.IsEmpty)
            {
                length = rest.Read(buffer);
                return CsvMistake.OfText(buffer[..length]) is { } mistake ? throw new InvalidDataException($"{name}: {mistake}") : length;
            }

            length = Math.Min(head.Length, buffer.Length);
            head.Span[..length].CopyTo(buffer);
            head = head[length..];
            return length;
        }
    }
}
