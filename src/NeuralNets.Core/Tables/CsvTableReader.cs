using System.Globalization;
using NeuralNets.Core.Data;
using NeuralNets.Core.Data.Csv;

namespace NeuralNets.Core.Tables;

/// <summary>Reads the rows of a CSV text into columns: all of them first, and then those again that have texts after numbers.</summary>
/// <remarks>Where it is not told whether the first row is a header, that row waits until all others are known, since they tell.</remarks>
internal sealed class CsvTableReader
{
    private readonly CsvOptions _options;
    private readonly HashSet<string> _marks;
    private readonly HashSet<string>? _kept;
    private readonly HashSet<string> _textColumns;
    private readonly bool _hasNumericMarks;
    private readonly CultureInfo _culture;
    private string[] _first = [];
    private int _firstLine;
    private CsvColumn[] _columns = [];
    private string[] _names = [];
    private bool _isHeader;
    private CsvRows? _rows;
    private int _rowCount;

    public CsvTableReader(CsvOptions options)
    {
        _options = options;
        _marks = new(options.MissingMarks, StringComparer.Ordinal);
        _kept = options.Columns is null ? null : new(options.Columns, StringComparer.Ordinal);
        _textColumns = new(options.TextColumns, StringComparer.Ordinal);
        _culture = options.Culture ?? CultureInfo.InvariantCulture;
        _hasNumericMarks = options.MissingMarks.Any(mark => CsvRows.TryParseNumber(mark, _culture, out _));
    }

    /// <summary>Reads the text for the first time.</summary>
    /// <returns>Whether it must be read for a second time.</returns>
    public bool ReadFirst(CsvRows rows)
    {
        if (!rows.Read())
        {
            throw new InvalidDataException($"{rows.Name}: there must be rows, but the file is empty.");
        }

        _firstLine = rows.Line;
        _first = [.. Enumerable.Range(0, rows.ColumnCount).Select(i => rows.Field(i).ToString())];
        _columns = [.. _first.Select((_, i) => new CsvColumn(i, IsNamed(_kept, i), IsNamed(_textColumns, i), _marks, ExpectedCount))];
        AddRows(rows, _columns);
        _isHeader = _options.Header switch
        {
            CsvHeader.Present => true,
            CsvHeader.Absent => false,
            _ => new CsvHeaderRule(rows.Name, _firstLine, _first, [.. _first.Select(IsMissing)], _culture).IsHeader(
                [.. _columns.Select(column => column.HasNumbersOnly)]),
        };
        _names = FindNames(rows.Name);
        return _rowCount > 0 || !_isHeader
            ? Array.FindAll(_columns, column => column.BeginSecondReading()).Length > 0
            : throw new InvalidDataException($"{rows.Name}: there must be rows, but there is only a header.");
    }

    /// <summary>Reads the same text for the second time.</summary>
    public void ReadSecond(CsvRows rows)
    {
        rows.Read();
        AddRows(rows, [.. _columns.Where(column => column.NeedsSecondReading)]);
    }

    /// <summary>Makes the table of what was read.</summary>
    public Table ToTable()
    {
        var columns = new List<TableColumn>();
        foreach (CsvColumn column in _columns)
        {
            if (_kept?.Contains(_names[column.Position]) == false)
            {
                continue;
            }

            if (!_isHeader && _options.Header == CsvHeader.Detect)
            {
                column.Prepend(_first[column.Position], _culture);
            }

            columns.Add(column.ToColumn(_names[column.Position]));
        }

        return new Table(columns);
    }

    /// <summary>Adds the rows that follow to the columns; if it is told that there is no header, the row at hand, too.</summary>
    private void AddRows(CsvRows rows, CsvColumn[] columns)
    {
        _rows = rows;
        _rowCount = 0;
        for (bool isRow = _options.Header == CsvHeader.Absent || rows.Read(); isRow; isRow = rows.Read())
        {
            if (rows.ColumnCount != _first.Length)
            {
                string cause = CsvMistake.OfRow(rows.Field(0), _first[0], rows.ColumnCount == 1, rows.Separator);
                throw rows.Error($"a row must have {_first.Length} fields like the first one, but has {rows.ColumnCount}.{cause}");
            }

            foreach (CsvColumn column in columns)
            {
                column.Add(rows, _hasNumericMarks);
            }

            _rowCount++;
        }
    }

    /// <summary>Returns about how many rows there will be, by how much of the text has been read; 0 if that is not known.</summary>
    private long ExpectedCount() => _rows?.Progress is > 0 and var progress ? (long)(_rowCount / progress) : 0;

    private bool IsMissing(string text) => _marks.Contains(text);

    /// <summary>Returns whether a column may be one of those that an option names: its name is known only later.</summary>
    private bool IsNamed(HashSet<string>? names, int column) =>
        names is null || names.Contains(_first[column]) || names.Contains(Unnamed(column));

    private static string Unnamed(int column) => $"column{column + 1}";

    private string[] FindNames(string file)
    {
        var positions = new Dictionary<string, int>(StringComparer.Ordinal);
        string[] names = new string[_first.Length];
        for (int i = 0; i < names.Length; i++)
        {
            names[i] = _isHeader && _first[i].Length > 0 ? _first[i] : Unnamed(i);
            if (!positions.TryAdd(names[i], i))
            {
                throw new InvalidDataException(
                    $"{file}, line {_firstLine}: columns must have different names, but columns {positions[names[i]] + 1} and {i + 1} are "
                    + $"both called {CsvRows.Quote(names[i])}.");
            }
        }

        foreach (string name in _options.TextColumns.Concat(_options.Columns ?? []))
        {
            if (!positions.ContainsKey(name))
            {
                string all = string.Join(", ", names.Take(20).Select(known => CsvRows.Quote(known)));
                throw new InvalidDataException(
                    $"{file}: there must be a column {CsvRows.Quote(name)}, which the options name, but there are "
                    + $"{all}{(names.Length > 20 ? $", … ({names.Length} in all)" : "")}."
                    + (_isHeader ? "" : $" Line {_firstLine} was taken for data: if it is a header, say {nameof(CsvHeader)}.Present."));
            }
        }

        return names;
    }
}
