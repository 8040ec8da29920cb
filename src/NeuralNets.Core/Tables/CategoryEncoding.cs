using System.Globalization;

namespace NeuralNets.Core.Tables;

/// <summary>A category: a feature for each, of which that of the value is 1.</summary>
internal sealed class CategoryEncoding : ColumnEncoding
{
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
        Index = new(categories, areNumbers);
    }

    public IReadOnlyList<string> Categories { get; }

    public bool HasOther { get; }

    public bool AreNumbers { get; }

    /// <summary>Finds the category of a value.</summary>
    public CategoryIndex Index { get; }

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
                    string text = CategoryIndex.Canonical(number);
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

    protected override CellResult EncodeValue(TableCell cell, Span<double> features)
    {
        int position = Index.Find(cell);
        position = position < 0 && HasOther ? Categories.Count : position;
        if (position < 0)
        {
            return CellResult.Unknown;
        }

        features[position] = 1;
        return CellResult.Known;
    }

    /// <summary>Where training had no missing values, but empty texts, a missing value is one of these.</summary>
    protected override CellResult EncodeMissing(Span<double> features)
    {
        if (HasMissing)
        {
            return CellResult.Known;
        }

        int position = Index.Find(default(TableCell));
        if (position >= 0)
        {
            features[position] = 1;
        }

        return position < 0 ? CellResult.Unknown : CellResult.Known;
    }

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
