namespace NeuralNets.Core.Tables;

/// <summary>What a network learns to answer: a class by its position among the names, or a number that is standardized.</summary>
/// <param name="Column">The name of the column.</param>
/// <param name="ClassNames">The names of the classes in order; null if it is a number.</param>
/// <param name="AreNumbers">Whether training had the classes as numbers.</param>
/// <param name="Mean">The mean of the numbers.</param>
/// <param name="Deviation">Their population standard deviation, positive.</param>
internal sealed record TargetEncoding(
    string Column, IReadOnlyList<string>? ClassNames, bool AreNumbers, double Mean, double Deviation)
{
    private readonly CategoryIndex? _index = ClassNames is null ? null : new(ClassNames, AreNumbers);

    /// <exception cref="ArgumentException">A target is missing, there are fewer than two classes, or numbers do not differ.</exception>
    public static TargetEncoding Fit(TableColumn column, TargetUse use, string parameter)
    {
        if (column.MissingCount > 0)
        {
            int row = Enumerable.Range(0, column.Count).First(column.IsMissing);
            throw new ArgumentException(
                $"Every row of training must have a target, but {column.MissingCount} have none in column \"{column.Name}\", the first of "
                + $"them row {row}. {nameof(Table)}.{nameof(Table.WithoutMissing)} leaves them out.",
                parameter);
        }

        return use == TargetUse.Class || (use == TargetUse.Auto && !column.IsNumeric)
            ? OfClasses(column, parameter)
            : OfNumbers(column, parameter);
    }

    /// <summary>Returns the position of a class, or −1 if there is none of that name.</summary>
    public int LabelOf(TableCell cell) => _index!.Find(cell);

    private static TargetEncoding OfClasses(TableColumn column, string parameter)
    {
        string[] names = [.. CategoryEncoding.Count(column).Select(category => category.Text)];
        return names.Length >= 2
            ? new(column.Name, names, column.IsNumeric, 0, 1)
            : throw new ArgumentException(
                $"There must be at least 2 classes, but column \"{column.Name}\" has "
                + $"{(names.Length == 0 ? "no row" : $"only \"{names[0]}\"")}.",
                parameter);
    }

    private static TargetEncoding OfNumbers(TableColumn column, string parameter)
    {
        if (!column.IsNumeric)
        {
            throw new ArgumentException(
                $"A target that is a number must be one in every row, but column \"{column.Name}\" has texts"
                + $"{(column.Mixture is null ? "" : $": {column.Mixture}")}.",
                parameter);
        }

        (double mean, double deviation) = Moments.Of(column.Numbers);
        return deviation > 0 && double.IsFinite(deviation)
            ? new(column.Name, null, false, mean, deviation)
            : throw new ArgumentException(
                FormattableString.Invariant(
                    $"The numbers to predict must differ, but all {column.Count} of column \"{column.Name}\" are {mean}."),
                parameter);
    }
}
