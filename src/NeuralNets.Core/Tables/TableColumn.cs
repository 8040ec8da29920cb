using System.Globalization;

namespace NeuralNets.Core.Tables;

/// <summary>A column of a table: numbers or texts, some of which may be missing.</summary>
/// <remarks>Immutable. Texts are kept once each, however often they come.</remarks>
public sealed class TableColumn
{
    private readonly ArraySegment<double> _numbers; // NaN where one is missing; empty if the column is of texts
    private readonly ArraySegment<int> _codes; // positions in the texts, −1 where one is missing; empty if the column is of numbers
    private readonly string[] _texts; // those of the whole table that this one may be a part of

    private TableColumn(string name, ArraySegment<double> numbers, ArraySegment<int> codes, string[]? texts)
    {
        Name = name;
        _numbers = numbers;
        _codes = codes;
        _texts = texts ?? [];
        IsNumeric = texts is null;
        MissingCount = IsNumeric ? numbers.Count(double.IsNaN) : codes.Count(code => code < 0);
    }

    /// <summary>The name of the column, which is not empty.</summary>
    public string Name { get; }

    /// <summary>Whether the column has numbers; otherwise it has texts. One without any value has numbers.</summary>
    public bool IsNumeric { get; }

    /// <summary>The number of rows.</summary>
    public int Count => IsNumeric ? _numbers.Count : _codes.Count;

    /// <summary>The number of rows without a value.</summary>
    public int MissingCount { get; }

    /// <summary>The numbers of a numeric column, one per row; NaN where one is missing.</summary>
    /// <exception cref="InvalidOperationException">The column has texts.</exception>
    public ReadOnlySpan<double> Numbers => IsNumeric
        ? _numbers
        : throw new InvalidOperationException(
            $"Column \"{Name}\" must have numbers for that, but it has texts{(Mixture is null ? "" : ": " + Mixture)}.");

    /// <summary>What made a column, most of whose values are numbers, a column of texts; null if nothing did.</summary>
    internal string? Mixture { get; init; }

    /// <summary>The different texts that rows refer to by <see cref="Codes"/>; there may be some that no row refers to.</summary>
    internal IReadOnlyList<string> Texts => _texts;

    /// <summary>For each row the position of its text, −1 where it is missing.</summary>
    internal ReadOnlySpan<int> Codes => _codes;

    /// <summary>Creates a column of numbers.</summary>
    /// <param name="name">Its name, not empty.</param>
    /// <param name="numbers">One per row, NaN where it is missing; copied.</param>
    /// <returns>The column.</returns>
    /// <exception cref="ArgumentException">The name is null or empty, or a number is infinite.</exception>
    public static TableColumn FromNumbers(string name, ReadOnlySpan<double> numbers)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        for (int i = 0; i < numbers.Length; i++)
        {
            if (double.IsInfinity(numbers[i]))
            {
                throw new ArgumentException(
                    $"Numbers of a column must be finite, or NaN where one is missing, but row {i} of \"{name}\" is infinite.",
                    nameof(numbers));
            }
        }

        return Create(name, numbers.ToArray());
    }

    /// <summary>Creates a column of texts.</summary>
    /// <param name="name">Its name, not empty.</param>
    /// <param name="texts">One per row, null where it is missing; copied.</param>
    /// <returns>The column.</returns>
    /// <exception cref="ArgumentException">The name is null or empty.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="texts"/> is null.</exception>
    public static TableColumn FromTexts(string name, IEnumerable<string?> texts)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(texts);
        var builder = new TextColumnBuilder();
        foreach (string? text in texts)
        {
            if (text is null)
            {
                builder.AddMissing(1);
            }
            else
            {
                builder.Add(text);
            }
        }

        return builder.ToColumn(name);
    }

    /// <summary>Returns whether a row has no value.</summary>
    /// <param name="row">The row, from 0.</param>
    /// <returns>True if the value is missing.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public bool IsMissing(int row)
    {
        CheckRow(row);
        return IsNumeric ? double.IsNaN(_numbers[row]) : _codes[row] < 0;
    }

    /// <summary>Returns the value of a row as text: a number in its shortest form that is exact, in the invariant culture.</summary>
    /// <param name="row">The row, from 0.</param>
    /// <returns>The text, or null where the value is missing.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public string? GetText(int row) =>
        IsMissing(row) ? null : IsNumeric ? _numbers[row].ToString(CultureInfo.InvariantCulture) : _texts[_codes[row]];

    /// <summary>Returns the name and what the column has.</summary>
    /// <returns>For instance <c>sex: 344 texts, 11 missing</c>.</returns>
    public override string ToString() =>
        $"{Name}: {Count} {(IsNumeric ? "numbers" : "texts")}{(MissingCount == 0 ? "" : $", {MissingCount} missing")}";

    /// <param name="name">The name.</param>
    /// <param name="numbers">Kept.</param>
    internal static TableColumn Create(string name, ArraySegment<double> numbers) => new(name, numbers, [], null);

    /// <param name="name">The name.</param>
    /// <param name="codes">Kept.</param>
    /// <param name="texts">Kept.</param>
    /// <param name="mixture">See <see cref="Mixture"/>.</param>
    internal static TableColumn Create(string name, ArraySegment<int> codes, string[] texts, string? mixture = null) =>
        new(name, [], codes, texts) { Mixture = mixture };

    internal TableCell Cell(int row) => IsNumeric ? _numbers[row] : _codes[row] < 0 ? default : TableCell.OfText(_texts[_codes[row]]);

    internal TableColumn Select(ReadOnlySpan<int> rows) => IsNumeric
        ? Create(Name, Gather(_numbers, rows))
        : Create(Name, Gather(_codes, rows), _texts, Mixture);

    /// <summary>Returns how many rows have each text.</summary>
    internal int[] CountTexts()
    {
        int[] counts = new int[_texts.Length];
        foreach (int code in _codes)
        {
            if (code >= 0)
            {
                counts[code]++;
            }
        }

        return counts;
    }

    private static TValue[] Gather<TValue>(ArraySegment<TValue> values, ReadOnlySpan<int> rows)
    {
        var selected = new TValue[rows.Length];
        for (int i = 0; i < selected.Length; i++)
        {
            selected[i] = values[rows[i]];
        }

        return selected;
    }

    private void CheckRow(int row)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Count);
    }
}
