using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace NeuralNets.Core.Data;

/// <summary>The first row of a CSV file as text: is it a header, and which columns does it name.</summary>
internal static class CsvHeaderRow
{
    /// <summary>Splits a row at its commas; blanks around a field and quotes around it are taken off.</summary>
    /// <returns>False when a quoted field has no closing quote, or text after it.</returns>
    public static bool TrySplit(ReadOnlySpan<byte> line, [NotNullWhen(true)] out string[]? fields)
    {
        string text = Encoding.UTF8.GetString(line);
        var found = new List<string>();
        int i = 0;
        do
        {
            if (!TryReadField(text, ref i, out string? field))
            {
                fields = null;
                return false;
            }

            found.Add(field);
        }
        while (i++ < text.Length); // Steps over the comma; the end of the text ends the row.

        fields = [.. found];
        return true;
    }

    /// <summary>Whether any field is a word. An empty field is not one: it is a gap in data more likely than a name.</summary>
    public static bool IsHeader(string[] fields) =>
        Array.Exists(
            fields,
            field => field.Length > 0 && !double.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out _));

    private static bool TryReadField(string text, ref int i, [NotNullWhen(true)] out string? field)
    {
        SkipBlanks(text, ref i);
        if (i == text.Length || text[i] != '"')
        {
            int comma = text.IndexOf(',', i);
            int end = comma < 0 ? text.Length : comma;
            field = text[i..end].Trim();
            i = end;
            return true;
        }

        var unquoted = new StringBuilder();
        field = null;
        while (true)
        {
            int quote = text.IndexOf('"', i + 1);
            if (quote < 0)
            {
                return false;
            }

            unquoted.Append(text, i + 1, quote - i - 1);
            i = quote + 1;
            if (i == text.Length || text[i] != '"')
            {
                break;
            }

            unquoted.Append('"'); // A doubled quote is a quote.
        }

        SkipBlanks(text, ref i);
        field = unquoted.ToString();
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
