using System.Globalization;
using NeuralNets.Core.Data.Csv;

namespace NeuralNets.Core.Tables;

/// <summary>A category: a feature for each, of which that of the value is 1.</summary>
internal sealed class CategoryEncoding : ColumnEncoding
{
    private readonly Dictionary<string, int> _positions = new(StringComparer.Ordinal);

    /// <param name="column">The name of the column.</param>
    /// <param name="categories">The categories that have a feature of their own, all different.</param>
    /// <param name="hasOther">Whether all others have one together, after them.</param>
    /// <param name="areNumbers">Whether training had them as numbers, so that a text is one of them if it is the same number.</param>
    /// <param name="hasMissing">Whether a missing value has a feature.</param>
    public CategoryEncoding(string column, IReadOnlyList<string> categories, bool hasOther, bool areNumbers, bool hasMissing)
        : base(column, hasMissing)
    {
        Categories = categories;
        HasOther = hasOther;
        AreNumbers = areNumbers;
        foreach (string category in categories)
        {
            _positions.Add(category, _positions.Count);
        }
    }

    public IReadOnlyList<string> Categories { get; }

    public bool HasOther { get; }

    public bool AreNumbers { get; }

    public override int ValueFeatureCount => Categories.Count + (HasOther ? 1 : 0);

    public override string Requirement => "a category";

    /// <summary>Finds the categories of training: the most frequent ones, in order.</summary>
    public static CategoryEncoding Fit(TableColumn column, int maxCategories)
    {
        (string Text, int Count)[] categories = Count(column);
        bool hasOther = categories.Length > maxCategories;
        if (hasOther)
        {
            categories = [.. categories.OrderByDescending(category => category.Count).Take(maxCategories)];
        }

        string[] names = [.. categories.Select(category => category.Text)];
        Sort(names, column.IsNumeric);
        return new CategoryEncoding(column.Name, names, hasOther, column.IsNumeric, column.MissingCount > 0);
    }

    /// <summary>Returns the different values of a column as texts, in order, and how often each comes.</summary>
    public static (string Text, int Count)[] Count(TableColumn column)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        if (column.IsNumeric)
        {
            foreach (double number in column.Numbers)
            {
                if (!double.IsNaN(number))
                {
                    string text = Canonical(number);
                    counts[text] = counts.GetValueOrDefault(text) + 1;
                }
            }
        }
        else
        {
            int[] all = column.CountTexts();
            for (int i = 0; i < all.Length; i++)
            {
                counts[column.Texts[i]] = all[i];
            }
        }

        string[] texts = [.. counts.Where(count => count.Value > 0).Select(count => count.Key)];
        Sort(texts, column.IsNumeric);
        return [.. texts.Select(text => (text, counts[text]))];
    }

    public override string Describe() =>
        $"{Categories.Count} categories{(HasOther ? " and other" : "")}{(HasMissing ? ", missing: 1 feature" : "")}";

    protected override IEnumerable<string> NameValueFeatures() =>
        Categories.Concat(HasOther ? ["other"] : []).Select(category => $"{Column} = {category}");

    protected override CellResult EncodeValue<T>(TableCell cell, Span<T> features)
    {
        int position = Find(cell);
        if (position < 0)
        {
            return CellResult.Unknown;
        }

        features[position] = T.One;
        return CellResult.Known;
    }

    protected override void EncodeMissing<T>(Span<T> features)
    {
    }

    /// <summary>Returns the position of a value's category, that of the others if it has none, or −1 if there is no such either.</summary>
    private int Find(TableCell cell)
    {
        string text = cell.Text ?? Canonical(cell.Number!.Value);
        return _positions.TryGetValue(text, out int position) ? position
            : AreNumbers && CsvRows.TryParseNumber(text, CultureInfo.InvariantCulture, out double number)
                && _positions.TryGetValue(Canonical(number), out position) ? position
            : bool.TryParse(text, out bool truth) && _positions.TryGetValue(truth ? TableCell.True : TableCell.False, out position) ? position
            : HasOther ? Categories.Count
            : -1;
    }

    /// <summary>Returns the one text of a number, −0 as 0.</summary>
    private static string Canonical(double number) => (number + 0.0).ToString(CultureInfo.InvariantCulture);

    private static void Sort(string[] texts, bool areNumbers)
    {
        if (areNumbers)
        {
            Array.Sort([.. texts.Select(text => double.Parse(text, CultureInfo.InvariantCulture))], texts);
        }
        else
        {
            Array.Sort(texts, StringComparer.Ordinal);
        }
    }
}
