using System.Buffers;
using System.Globalization;
using System.Text;
using nietras.SeparatedValues;

namespace NeuralNets.Core.Data.Csv;

/// <summary>The rows of a CSV text, one after the other: what the readers of images and tables have in common.</summary>
/// <remarks>
/// Sep finds rows and fields. What it leaves to its caller is here: fields are freed of their quotes, and a quote where RFC 4180 has none
/// is an error, since it would change where the field ends. Spaces and tabs around a field do not belong to it. A row whose fields are all
/// empty is passed over.
/// </remarks>
internal sealed class CsvRows : IDisposable
{
    /// <summary>The maximum number of columns: a limit, so that a file without line ends does not fill the memory.</summary>
    public const int MaxColumns = 1 << 21;

    private const string Blanks = " \t";

    /// <summary>What the plain spelling of a number consists of.</summary>
    private static readonly SearchValues<char> s_digits = SearchValues.Create("0123456789");
    private static readonly SearchValues<char> s_plain = SearchValues.Create("0123456789.+-eE");

    private readonly CsvText _text;
    private readonly SepReader _reader;
    private readonly bool _isInvariant;
    private readonly CultureInfo _culture;
    private readonly string _blanks;
    private int _nextLine;
    private char[] _unescaped = [];

    /// <param name="text">The text, disposed of with the rows, also when this throws.</param>
    /// <param name="culture">How numbers are written; null for the invariant culture.</param>
    public CsvRows(CsvText text, CultureInfo? culture = null)
    {
        _text = text;
        _culture = culture ?? CultureInfo.InvariantCulture;

        // Not Equals: that compares names, and a copy may write numbers in another way.
        _isInvariant = ReferenceEquals(_culture, CultureInfo.InvariantCulture);
        _blanks = text.Separator == '\t' ? " " : Blanks;
        _nextLine = text.FirstLine;
        try
        {
            _reader = Sep.New(text.Separator).Reader(options => options with { HasHeader = false, DisableColCountCheck = true })
                .From(text.Reader);
        }
        catch (Exception exception)
        {
            text.Dispose();
            if (Explain(exception) is { } explained)
            {
                throw explained;
            }

            throw;
        }
    }

    /// <summary>The name of the file in messages.</summary>
    public string Name => _text.Name;

    /// <summary>The separator.</summary>
    public char Separator => _text.Separator;

    /// <inheritdoc cref="CsvText.Progress"/>
    public double? Progress => _text.Progress;

    /// <summary>The number of the line in which the row begins, counted from 1.</summary>
    public int Line { get; private set; }

    /// <summary>The number of fields of the row.</summary>
    public int ColumnCount { get; private set; }

    /// <summary>Goes to the next row that has a field that is not empty.</summary>
    /// <returns>False at the end.</returns>
    /// <exception cref="InvalidDataException">The text is not in its encoding, a row is longer than there is room for, or a quote stands
    /// where none belongs.</exception>
    public bool Read()
    {
        while (MoveNext())
        {
            if (!IsBlank())
            {
                CheckQuotes();
                return true;
            }
        }

        return false;
    }

    /// <summary>Returns a field without the blanks around it and without its quotes; valid until another one is read.</summary>
    /// <exception cref="InvalidDataException">It has a quote where none belongs, or one that is not closed.</exception>
    public ReadOnlySpan<char> Field(int column) => Field(column, out _);

    /// <inheritdoc cref="Field(int)"/>
    /// <param name="column">The position of the field.</param>
    /// <param name="isQuoted">Whether it stands in quotes.</param>
    public ReadOnlySpan<char> Field(int column, out bool isQuoted)
    {
        ReadOnlySpan<char> field = Trim(_reader.Current[column].Span);
        int quote = field.IndexOf('"');
        isQuoted = quote == 0;
        return quote < 0 ? field : isQuoted ? Unquote(field, column) : throw Misplaced(field, column);
    }

    /// <summary>Reads a field as a number.</summary>
    /// <returns>Whether it is one; infinity and NaN are none, in no spelling, and what is too large for a double is none.</returns>
    public bool TryParse(int column, out double value)
    {
        SepReader.Col field = _reader.Current[column];
        ReadOnlySpan<char> text = Trim(field.Span);
        if (_isInvariant && CsvNumber.TryParseShort(text, out value))
        {
            return true;
        }

        if (!(_isInvariant && IsPlain(text) ? field.TryParse(out value) : TryParseText(column, out value)))
        {
            return false;
        }

        return double.IsFinite(value);
    }

    /// <summary>Returns an exception with the place of the row.</summary>
    public InvalidDataException Error(string message) => new($"{Name}, line {Line}: {message}");

