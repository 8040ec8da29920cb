using System.Globalization;
using System.Text;

namespace NeuralNets.Core.Data;

/// <summary>What the first row of a CSV file says as text: is it a header, and which columns does it name.</summary>
/// <remarks>The names themselves are not kept, since there can be millions of them in a malicious file.</remarks>
internal sealed class CsvHeaderRow
{
    /// <summary>The maximum number of names that are kept, for messages.</summary>
    private const int KeptNames = 8;

    private readonly List<string> _names = [];

    private CsvHeaderRow()
    {
    }

    /// <summary>The number of fields.</summary>
    public int Columns { get; private set; }

    /// <summary>Whether any field is a word. An empty field is not one: it is a gap in data more likely than a name.</summary>
    public bool HasWord { get; private set; }

    /// <summary>The first column that has the name looked for, or −1.</summary>
    public int FirstMatch { get; private set; } = -1;

    /// <summary>The last column that has the name looked for, or −1.</summary>
    public int LastMatch { get; private set; } = -1;

    /// <summary>The first few fields.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>Reads a row, split at its commas; blanks around a field and quotes around it are taken off.</summary>
    /// <param name="line">The row.</param>
    /// <param name="name">The name to look for, or null.</param>
    /// <returns>Null when a quoted field has no closing quote, or text after it.</returns>
    public static CsvHeaderRow? Read(ReadOnlySpan<byte> line, string? name)
    {
        string text = Encoding.UTF8.GetString(line);
        var row = new CsvHeaderRow();
        int i = 0;
        do
        {
            if (!TryReadField(text, ref i, out ReadOnlySpan<char> field))
            {
                return null;
            }

            row.Add(field, name);
        }
        while (i++ < text.Length); // Steps over the comma; the end of the text ends the row.

        return row;
    }

    private void Add(ReadOnlySpan<char> field, string? name)
    {
        HasWord |= field.Length > 0 && !double.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out _);
        if (name is not null && field.SequenceEqual(name))
        {
            FirstMatch = FirstMatch < 0 ? Columns : FirstMatch;
            LastMatch = Columns;
        }

        if (_names.Count < KeptNames)
        {
            _names.Add(field.ToString());
        }

        Columns++;
    }

    private static bool TryReadField(string text, ref int i, out ReadOnlySpan<char> field)
    {
        SkipBlanks(text, ref i);
        if (i == text.Length || text[i] != '"')
        {
            int comma = text.IndexOf(',', i);
            int end = comma < 0 ? text.Length : comma;
            field = text.AsSpan(i, end - i).Trim();
            i = end;
            return true;
        }

        field = default;
        int start = i + 1;
        bool hasQuotes = false;
        while (true)
        {
            int quote = text.IndexOf('"', i + 1);
            if (quote < 0)
            {
                return false;
            }

            i = quote + 1;
            if (i == text.Length || text[i] != '"')
            {
                break;
            }

            hasQuotes = true; // A doubled quote is a quote.
        }

        field = text.AsSpan(start, i - 1 - start);
        if (hasQuotes)
        {
            field = field.ToString().Replace("\"\"", "\"", StringComparison.Ordinal);
        }

        SkipBlanks(text, ref i);
        return i == text.Length || text[i] == ',';
    }

    private static void SkipBlanks(string text, ref int i)
    {
        while (i < text.Length && text[i] is ' ' or '\t')
        {
            i++;
        }
    }
}
