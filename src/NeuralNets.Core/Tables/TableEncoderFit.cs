using System.Globalization;
using NeuralNets.Core.Data.Csv;

namespace NeuralNets.Core.Tables;

/// <summary>Decides from a training table what to do with each column, and notes what looks wrong about it.</summary>
internal sealed class TableEncoderFit(Table table, TableColumn target, TableEncoderOptions options)
{
    /// <summary>From how many rows on it says something that all values of a column are different.</summary>
    private const int FewRows = 20;

    /// <summary>How many warnings an exception repeats.</summary>
    private const int MaxReasons = 10;

    /// <summary>Beyond this, inputs that are not scaled make learning slow or impossible.</summary>
    private const double LargeInput = 10;

    private readonly List<ColumnEncoding> _encodings = [];
    private readonly List<(string, string)> _ignored = [];
    private readonly List<string> _warnings = [];

    public TableEncoder Fit()
    {
        TargetEncoding encoding = TargetEncoding.Fit(target, options.Target, "training");
        LookAtTarget(encoding);
        foreach (TableColumn column in table.Columns)
        {
            if (column != target && column.Name != options.WeightColumn)
            {
                Add(column, options.Uses.GetValueOrDefault(column.Name));
            }
        }

        return _encodings.Count > 0
            ? new TableEncoder([.. _encodings], encoding, options.WeightColumn, _ignored, _warnings)
            : throw new ArgumentException(
                $"There must be a column for features beside the target, but the table has {table.Names()}, and of these none is used"
                + $"{(_warnings.Count == 0 ? "." : ": " + string.Join(" ", _warnings.Take(MaxReasons)))}"
                + $"{(_warnings.Count > MaxReasons ? $" And {_warnings.Count - MaxReasons} more." : "")}");
    }

    private static bool HasAllDifferent(TableColumn column, (string Text, int Count)[] categories) =>
        column.Count >= FewRows && categories.Length == column.Count;

    private void Add(TableColumn column, ColumnUse use)
    {
        bool isCategory = use == ColumnUse.Category || (use == ColumnUse.Auto && !column.IsNumeric);
        if (use == ColumnUse.Ignore)
        {
            _ignored.Add((column.Name, "so told"));
        }
        else if (column.MissingCount == column.Count)
        {
            Ignore(column, "it has no value", "has no value in any row");
        }
        else if (isCategory)
        {
            AddCategory(column, use);
        }
        else if (use == ColumnUse.Date)
        {
            _encodings.Add(DateEncoding.Fit(column));
        }
        else
        {
            AddNumber(column, use);
        }
    }

    private void AddCategory(TableColumn column, ColumnUse use)
    {
        (string Text, int Count)[] categories = CategoryEncoding.Count(column);
        bool areDates = categories.All(category => DateEncoding.TryParse(category.Text, out _));
        if (areDates)
        {
            Warn($"Column \"{column.Name}\" has dates, and each of its {categories.Length} days is a category: {nameof(ColumnUse)}."
                + $"{nameof(ColumnUse.Date)} makes numbers of them.");
        }
        else if (categories.All(category => HasDecimalComma(category.Text)))
        {
            Warn($"Column \"{column.Name}\" has numbers with a decimal comma, such as \"{categories[0].Text}\", which were read as texts: "
                + $"set {nameof(CsvOptions)}.{nameof(CsvOptions.Culture)}.");
        }
        else if (column.Mixture is not null)
        {
            Warn($"Column \"{column.Name}\" was read as texts: {column.Mixture}. If that stands for a missing value, add it to "
                + $"{nameof(CsvOptions)}.{nameof(CsvOptions.MissingMarks)}.");
        }

        if (use == ColumnUse.Auto && !areDates && HasAllDifferent(column, categories))
        {
            Ignore(column, "an identifier", $"identifies rows: all of its {column.Count} values are different");
            return;
        }

        if (categories.Length > options.MaxCategories)
        {
            Warn($"Column \"{column.Name}\" has {categories.Length} categories: the {options.MaxCategories} most frequent ones have a "
                + "feature each, and the others one together.");
        }

        LookForConstant(column, categories.Length == 1 && column.MissingCount == 0);
        LookForLeak(column);
        _encodings.Add(CategoryEncoding.Fit(column, options.MaxCategories));
    }

    private void AddNumber(TableColumn column, ColumnUse use)
    {
        double[] numbers = Numbers(column, use);
        var encoding = NumberEncoding.Fit(column.Name, numbers, isScaled: use != ColumnUse.PassThrough);
        if (!double.IsFinite(encoding.Mean) || !double.IsFinite(encoding.Deviation))
        {
            throw new ArgumentException(
                $"Column \"{column.Name}\": numbers must have a finite mean and deviation, but are too large. Scale them first.");
        }

        LookForConstant(column, encoding.Deviation == 0);
        LookForRowNumbers(column.Name, numbers);
        LookForLeak(column);
        double largest = numbers.Where(number => !double.IsNaN(number)).Max(number => Math.Abs(number));
        if (use == ColumnUse.PassThrough && largest > LargeInput)
        {
            Warn(string.Create(
                CultureInfo.InvariantCulture,
                $"Column \"{column.Name}\" is passed through unscaled, and has {largest:g4}: networks learn badly from large inputs."));
        }

        _encodings.Add(encoding);
    }

