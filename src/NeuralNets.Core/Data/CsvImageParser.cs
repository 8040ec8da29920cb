using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using NeuralNets.Core.Data.Csv;

namespace NeuralNets.Core.Data;

/// <summary>One reading of the images of one CSV file: the first row settles the columns.</summary>
internal sealed class CsvImageParser(CsvRows rows, CsvImageFormat format)
{
    private const int FirstStep = 1 << 16;

    /// <summary>From so many columns on, a square number of them looks like images without labels: no smaller ones are usual.</summary>
    private const int MinSuspiciousColumns = 64;

    /// <summary>What stands for a missing value in many files, and so is not the name of a column.</summary>
    private static readonly HashSet<string> s_missing = new(StringComparer.OrdinalIgnoreCase)
    {
        "", "NA", "N/A", "#N/A", "<NA>", "NaN", "NULL", "nil", "None", "missing", "?", "-", ".",
    };

    private string[] _first = [];
    private int _labelColumn;
    private int _pixelsPerImage;
    private int _height;
    private int _width;
    private byte[] _pixels = [];
    private byte[] _labels = [];
    private int _count;
    private int _capacity;

    /// <summary>Reads all rows as images with labels. Called once.</summary>
    public LabeledImages ReadLabeled()
    {
        Read();
        return new LabeledImages(_pixels, _labels, _height, _width);
    }

    /// <summary>Reads all rows as images without labels. Called once.</summary>
    public ByteTensor ReadUnlabeled()
    {
        Read();
        return new ByteTensor([_count, _height, _width], _pixels);
    }

    private void Read()
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
            string cause = CsvMistake.OfRow(_first[0], [], _first.Length == 1, rows.Separator);
            throw new InvalidDataException($"{rows.Name}: there must be rows of numbers, but there is only a header.{cause}");
        }

        Resize(_count);
    }

    /// <summary>Settles the columns from the first row.</summary>
    /// <returns>True when that row is a header.</returns>
    private bool ReadFirst()
    {
        _first = [.. Enumerable.Range(0, rows.ColumnCount).Select(i => rows.Field(i).ToString())];
        _pixelsPerImage = _first.Length - (format.HasLabels ? 1 : 0);
        if (_pixelsPerImage == 0)
        {
            throw rows.Error($"a row must have a label and at least 1 pixel, but has 1 field: {CsvRows.Quote(_first[0])}."
                + CsvMistake.OfRow(_first[0], [], isAlone: true, rows.Separator));
        }

        bool isHeader = IsHeader();
        var columns = new CsvImageColumns(rows, _first, format);
        _labelColumn = isHeader ? columns.FindByHeader() : columns.FindWithoutHeader();
        FindShape(isHeader);
        return isHeader;
    }

    private bool IsHeader()
    {
        if (format.Header != CsvHeader.Detect)
        {
            return format.Header == CsvHeader.Present;
        }

        bool[] isMissing = [.. _first.Select(s_missing.Contains)];
        return new CsvHeaderRule(rows.Name, rows.Line, _first, isMissing, CultureInfo.InvariantCulture).IsHeader(
            [.. _first.Select(_ => true)]);
    }

    private void FindShape(bool isHeader)
    {
        if (!format.TryGetShape(_pixelsPerImage, out _height, out _width))
        {
            string required = (format.Height, format.Width) switch
            {
                (int height, int width) => $"{height} x {width} = {(long)height * width}",
                (int height, null) => $"a multiple of the height, {height}",
                _ => $"a multiple of the width, {format.Width}",
            };
            throw rows.Error($"the number of pixel columns must be {required}, but is {_pixelsPerImage}.");
        }

        // Where nothing tells of labels, 784 columns are 28 x 28 pixels rather than a label and 783 pixels in one row.
        int side = (int)Math.Sqrt(_first.Length);
        bool isTold = isHeader || !format.HasLabels || format.LabelColumn is not null || format.Height is not null
            || format.Width is not null;
        if (!isTold && _first.Length >= MinSuspiciousColumns && side * side == _first.Length)
        {
            throw rows.Error(
                $"it must be clear whether the images have labels, but {_first.Length} columns without a header are as many as {side} x "
                + $"{side} pixels. Read images without labels with {nameof(CsvImageReader)}.{nameof(CsvImageReader.ReadUnlabeled)}; if "
                + "there are labels, give their column.");
        }
    }

    private void AddRow()
    {
        if (rows.ColumnCount != _first.Length)
        {
            throw rows.Error($"a row must have {_first.Length} fields like the first one, but has {rows.ColumnCount}."
                + CsvMistake.OfRow(rows.Field(0), _first[0], rows.ColumnCount == 1, rows.Separator));
        }

        if (_count == _capacity)
        {
            Grow();
        }

        Span<byte> pixels = _pixels.AsSpan(_count * _pixelsPerImage, _pixelsPerImage);
        int pixel = 0;
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
                pixels[pixel++] = (byte)value;
            }
        }

        _count++;
    }

    private void Grow()
    {
        int most = Array.MaxLength / _pixelsPerImage;
        if (_count == most)
        {
            throw rows.Error($"the pixels must fit an array of {Array.MaxLength} bytes, but this row goes beyond that.");
        }

        Resize((int)Math.Clamp(Math.Max(_capacity * 2L, FirstStep / _pixelsPerImage), 1, most));
    }

    private void Resize(int capacity)
    {
        Array.Resize(ref _pixels, capacity * _pixelsPerImage);
        Array.Resize(ref _labels, format.HasLabels ? capacity : 0);
        _capacity = capacity;
    }

    [DoesNotReturn]
    private void ThrowField(int column) => throw rows.Error(
        column,
        $"the {(column == _labelColumn ? "label" : "pixel")} must be a whole number from 0 to 255, but is "
        + $"{CsvRows.Quote(rows.Field(column))}.{Cause(column)}");

    private string Cause(int column) => column == _labelColumn && IsCounting()
        ? " The labels so far count the rows, so the column seems to have row numbers: write the file without them, in pandas with "
            + "to_csv(index=False)."
        : CsvMistake.OfRow(rows.Field(0), _first[0], rows.ColumnCount == 1, rows.Separator);

    /// <summary>Returns whether the labels are 0, 1, … up to the largest byte.</summary>
    private bool IsCounting()
    {
        for (int i = 0; i < _count; i++)
        {
            if (_labels[i] != i + _labels[0])
            {
                return false;
            }
        }

        return _count > 0 && _labels[_count - 1] == byte.MaxValue;
    }
}
