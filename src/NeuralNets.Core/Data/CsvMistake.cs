using System.Text;

namespace NeuralNets.Core.Data;

/// <summary>What is often taken for CSV with commas and is something else, so that a message can name it.</summary>
internal static class CsvMistake
{
    /// <summary>Returns why a file, by its first line, cannot be CSV in UTF-8, and what to do; null if it can be.</summary>
    /// <param name="line">The first line. Of UTF-16 it is up to the byte 0A, which is half a line feed.</param>
    public static string? OfFile(ReadOnlySpan<byte> line)
    {
        if (line.StartsWith("PK\u0003\u0004"u8))
        {
            return "the file must be text, but it is a ZIP archive, such as an Excel workbook (.xlsx). Save it as CSV.";
        }

        if (line.StartsWith((ReadOnlySpan<byte>)[0xd0, 0xcf, 0x11, 0xe0]))
        {
            return "the file must be text, but it is an Office document, such as an Excel workbook (.xls). Save it as CSV.";
        }

        bool hasMark = line.StartsWith((ReadOnlySpan<byte>)[0xff, 0xfe]) || line.StartsWith((ReadOnlySpan<byte>)[0xfe, 0xff]);
        if (hasMark || (line.Length > 1 && line[..2].IndexOf((byte)0) >= 0))
        {
            return $"the text must be UTF-8, but its first bytes, {Convert.ToHexStringLower(line[..2])}, are those of UTF-16 or UTF-32. "
                + "Save it as UTF-8.";
        }

        return Ascii.EqualsIgnoreCase(line.Length > 4 ? line[..4] : line, "sep="u8)
            ? $"row 1 must be data or a header, but is the line \"{Encoding.UTF8.GetString(line[..Math.Min(line.Length, 5)])}\", by which "
                + "Excel is told the separator. Remove the line; columns must be separated by commas."
            : null;
    }

    /// <summary>Returns the likely causes of a row that does not fit, as sentences for the end of a message; empty if nothing
    /// shows.</summary>
    /// <param name="line">The row.</param>
    /// <param name="first">The row that was taken for the header, if there was one.</param>
    /// <param name="row">The number of the row.</param>
    public static string OfRow(ReadOnlySpan<byte> line, ReadOnlySpan<byte> first, int row)
    {
        if (IsComment(line))
        {
            return $" Row {row} looks like a comment, and comments are not read: remove such lines.";
        }

        if (OtherSeparator(line) is { } separator)
        {
            return $" Columns must be separated by commas, but the row has {separator}.";
        }

        return IsComment(first)
            ? " Row 1 was taken for the header, but looks like a comment, and comments are not read: remove such lines."
            : string.Empty;
    }

    private static bool IsComment(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> text = line.TrimStart(" \t\""u8);
        return text.Length > 0 && (text[0] is (byte)'#' or (byte)'%' or (byte)'!' or (byte)'@' || text.StartsWith("//"u8)
            || text.StartsWith("--"u8) || text.StartsWith("/*"u8));
    }

    private static string? OtherSeparator(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> text = line.Trim(" \t"u8);
        return text.Contains((byte)';') ? "semicolons"
            : text.Contains((byte)'|') ? "vertical bars"
            : text.Contains((byte)',') ? null
            : text.Contains((byte)'\t') ? "tabs"
            : text.Contains((byte)' ') ? "spaces"
            : null;
    }
}
