using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using NeuralNets.Core.Data.Csv;

namespace NeuralNets.Core.Data;

/// <summary>One reading of the images of one CSV file: the first row settles the columns.</summary>
internal sealed class CsvImageParser(CsvRows rows, CsvImageFormat format)
{
    private const int FirstStep = 1 << 16;

    /// <summary>What stands for a missing value in many files, and so is no name of a column.</summary>
    private static readonly string[] s_missing = ["", "NA", "N/A", "n/a", "#N/A", "NaN", "nan", "NULL", "null", "None", "?", "-"];

    private string[] _first = [];
    private int _labelColumn;
    private int _height;
    private int _width;
    private byte[] _pixels = [];
    private byte[] _labels = [];
    private int _count;

    private int PixelsPerImage => _first.Length - 1;

    /// <summary>Reads all rows. Called once.</summary>
    public LabeledImages Read()
    {
        if (!rows.Read())
        {
            throw new InvalidDataException($"{rows.Name}: there must be rows of numbers, but the file is empty.");
        }

        bool isHeader = ReadFirst();
        for (bool isRow = !isHeader || rows.Read(); isRow; isRow = rows.Read())
        {
            AddRow();
        }

        if (_count == 0)
        {
            throw new InvalidDataException($"{rows.Name}: there must be rows of numbers, but there is only a header.");
        }

        Array.Resize(ref _pixels, _count * PixelsPerImage);
        Array.Resize(ref _labels, _count);
        return new LabeledImages(_pixels, _labels, _height, _width);
    }

    /// <summary>Settles the columns from the first row.</summary>
    /// <returns>True when that row is a header.</returns>
    private bool ReadFirst()
    {
        _first = [.. Enumerable.Range(0, rows.ColumnCount).Select(i => rows.Field(i).ToString())];
        if (_first.Length < 2)
        {
            throw rows.Error($"a row must have a label and at least 1 pixel, but has 1 field: {CsvRows.Quote(_first[0])}."
                + CsvMistake.OfRow(_first[0], [], isAlone: true, rows.Separator));
        }

        bool[] isMissing = [.. _first.Select(field => s_missing.Contains(field))];
        bool isHeader = format.Header switch
        {
            CsvHeader.Present => true,
            CsvHeader.Absent => false,
            _ => new CsvHeaderRule(rows.Name, rows.Line, _first, isMissing, CultureInfo.InvariantCulture).IsHeader(
                [.. _first.Select(_ => true)]),
        };
        _labelColumn = format.LabelName is null ? CheckLabelColumn() : FindLabelColumn(isHeader, format.LabelName);
        if (!format.TryGetShape(PixelsPerImage, out _height, out _width))
        {
            string required = (format.Height, format.Width) switch
            {
                (int height, int width) => $"{height} x {width} = {(long)height * width}",
                (int height, null) => $"a multiple of the height, {height}",
                _ => $"a multiple of the width, {format.Width}",
            };
            throw rows.Error($"the number of pixel columns must be {required}, but is {PixelsPerImage}.");
        }

        return isHeader;
    }

    private int CheckLabelColumn()
    {
        int column = format.LabelColumn.GetOffset(_first.Length);
        return column >= 0 && column < _first.Length
            ? column
            : throw rows.Error($"the label column must be one of the {_first.Length} columns (0 to {_first.Length - 1}, or from the end "
                + $"^1 to ^{_first.Length}), but is {format.LabelColumn}.");
    }

    private int FindLabelColumn(bool isHeader, string name)
    {
        if (!isHeader)
        {
            throw rows.Error($"a header must name the label column {CsvRows.Quote(name)}, but the first row is all numbers.");
        }

        int first = Array.IndexOf(_first, name);
        int last = Array.LastIndexOf(_first, name);
        if (first < 0)
        {
            throw rows.Error($"the header must name the label column {CsvRows.Quote(name)}, but names {Names()}.");
        }

        return first == last
            ? first
            : throw rows.Error($"the header must name the label column {CsvRows.Quote(name)} once, but columns {first + 1} and {last + 1} "
                + "have that name.");
    }

    private string Names()
    {
        const int Shown = 8;
        string names = string.Join(", ", _first.Take(Shown).Select(name => CsvRows.Quote(name)));
        return _first.Length > Shown ? $"{names}, … ({_first.Length} in all)" : names;
    }

    private void AddRow()
    {
        if (rows.ColumnCount != _first.Length)
        {
            throw rows.Error($"a row must have {_first.Length} fields like the first one, but has {rows.ColumnCount}."
                + CsvMistake.OfRow(rows.Field(0), _first[0], rows.ColumnCount == 1, rows.Separator));
        }

        long end = (_count + 1L) * PixelsPerImage;
        if (end > _pixels.Length)
        {
            Grow(end);
        }

        Span<byte> pixels = _pixels.AsSpan(_count * PixelsPerImage, PixelsPerImage);
        for (int column = 0; column < _first.Length; column++)
        {
            if (!rows.TryParse(column, out double value) || !(value >= 0 && value <= byte.MaxValue) || value != Math.Truncate(value))
            {
                ThrowField(column);
            }

            if (column == _labelColumn)
            {
                _labels[_count] = (byte)value;
            }
            else
            {
                pixels[column < _labelColumn ? column : column - 1] = (byte)value;
            }
        }

        _count++;
    }

    private void Grow(long required)
    {
        if (required > Array.MaxLength)
        {
            throw rows.Error($"the pixels must fit an array of {Array.MaxLength} bytes, but this row goes beyond that.");
        }

        long capacity = Math.Max(_labels.Length * 2L, FirstStep / PixelsPerImage);
        capacity = Math.Clamp(capacity, _count + 1, Array.MaxLength / PixelsPerImage);
        Array.Resize(ref _pixels, (int)(capacity * PixelsPerImage));
        Array.Resize(ref _labels, (int)capacity);
    }

    [DoesNotReturn]
    private void ThrowField(int column) => throw rows.Error(
        column,
        $"the {(column == _labelColumn ? "label" : "pixel")} must be a whole number from 0 to 255, but is "
        + $"{CsvRows.Quote(rows.Field(column))}.{CsvMistake.OfRow(rows.Field(0), _first[0], rows.ColumnCount == 1, rows.Separator)}");
}
