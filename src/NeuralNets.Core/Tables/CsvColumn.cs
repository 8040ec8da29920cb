using System.Globalization;
using NeuralNets.Core.Data.Csv;

namespace NeuralNets.Core.Tables;

/// <summary>A column of a CSV file while it is read: numbers until a text comes.</summary>
/// <param name="position">Its position in the file.</param>
/// <param name="isKept">Whether its values are asked for; if not, only their kind is looked at.</param>
/// <param name="isText">Whether its values stay texts.</param>
/// <param name="marks">The texts that stand for a missing value.</param>
/// <param name="expectedCount">See <see cref="ColumnBuffer{TValue}"/>.</param>
internal sealed class CsvColumn(int position, bool isKept, bool isText, HashSet<string> marks, Func<long> expectedCount)
{
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _marks = marks.GetAlternateLookup<ReadOnlySpan<char>>();
    private ColumnBuffer<double>? _numbers = isKept && !isText ? new(expectedCount) : null;
    private TextColumnBuilder? _texts = isKept && isText ? new(marks, expectedCount) : null;
    private int _numberCount;
    private int _missingCount;
    private string? _firstText;
    private bool _isMissed; // numbers came before the first text, and are not kept as texts
    private bool _isSettled; // it has texts, and nothing more is to be found out
    private bool _hasFirst;

    public int Position => position;

    /// <summary>Whether the column must be read again: it has texts, and numbers came before them.</summary>
    public bool NeedsSecondReading => _isMissed && isKept;

    /// <summary>Whether there are values, and all are numbers.</summary>
    public bool HasNumbersOnly => _numberCount > 0 && _firstText is null;

    /// <summary>Adds the field of a row.</summary>
    /// <param name="rows">The rows, at that row.</param>
    /// <param name="hasNumericMarks">Whether a number may stand for a missing value.</param>
    public void Add(CsvRows rows, bool hasNumericMarks)
    {
        if (_isSettled)
        {
            ReadOnlySpan<char> text = rows.Field(position);
            _texts?.Add(text);
        }
        else if (!hasNumericMarks && rows.TryParse(position, out double number))
        {
            AddNumber(rows, number);
        }
        else
        {
            AddOther(rows, hasNumericMarks);
        }
    }

    /// <summary>Prepares another reading.</summary>
    /// <returns>Whether the column needs it.</returns>
    public bool BeginSecondReading()
    {
        if (NeedsSecondReading)
        {
            _isSettled = true;
            _numbers = null;
            _texts = new(marks, expectedCount);
        }

        return NeedsSecondReading;
    }

    /// <summary>Puts a row in front of the others, which is not a text if these are numbers.</summary>
    public void Prepend(string text, CultureInfo culture)
    {
        _hasFirst = true;
        bool isMissing = _marks.Contains(text);
        double number = double.NaN;
        if (_texts is not null || (!isMissing && !CsvRows.TryParseNumber(text, culture, out number)))
        {
            Texts().Prepend(text);
        }
        else
        {
            _numbers!.First = isMissing ? double.NaN : number;
        }
    }

    /// <summary>Makes the column, which keeps what was collected.</summary>
    public TableColumn ToColumn(string name) => _texts is null
        ? TableColumn.Create(name, _numbers!.ToSegment(_hasFirst))
        : _texts.ToColumn(name, _hasFirst, _isMissed ? $"{_numberCount} of the values are numbers, but {_firstText}" : null);

    private void AddOther(CsvRows rows, bool hasNumericMarks)
    {
        ReadOnlySpan<char> text = rows.Field(position);
        if (_marks.Contains(text))
        {
            AddMissing();
        }
        else if (hasNumericMarks && rows.TryParse(position, out double number))
        {
            AddNumber(rows, number);
        }
        else
        {
            _firstText ??= $"line {rows.Line} has {CsvRows.Quote(text)}";
            _isMissed |= _numberCount > 0 && isKept && !isText;
            _isSettled = !_isMissed;
            if (_isSettled && isKept)
            {
                Texts().Add(text);
            }
            else
            {
                _numbers = null;
            }
        }
    }

    private void AddNumber(CsvRows rows, double number)
    {
        _numberCount++;
        _numbers?.Add(number);
        _texts?.Add(rows.Field(position));
    }

    private void AddMissing()
    {
        _missingCount++;
        _numbers?.Add(double.NaN);
        _texts?.AddMissing(1);
    }

    /// <summary>Returns the texts, which begin with the missing values so far.</summary>
    private TextColumnBuilder Texts()
    {
        if (_texts is null)
        {
            _texts = new(marks, expectedCount);
            _texts.AddMissing(_missingCount);
            _numbers = null;
        }

        return _texts;
    }
}
