using NeuralNets.Core.Data.Csv;

namespace NeuralNets.Core.Data;

/// <summary>Finds the label column of a CSV file of images, and refuses columns that are neither labels nor pixels, as far as names
/// tell.</summary>
/// <param name="rows">The rows, of which the first is at hand.</param>
/// <param name="first">The fields of the first row.</param>
/// <param name="format">What is known about the file.</param>
internal sealed class CsvImageColumns(CsvRows rows, string[] first, CsvImageFormat format)
{
    private const string Label = "label";

    private const string Unlabeled = nameof(CsvImageReader) + "." + nameof(CsvImageReader.ReadUnlabeled);

    /// <summary>What columns of row numbers are called, beside <c>Unnamed: 0</c>.</summary>
    private static readonly HashSet<string> s_rowNumbers = new(StringComparer.OrdinalIgnoreCase)
    {
        "#", "id", "idx", "index", "row", "rowid", "row_id", "rowname", "rownames", "row_names", "imageid", "image_id", "sampleid",
        "sample_id", "level_0",
    };

    /// <summary>Returns the label column of a file with a header.</summary>
    /// <returns>The position, or −1 if the images have no labels.</returns>
    /// <exception cref="InvalidDataException">There is none, it is not clear which one it is, or another column has no pixels.</exception>
    public int FindByHeader()
    {
        CheckNames();
        int label = !format.HasLabels ? -1
            : format.LabelName is { } name ? FindNamed(name)
            : format.LabelColumn is { } column ? FindByPosition(column)
            : FindUntold();
        CheckPixels(label);
        return label;
    }

    /// <summary>Returns the label column of a file without a header.</summary>
    /// <returns>The position, or −1 if the images have no labels.</returns>
    /// <exception cref="InvalidDataException">There is no such column.</exception>
    public int FindWithoutHeader() => format.HasLabels ? FindByPosition(format.LabelColumn ?? 0) : -1;

    private int FindByPosition(Index column)
    {
        int position = column.GetOffset(first.Length);
        return position >= 0 && position < first.Length
            ? position
            : throw rows.Error($"the label column must be one of the {first.Length} columns (0 to {first.Length - 1}, or from the end "
                + $"^1 to ^{first.Length}), but is {column}.");
    }

    private int FindNamed(string name)
    {
        int position = Array.IndexOf(first, name);
        int last = Array.LastIndexOf(first, name);
        return position < 0
            ? throw rows.Error($"the header must name the label column {CsvRows.Quote(name)}, but names {Names()}.")
            : position == last
            ? position
            : throw rows.Error($"the header must name the label column {CsvRows.Quote(name)} once, but columns {position + 1} and "
                + $"{last + 1} have that name.");
    }

    /// <summary>Returns the column that is called "label", or else the first, if that can be one of labels.</summary>
    private int FindUntold()
    {
        int position = Array.FindIndex(first, IsLabel);
        int last = Array.FindLastIndex(first, IsLabel);
        if (position != last)
        {
            throw rows.Error($"one column must have the labels, but columns {position + 1} and {last + 1} are both called "
                + $"{CsvRows.Quote(first[position])}. Give the position of the label column.");
        }

        if (position >= 0)
        {
            return position;
        }

        string name = CsvRows.Quote(first[0]);
        if (IsRowNumber(first[0]))
        {
            throw rows.Error(0, $"the label column must be known, but none is called \"{Label}\", and the first one, {name}, seems to "
                + $"have row numbers. Give the label column; if there is none, leave out this column and use {Unlabeled}.");
        }

        return first.Length > 1 && Stem(first[0]) is { } stem && stem == Stem(first[1])
            ? throw rows.Error(0, $"the label column must be known, but none is called \"{Label}\", and the first one, {name}, is "
                + $"called like the one beside it, {CsvRows.Quote(first[1])}, so it seems to have pixels. Read images without labels with "
                + $"{Unlabeled}; if there are labels, give their column.")
            : 0;
    }

    /// <summary>Checks that every column has a name.</summary>
    private void CheckNames()
    {
        int nameless = Array.IndexOf(first, string.Empty);
        if (nameless >= 0)
        {
            throw rows.Error(nameless, "every column must have a name where there is a header, but this one has none. "
                + (nameless == 0
                    ? "It seems to have the row numbers that data frames write: write the file without them, in pandas with "
                        + "to_csv(index=False), or give the column a name if it belongs to the images."
                    : "There may be a separator too many; otherwise give the column a name, or remove it."));
        }
    }

    /// <summary>Checks that no column that would be one of pixels has a name that pixels do not have.</summary>
    private void CheckPixels(int label)
    {
        string? usual = UsualStem(label);
        for (int i = 0; i < first.Length; i++)
        {
            if (i == label)
            {
                continue;
            }

            string? why = !IsLabel(first[i])
                ? IsRowNumber(first[i]) ? "seems to have row numbers" : usual is not null && Stem(first[i]) != usual
                    ? $"is not called like most of them, {(usual.Length == 0 ? "" : $"{CsvRows.Quote(usual)} and ")}a number" : null
                : label < 0
                ? $"seems to have labels. Read images with labels with {nameof(CsvImageReader)}.{nameof(CsvImageReader.Read)}"
                : $"seems to have labels, while column {label + 1}, {CsvRows.Quote(first[label])}, is the label column. Give the right "
                    + "one";
            if (why is not null)
            {
                throw rows.Error(i, $"all columns but that of the labels must have pixels, but this one, {CsvRows.Quote(first[i])}, {why}. "
                    + "Remove what is neither a label nor a pixel.");
            }
        }
    }

    /// <summary>Returns what the names of more than half of the pixel columns are but for a number at the end; null if there is no such
    /// text: columns called 1x1, 1x2, …, 28x28 have many.</summary>
    private string? UsualStem(int label)
    {
        // The text that more than half have is the one that is left when different ones cancel each other (Boyer and Moore).
        string? usual = null;
        int lead = 0;
        for (int i = 0; i < first.Length; i++)
        {
            if (i != label)
            {
                string? stem = Stem(first[i]);
                usual = lead == 0 ? stem : usual;
                lead += stem == usual ? 1 : -1;
            }
        }

        int count = usual is null ? 0 : first.Where((name, i) => i != label && Stem(name) == usual).Count();
        return 2 * count > first.Length - (label < 0 ? 0 : 1) ? usual : null;
    }

    private string Names()
    {
        const int Shown = 8;
        string names = string.Join(", ", first.Take(Shown).Select(name => CsvRows.Quote(name)));
        return first.Length > Shown ? $"{names}, … ({first.Length} in all)" : names;
    }

    private static bool IsLabel(string name) => name.Equals(Label, StringComparison.OrdinalIgnoreCase);

    private static bool IsRowNumber(string name) =>
        s_rowNumbers.Contains(name) || name.StartsWith("Unnamed: ", StringComparison.OrdinalIgnoreCase);

    /// <summary>Returns a name without the number at its end; null if there is no number.</summary>
    private static string? Stem(string name)
    {
        string stem = name.TrimEnd(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
        return stem.Length == name.Length ? null : stem;
    }
}
