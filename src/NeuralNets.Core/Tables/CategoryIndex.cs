using System.Globalization;
using NeuralNets.Core.Data.Csv;

namespace NeuralNets.Core.Tables;

/// <summary>Finds which of the categories, or classes, of training a value is.</summary>
/// <remarks>
/// Whether a column has numbers, truth values or texts is found out for each table, so the same field may be one in training and another
/// one later: of <c>01</c>, <c>2</c> and <c>x</c> a file with the first two has numbers only. So a number is also the one category that has
/// its value, and a truth value the one that has its meaning. Does not allocate for numbers and texts.
/// </remarks>
internal sealed class CategoryIndex
{
    private const int Ambiguous = -1;

    private readonly Dictionary<string, int> _texts = new(StringComparer.Ordinal);
    private readonly Dictionary<long, int> _numbers = []; // by the bits of the number
    private readonly Dictionary<bool, int> _truths = [];
    private readonly bool _areNumbers;

    /// <param name="texts">The categories, all different.</param>
    /// <param name="areNumbers">Whether training had them as numbers, so that a text is one of them if it is the same number.</param>
    public CategoryIndex(IReadOnlyList<string> texts, bool areNumbers)
    {
        _areNumbers = areNumbers;
        for (int i = 0; i < texts.Count; i++)
        {
            _texts.Add(texts[i], i);
            if (CsvRows.TryParseNumber(texts[i], CultureInfo.InvariantCulture, out double number))
            {
                Add(_numbers, Key(number), i);
            }

            if (bool.TryParse(texts[i], out bool truth))
            {
                Add(_truths, truth, i);
            }
        }

        // Of several with the same value, the one in the usual spelling is meant.
        foreach (long key in _numbers.Where(pair => pair.Value == Ambiguous).Select(pair => pair.Key).ToArray())
        {
            _numbers[key] = _texts.GetValueOrDefault(Canonical(BitConverter.Int64BitsToDouble(key)), Ambiguous);
        }
    }

    /// <summary>Returns the one text of a number, −0 as 0.</summary>
    public static string Canonical(double number) => (number + 0.0).ToString(CultureInfo.InvariantCulture);

    /// <summary>Returns the position of a value's category, −1 if it has none. A missing value has that of the empty text.</summary>
    public int Find(TableCell cell)
    {
        if (cell.Number is { } number)
        {
            return Find(number);
        }

        string text = cell.Text ?? string.Empty;
        return _texts.TryGetValue(text, out int position) ? position
            : text.Length == 0 ? -1
            : _areNumbers && CsvRows.TryParseNumber(text, CultureInfo.InvariantCulture, out number) ? Find(number)
            : bool.TryParse(text, out bool truth) ? Find(truth)
            : -1;
    }

    /// <summary>Returns the position of the category that has the value of a number, −1 if there is none.</summary>
    public int Find(double number) => _numbers.TryGetValue(Key(number), out int position) ? position : Ambiguous;

    /// <summary>Returns the position of the category that has the meaning of a truth value, −1 if there is none.</summary>
    public int Find(bool truth) => _truths.GetValueOrDefault(truth, Ambiguous);

    private static void Add<TKey>(Dictionary<TKey, int> positions, TKey key, int position)
        where TKey : notnull
    {
        if (!positions.TryAdd(key, position))
        {
            positions[key] = Ambiguous;
        }
    }

    /// <summary>Returns the bits of a number, of −0 those of 0.</summary>
    private static long Key(double number) => BitConverter.DoubleToInt64Bits(number + 0.0);
}
