using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace NeuralNets.Core.Data;

/// <summary>One reading of one CSV file: the first row settles the columns, the others are parsed from bytes.</summary>
internal sealed class CsvImageParser(ByteSource source, CsvImageFormat format)
{
    private const int FirstStep = 1 << 16;
    private const int ShownText = 24;

    private readonly LineReader _lines = new(source);
    private int _columns;
    private int _labelColumn;
    private int _height;
    private int _width;
    private byte[] _pixels = [];
    private byte[] _labels = [];
    private int _count;

    /// <summary>The start of the first row if it was taken for a header, for messages.</summary>
    private byte[] _header = [];

    private int PixelsPerImage => _columns - 1;

    /// <summary>Reads all rows. Called once.</summary>
    public LabeledImages Read()
    {
        int blank = 0;
        while (_lines.TryRead(out ReadOnlySpan<byte> line))
        {
            if (_lines.Number == 1 && line.StartsWith("\uFEFF"u8))
            {
                line = line[3..];
            }

            if (_lines.Number == 1 && CsvMistake.OfFile(line) is { } mistake)
            {
                Throw(mistake);
            }

            if (line.TrimStart(" \t"u8).IsEmpty)
            {
                blank = blank == 0 ? _lines.Number : blank;
                continue;
            }

            if (blank != 0)
            {
                Throw($"blank lines may only follow the last row, but row {blank} is blank and row {_lines.Number} is not.");
            }

            if (_columns == 0 && ReadFirst(line))
            {
                continue;
            }

            AddRow(line);
        }

        if (_count == 0)
        {
            Throw(_columns == 0 ? "there must be rows of numbers, but the file is empty."
                : "there must be rows of numbers, but there is only a header.");
        }

        Array.Resize(ref _pixels, _count * PixelsPerImage);
        Array.Resize(ref _labels, _count);
        return new LabeledImages(_pixels, _labels, _height, _width);
    }

    /// <summary>Settles the columns from the first row.</summary>
    /// <returns>True when that row is a header.</returns>
    private bool ReadFirst(ReadOnlySpan<byte> line)
    {
        if (line.Contains((byte)'\r'))
        {
            Throw($"row {_lines.Number}: a row must end in LF or CR LF, but there is a CR without LF.");
        }

        CsvHeaderRow? header = null;
        if (format.Header != CsvHeader.Absent)
        {
            header = CsvHeaderRow.Read(line, format.LabelName);
            if (header is null)
            {
                Throw($"row {_lines.Number}: a quoted name must end in a quote and a comma, but one in {Shorten(line)} does "
                    + $"not.{CsvMistake.OfRow(line, [], _lines.Number)}");
            }

            header = format.Header == CsvHeader.Present || header.HasWord ? header : null;
        }

        _columns = header is null ? line.Count((byte)',') + 1 : header.Columns;
        if (_columns < 2)
        {
            Throw($"row {_lines.Number}: a row must have a label and at least 1 pixel, but it has 1 column: {Shorten(line)}."
                + CsvMistake.OfRow(line, [], _lines.Number));
        }

        _labelColumn = format.LabelName is null ? CheckLabelColumn() : FindLabelColumn(header);
        if (!format.TryGetShape(PixelsPerImage, out _height, out _width))
        {
            string required = (format.Height, format.Width) switch
            {
                (int height, int width) => $"{height} x {width} = {(long)height * width}",
                (int height, null) => $"a multiple of the height, {height}",
                _ => $"a multiple of the width, {format.Width}",
            };
            Throw($"the number of pixel columns must be {required}, but it is {PixelsPerImage}.");
        }

        _header = header is null ? [] : line[..Math.Min(line.Length, ShownText)].ToArray();
        return header is not null;
    }

    private int CheckLabelColumn()
    {
        int column = format.LabelColumn.GetOffset(_columns);
        if (column < 0 || column >= _columns)
        {
            Throw($"the label column must be one of the {_columns} columns (0 to {_columns - 1}, or from the end ^1 to "
                + $"^{_columns}), but it is {format.LabelColumn}.");
        }

        return column;
    }

    private int FindLabelColumn(CsvHeaderRow? header)
    {
        if (header is null)
        {
            Throw($"a header must name the label column \"{format.LabelName}\", but row {_lines.Number} is all numbers.");
        }

        if (header.FirstMatch < 0)
        {
            string names = string.Join(", ", header.Names.Select(field => $"\"{Shorten(field)}\""));
            string more = header.Columns > header.Names.Count ? $", … ({header.Columns} in all)" : string.Empty;
            Throw($"the header must name the label column \"{format.LabelName}\", but it names {names}{more}.");
        }

        if (header.LastMatch != header.FirstMatch)
        {
            Throw($"the header must name the label column \"{format.LabelName}\" once, but columns {header.FirstMatch + 1} and "
                + $"{header.LastMatch + 1} have that name.");
        }

        return header.FirstMatch;
    }

