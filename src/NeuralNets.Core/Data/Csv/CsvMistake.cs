namespace NeuralNets.Core.Data.Csv;

/// <summary>What is often taken for CSV and is something else, so that a message can name it.</summary>
internal static class CsvMistake
{
    /// <summary>Returns why a file, by its first bytes, cannot be text, and what to do; null if it can be.</summary>
    public static string? OfFile(ReadOnlySpan<byte> bytes) =>
        bytes.StartsWith("PK\u0003\u0004"u8)
            ? "the file must be text, but it is a ZIP archive, such as an Excel workbook (.xlsx). Save it as CSV."
        : bytes.StartsWith((ReadOnlySpan<byte>)[0xd0, 0xcf, 0x11, 0xe0])
            ? "the file must be text, but it is an Office document, such as an Excel workbook (.xls). Save it as CSV."
        : bytes.StartsWith("PAR1"u8)
            ? "the file must be text, but it is in the Parquet format. Save it as CSV."
        : null;

    /// <summary>Returns why a text cannot be in the encoding in which it was read, and what to do; null if it can be.</summary>
    public static string? OfText(ReadOnlySpan<char> text) => text.Contains('\0')
        ? "the text must have no NUL characters, but has: it may be UTF-16 or UTF-32 without a byte order mark. Save it as UTF-8."
        : null;

    /// <summary>Returns the likely causes of a row that does not fit, as sentences for the end of a message; empty if nothing
    /// shows.</summary>
    /// <param name="field">The first field of the row.</param>
    /// <param name="first">The first field of the row that was taken for the header, if there was one.</param>
    /// <param name="isAlone">Whether the row has no other field.</param>
    /// <param name="separator">What separates fields.</param>
    public static string OfRow(ReadOnlySpan<char> field, ReadOnlySpan<char> first, bool isAlone, char separator)
    {
        if (IsComment(field))
        {
            return " The row looks like a comment, and comments are not read: remove such lines.";
        }

        if (isAlone && OtherSeparator(field) is { } other)
        {
            return $" Fields are separated by {Name(separator)} in this file, but the row has {other}.";
        }

        return IsComment(first)
            ? " The first row was taken for the header, but looks like a comment, and comments are not read: remove such lines."
            : string.Empty;
    }

    private static string Name(char separator) => separator switch
    {
        ',' => "commas",
        ';' => "semicolons",
        '\t' => "tabs",
        '|' => "vertical bars",
        _ => $"'{separator}'",
    };

    private static bool IsComment(ReadOnlySpan<char> text)
    {
        text = text.TrimStart(" \t\"");
        return text.Length > 0 && (text[0] is '#' or '%' or '!' or '@' || text.StartsWith("//") || text.StartsWith("--")
            || text.StartsWith("/*"));
    }

    private static string? OtherSeparator(ReadOnlySpan<char> text) =>
        text.Contains(';') ? "semicolons"
        : text.Contains('|') ? "vertical bars"
        : text.Contains(',') ? "commas"
        : text.Contains('\t') ? "tabs"
        : text.Contains(' ') ? "spaces"
        : null;
}
