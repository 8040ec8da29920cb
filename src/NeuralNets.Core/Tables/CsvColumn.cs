using System.Globalization;
using NeuralNets.Core.Data.Csv;

namespace NeuralNets.Core.Tables;

/// <summary>A column of a CSV file while it is read: numbers until a text comes.</summary>
/// <param name="position">Its position in the file.</param>
/// <param name="isKept">Whether its values are asked for; if not, only their kind is looked at.</param>
/// <param name="isText">Whether its values stay texts.</param>
internal sealed class CsvColumn(int position, bool isKept, bool isText)
{
    private List<double> _numbers = [];
    private TextColumnBuilder? _texts = isText && isKept ? new() : null;
    private int _numberCount;
    private int _missingCount;
    private string? _firstText;
    private bool _isMissed; // numbers came before the first text, and are not kept as texts
    private bool _isSecondReading;

    public int Position => position;

    /// <summary>Whether the column must be read again: it has texts, and numbers came before them.</summary>
    public bool NeedsSecondReading => _isMissed && isKept;

    /// <summary>Whether there are values, and all are numbers.</summary>
    public bool HasNumbersOnly => _numberCount > 0 && _firstText is null;

    /// <summary>Adds the field of a row.</summary>
    public void Add(CsvRows rows, HashSet<string>.AlternateLookup<ReadOnlySpan<char>> marks, bool hasNumericMarks)
    {
        if (_isSecondReading)
        {
            AddText(rows.Field(position), marks);
            return;
        }

        bool mayBeNumber = _firstText is null || _numberCount > 0; // in a column of texts, numbers are not looked for
        bool isMissing = hasNumericMarks && marks.Contains(rows.Field(position));
        if (!isMissing && mayBeNumber && rows.TryParse(position, out double number))
        {
            AddNumber(rows, number, marks);
        }
        else if (isMissing || marks.Contains(rows.Field(position)))
        {
            AddMissing();
        }
        else
        {
            _firstText ??= $"line {rows.Line} has {CsvRows.Quote(rows.Field(position))}";
            _isMissed |= _numberCount > 0 && !isText;
            if (isKept && !_isMissed)
            {
                Texts().Add(rows.Field(position));
            }
        }
    }

    /// <summary>Prepares another reading.</summary>
    /// <returns>Whether the column needs it.</returns>
    public bool BeginSecondReading()
    {
        _isSecondReading = true;
        _numbers = _isMissed ? [] : _numbers;
        _texts = _isMissed ? new() : _texts;
        return NeedsSecondReading;
    }

    /// <summary>Puts a row in front of the others, which is not a text if these are numbers.</summary>
    public void Prepend(string text, bool isMissing, CultureInfo culture)
    {
        if (_texts is not null || (_numberCount == 0 && !isMissing && !CsvRows.TryParseNumber(text, culture, out _)))
        {
            Texts().Prepend(text, isMissing);
            return;
        }

        double number = double.NaN;
        if (!isMissing)
        {
            CsvRows.TryParseNumber(text, culture, out number);
        }

        _numbers.Insert(0, number);
    }

    public TableColumn ToColumn(string name) => _texts is null
        ? TableColumn.Create(name, [.. _numbers])
        : _texts.ToColumn(name, _isMissed ? $"{_numberCount} of the values are numbers, but {_firstText}" : null);

    private void AddNumber(CsvRows rows, double number, HashSet<string>.AlternateLookup<ReadOnlySpan<char>> marks)
    {
        _numberCount++;
        if (_texts is not null)
        {
            AddText(rows.Field(position), marks);
        }
        else if (isKept && !_isMissed)
        {
            _numbers.Add(number);
        }
    }

    private void AddMissing()
    {
        _missingCount++;
        if (_texts is not null)
        {
            _texts.AddMissing(1);
        }
        else if (isKept && !_isMissed)
        {
            _numbers.Add(double.NaN);
        }
    }

    private void AddText(ReadOnlySpan<char> text, HashSet<string>.AlternateLookup<ReadOnlySpan<char>> marks)
    {
        if (marks.Contains(text))
        {
            _texts!.AddMissing(1);
        }
        else
        {
            _texts!.Add(text);
        }
    }

    /// <summary>Returns the texts, which begin with the missing values so far.</summary>
    private TextColumnBuilder Texts()
    {
        if (_texts is null)
        {
            _texts = new();
            _texts.AddMissing(_missingCount);
            _numbers = [];
        }

        return _texts;
    }
}
