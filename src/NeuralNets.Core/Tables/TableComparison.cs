using System.Globalization;

namespace NeuralNets.Core.Tables;

/// <summary>Compares a table with that which an encoder has learned from.</summary>
internal sealed class TableComparison(TableEncoder encoder, Table table)
{
    /// <summary>How many deviations from the mean are far.</summary>
    private const double Far = 10;

    public IReadOnlyList<string> Warnings()
    {
        var warnings = new List<string>();
        foreach (ColumnEncoding encoding in encoder.Encodings)
        {
            if (!table.TryGetColumn(encoding.Column, out TableColumn? column))
            {
                warnings.Add($"Column \"{encoding.Column}\" is not there.");
                continue;
            }

            warnings.AddRange(OfColumn(encoding, column));
        }

        if (encoder.IsClassifier && table.TryGetColumn(encoder.TargetName, out TableColumn? target))
        {
            warnings.AddRange(OfClasses(target));
        }

        return warnings;
    }

    private static IEnumerable<string> OfColumn(ColumnEncoding encoding, TableColumn column)
    {
        var unknown = new UnknownCategories();
        double[] features = new double[encoding.FeatureCount];
        int far = 0;
        for (int row = 0; row < column.Count; row++)
        {
            Array.Clear(features);
            TableCell cell = column.Cell(row);
            CellResult result = encoding.Encode(cell, features.AsSpan());
            if (result == CellResult.Invalid)
            {
                yield return $"Column \"{encoding.Column}\": row {row} must have {encoding.Requirement}, but has \"{cell}\".";
                yield break;
            }

            if (result == CellResult.Unknown)
            {
                unknown.Add(encoding.Column, cell);
            }

            far += encoding is NumberEncoding { Deviation: > 0 } number && (number.Mean, number.Deviation) != (0, 1)
                && Math.Abs(features[0]) > Far ? 1 : 0;
        }

        foreach (UnknownCategory category in unknown.ToList())
        {
            yield return category.Category is null
                ? $"Column \"{encoding.Column}\": no value was missing in training, but {category.Count} are here."
                : $"Column \"{encoding.Column}\": training had not the category \"{category.Category}\", which {category.Count} rows have.";
        }

        if (far > 0)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"Column \"{encoding.Column}\": {far} numbers are more than {Far} deviations away from the mean of training.");
        }
    }

    private IEnumerable<string> OfClasses(TableColumn target)
    {
        HashSet<int> present = [];
        HashSet<TableCell> unknown = [];
        for (int row = 0; row < target.Count; row++)
        {
            TableCell cell = target.Cell(row);
            int label = cell.IsMissing ? -1 : encoder.TargetEncoding.LabelOf(cell);
            if (!cell.IsMissing && label < 0 && unknown.Add(cell))
            {
                yield return $"Training had not the class \"{cell}\", which row {row} has.";
            }

            present.Add(label);
        }

        foreach (int label in Enumerable.Range(0, encoder.ClassNames.Count).Where(label => !present.Contains(label)))
        {
            yield return $"The class \"{encoder.ClassNames[label]}\" is missing: no row has it.";
        }
    }
}