    /// <summary>Returns an exception with the place of a field.</summary>
    public InvalidDataException Error(int column, string message) => new($"{Name}, line {Line}, column {column + 1}: {message}");

    /// <summary>Returns a text for a message: the start of it, with control characters made visible.</summary>
    public static string Quote(ReadOnlySpan<char> text)
    {
        const int Shown = 24;
        var shown = new StringBuilder("\"");
        foreach (char character in text.Length > Shown ? text[..Shown] : text)
        {
            _ = char.IsControl(character) || char.IsSurrogate(character)
                ? shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}")
                : shown.Append(character);
        }

        return shown.Append(text.Length > Shown ? "…\"" : "\"").ToString();
    }

    /// <summary>Reads a text as a number; infinity and NaN, which parsers take in many spellings, are none.</summary>
    public static bool TryParseNumber(ReadOnlySpan<char> text, CultureInfo culture, out double value)
    {
        if (ReferenceEquals(culture, CultureInfo.InvariantCulture) && CsvNumber.TryParseShort(text, out value))
        {
            return true;
        }

        value = 0;
        return text.ContainsAny(s_digits) && double.TryParse(text, NumberStyles.Float, culture, out value)
            && double.IsFinite(value);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _reader.Dispose();
        _text.Dispose();
    }

    /// <summary>Returns the exception that says where the file is wrong; null if another one does not come from that.</summary>
    private InvalidDataException? Explain(Exception exception) => exception switch
    {
        DecoderFallbackException cause => CsvText.NotUtf8(Name, _nextLine, cause),

        // How Sep refuses a row beyond its buffer.
        NotSupportedException => new InvalidDataException(
            $"{Name}, line {_nextLine}: a row must be at most 16 million characters long, but one from here on is longer. A quote may have "
            + "been opened and not closed.",
            exception),
        _ => null,
    };

    private bool MoveNext()
    {
        Line = _nextLine;
        try
        {
            if (!_reader.MoveNext())
            {
                return false;
            }
        }
        catch (Exception exception) when (Explain(exception) is { } explained)
        {
            throw explained;
        }

        SepReader.Row row = _reader.Current;
        _nextLine = _text.FirstLine - 1 + row.LineNumberToExcl;
        ColumnCount = row.ColCount;
        return ColumnCount <= MaxColumns
            ? true
            : throw Error($"a row must have at most {MaxColumns} columns, but has {ColumnCount}.");
    }

    /// <summary>Checks the quotes of all fields, also of those that nobody will read: a wrong one can join two rows to one.</summary>
    private void CheckQuotes()
    {
        if (_reader.Current.Span.Contains('"'))
        {
            for (int i = 0; i < ColumnCount; i++)
            {
                Field(i);
            }
        }
    }

    private bool IsBlank()
    {
        for (int i = 0; i < ColumnCount; i++)
        {
            if (!Trim(_reader.Current[i].Span).IsEmpty)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Returns a field without the blanks around it, which most have not.</summary>
    private ReadOnlySpan<char> Trim(ReadOnlySpan<char> field) =>
        field.Length > 0 && field[0] > ' ' && field[^1] > ' ' ? field : field.Trim(_blanks);

    /// <summary>Returns whether a text may be a number in digits, and nothing else: Sep's fast parser takes words for infinity and NaN, and
    /// commas between digits, too.</summary>
    private static bool IsPlain(ReadOnlySpan<char> text) => text.Length > 0 && !text.ContainsAnyExcept(s_plain);

    private bool TryParseText(int column, out double value) => TryParseNumber(Field(column), _culture, out value);

    private ReadOnlySpan<char> Unquote(ReadOnlySpan<char> field, int column)
    {
        ReadOnlySpan<char> inside = field[1..];
        int quote = inside.IndexOf('"');
        if (quote < 0)
        {
            throw Error(column, $"a quote that is opened must be closed, but that of {Quote(field)} is not.");
        }

        if (quote == inside.Length - 1)
        {
            return inside[..^1];
        }

        if (_unescaped.Length < inside.Length)
        {
            _unescaped = new char[Math.Max(256, 2 * inside.Length)];
        }

        int length = 0;
        for (int i = 0; i < inside.Length; i++)
        {
            if (inside[i] == '"')
            {
                if (i == inside.Length - 1)
                {
                    return _unescaped.AsSpan(0, length);
                }

                if (inside[++i] != '"')
                {
                    throw Misplaced(field, column);
                }
            }

            _unescaped[length++] = inside[i];
        }

        throw Error(column, $"a quote that is opened must be closed, but that of {Quote(field)} is not.");
    }

    private InvalidDataException Misplaced(ReadOnlySpan<char> field, int column) => Error(
        column,
        $"a quote must open or close a whole field, or be doubled inside of one (RFC 4180), but {Quote(field)} has one elsewhere.");
}