    private void AddRow(ReadOnlySpan<byte> line)
    {
        long end = (_count + 1L) * PixelsPerImage;
        if (end > _pixels.Length)
        {
            Grow(end);
        }

        Span<byte> pixels = _pixels.AsSpan(_count * PixelsPerImage, PixelsPerImage);
        int wrong = ParseRow(line, pixels, _labelColumn, out _labels[_count]);
        if (wrong >= 0)
        {
            ThrowRow(line, wrong);
        }

        _count++;
    }

    private void Grow(long required)
    {
        if (required > Array.MaxLength)
        {
            Throw($"the pixels must fit an array of {Array.MaxLength} bytes, but row {_lines.Number} goes beyond that.");
        }

        long capacity = Math.Max(_labels.Length * 2L, FirstStep / PixelsPerImage);
        capacity = Math.Clamp(capacity, _count + 1, Array.MaxLength / PixelsPerImage);
        Array.Resize(ref _pixels, (int)(capacity * PixelsPerImage));
        Array.Resize(ref _labels, (int)capacity);
    }

    /// <summary>Parses one row of numbers into its pixels and its label.</summary>
    /// <returns>−1, or the column, counted from 0, at which the row is not what it should be.</returns>
    private static int ParseRow(ReadOnlySpan<byte> line, Span<byte> pixels, int labelColumn, out byte label)
    {
        label = 0;
        int i = 0;
        int pixel = 0;
        for (int column = 0; column <= pixels.Length; column++)
        {
            while (i < line.Length && IsBlank(line[i]))
            {
                i++;
            }

            int first = i;
            uint value = 0;
            while (i < line.Length && IsDigit(line[i], out uint digit))
            {
                value = (value * 10) + digit;
                if (value > byte.MaxValue)
                {
                    return column;
                }

                i++;
            }

            if (i == first)
            {
                return column;
            }

            while (i < line.Length && IsBlank(line[i]))
            {
                i++;
            }

            if (column == labelColumn)
            {
                label = (byte)value;
            }
            else
            {
                pixels[pixel++] = (byte)value;
            }

            bool last = column == pixels.Length;
            if (i == line.Length ? !last : last || line[i] != ',')
            {
                return column;
            }

            i++;
        }

        return -1;
    }

    private static bool IsBlank(byte value) => value is (byte)' ' or (byte)'\t';

    private static bool IsDigit(byte value, out uint digit)
    {
        digit = (uint)value - '0';
        return digit <= 9;
    }

    [DoesNotReturn]
    private void ThrowRow(ReadOnlySpan<byte> line, int column)
    {
        int columns = line.Count((byte)',') + 1;
        if (columns != _columns)
        {
            Throw($"row {_lines.Number} must have {_columns} columns, but it has {columns}."
                + CsvMistake.OfRow(line, _header, _lines.Number));
        }

        ReadOnlySpan<byte> field = line;
        for (int i = 0; i < column; i++)
        {
            field = field[(field.IndexOf((byte)',') + 1)..];
        }

        int comma = field.IndexOf((byte)',');
        string what = column == _labelColumn ? "label" : "pixel";
        Throw($"row {_lines.Number}, column {column + 1}: the {what} must be a whole number from 0 to 255, but is "
            + $"{Shorten((comma < 0 ? field : field[..comma]).Trim(" \t"u8))}."
            + CsvMistake.OfRow(line, _header, _lines.Number));
    }

    private static string Shorten(ReadOnlySpan<byte> text) =>
        $"\"{Shorten(Encoding.UTF8.GetString(text.Length > 4 * ShownText ? text[..(4 * ShownText)] : text))}\"";

    /// <summary>Returns the start of a text, with control characters made visible.</summary>
    private static string Shorten(string text)
    {
        var shown = new StringBuilder();
        foreach (char character in text.Length > ShownText ? text.AsSpan(0, ShownText) : text)
        {
            _ = char.IsControl(character) ? shown.Append($"\\x{(int)character:x2}") : shown.Append(character);
        }

        return text.Length > ShownText ? $"{shown}…" : shown.ToString();
    }

    [DoesNotReturn]
    private void Throw(string message) => throw new InvalidDataException($"{source.Name}: {message}");
}