    private static double[] Numbers(TableColumn column, ColumnUse use)
    {
        if (column.IsNumeric)
        {
            return column.Numbers.ToArray();
        }

        double[] numbers = new double[column.Count];
        for (int row = 0; row < numbers.Length; row++)
        {
            numbers[row] = double.NaN;
            string? text = column.GetText(row);
            if (text is not null && !CsvRows.TryParseNumber(text, CultureInfo.InvariantCulture, out numbers[row]))
            {
                throw new ArgumentException(
                    $"Row {row}, column \"{column.Name}\": the value must be a number, as its use {nameof(ColumnUse)}.{use} says, but is "
                    + $"\"{text}\".");
            }
        }

        return numbers;
    }

    private void LookAtTarget(TargetEncoding encoding)
    {
        if (target.Mixture is not null)
        {
            Warn($"The target \"{target.Name}\" was read as texts: {target.Mixture}.");
        }

        (string Text, int Count)[] values = CategoryEncoding.Count(target);
        if (encoding.ClassNames is null && options.Target == TargetUse.Auto && values.Length <= 10
            && values.All(value => value.Text.All(char.IsAsciiDigit)))
        {
            Warn($"The target \"{target.Name}\" is predicted as a number, but has only {values.Length} different ones "
                + $"({string.Join(", ", values.Select(value => value.Text))}): if they are classes, set "
                + $"{nameof(TableEncoderOptions.Target)} to {nameof(TargetUse)}.{nameof(TargetUse.Class)}.");
        }

        if (encoding.ClassNames is not null && HasAllDifferent(target, values))
        {
            Warn($"Each row has a class of its own: all {target.Count} values of \"{target.Name}\" are different.");
        }

        foreach ((string text, int count) in encoding.ClassNames is null ? [] : values)
        {
            if (count == 1 && values.Length < target.Count)
            {
                Warn($"The class \"{text}\" has only one row.");
            }
        }
    }

    private void LookForConstant(TableColumn column, bool isConstant)
    {
        if (isConstant)
        {
            Warn($"Column \"{column.Name}\" is constant, so nothing can be learned from it.");
        }
    }

    private void LookForRowNumbers(string name, double[] numbers)
    {
        bool areConsecutive = numbers.Length >= FewRows;
        for (int row = 1; row < numbers.Length && areConsecutive; row++)
        {
            areConsecutive = numbers[row] == Math.Floor(numbers[row]) && numbers[row] > numbers[row - 1];
        }

        if (areConsecutive)
        {
            Warn($"Column \"{name}\" identifies rows: whole numbers that grow from row to row, as row numbers do. Ignore it unless the "
                + "order of the rows says something.");
        }
    }

    /// <summary>Notes a column that says the target: each of its values comes with one of the target's only, and the other way
    /// round.</summary>
    private void LookForLeak(TableColumn column)
    {
        var toTarget = new Dictionary<TableCell, TableCell>();
        var fromTarget = new Dictionary<TableCell, TableCell>();
        for (int row = 0; row < table.RowCount; row++)
        {
            TableCell value = column.Cell(row);
            TableCell answer = target.Cell(row);
            if (!toTarget.TryAdd(value, answer) && toTarget[value] != answer)
            {
                return;
            }

            if (!fromTarget.TryAdd(answer, value) && fromTarget[answer] != value)
            {
                return;
            }
        }

        // Numbers that are all different determine anything.
        bool isEqual = toTarget.All(pair => pair.Key == pair.Value);
        if (isEqual || toTarget.Count < table.RowCount)
        {
            Warn($"Column \"{column.Name}\" {(isEqual ? "is equal to" : "determines")} the target \"{target.Name}\": it may be known only "
                + "afterwards.");
        }
    }

    private void Ignore(TableColumn column, string reason, string why)
    {
        _ignored.Add((column.Name, reason));
        Warn($"Column \"{column.Name}\" is not used, since it {why}.");
    }

    private void Warn(string warning) => _warnings.Add(warning);

    private static bool HasDecimalComma(string text)
    {
        int comma = text.IndexOf(',', StringComparison.Ordinal);
        return comma > 0 && comma == text.LastIndexOf(',') && comma < text.Length - 1
            && text.AsSpan(comma + 1).IndexOfAnyExceptInRange('0', '9') < 0
            && text.AsSpan(0, comma).TrimStart("+-").IndexOfAnyExceptInRange('0', '9') < 0;
    }
}
