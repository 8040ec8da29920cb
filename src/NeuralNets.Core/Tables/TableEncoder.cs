using System.Globalization;
using System.Numerics;
using System.Text;
using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Data;

namespace NeuralNets.Core.Tables;

/// <summary>Turns the rows of tables into samples for a network, in the way that it has learned from the training part: what means,
/// deviations, medians and categories are.</summary>
/// <remarks>
/// <para>
/// A <b>number</b> x becomes (x − mean)/deviation, with the population deviation; a column that is constant in training becomes 0. A
/// missing number becomes the median of those that are there, before mean and deviation are computed, and a feature more says that it was
/// missing, if any was in training. A <b>text</b> becomes one feature for each category of the column, 1 for its own and 0 for the others,
/// and so does being missing, if any value was in training. A category that training had not has 0 everywhere. A number is also the one
/// category that has its value, and a truth value the one of its meaning, however these are spelled, since of each file it is found out
/// anew whether a column has texts.
/// </para>
/// <para>
/// The <b>target</b> is a class, which is learned as its position among the names in order, or a number, which is learned
/// standardized, and answered in its own units by <see cref="DecodeValue"/>.
/// </para>
/// <para>Immutable, and safe to use from several threads at once. Saved with its network by
/// <see cref="Serialization.NetworkFile.Save{T}(string, Network{T}, TableEncoder)"/>.</para>
/// </remarks>
public sealed class TableEncoder
{
    private readonly ColumnEncoding[] _columns;
    private readonly int[] _starts;

    internal TableEncoder(
        ColumnEncoding[] columns, TargetEncoding target, string? weightColumn, IReadOnlyList<(string, string)> ignored,
        IReadOnlyList<string> warnings)
    {
        _columns = columns;
        _starts = new int[columns.Length];
        for (int i = 0; i < columns.Length; i++)
        {
            _starts[i] = FeatureCount;
            FeatureCount += columns[i].FeatureCount;
        }

        TargetEncoding = target;
        WeightColumn = weightColumn;
        Ignored = ignored;
        Warnings = warnings;
        ColumnNames = Array.AsReadOnly([.. columns.Select(column => column.Column)]);
    }

    /// <summary>The names of the columns that features are made of, in the order of the training table.</summary>
    public IReadOnlyList<string> ColumnNames { get; }

    /// <summary>The name of the column that is predicted.</summary>
    public string TargetName => TargetEncoding.Column;

    /// <summary>The names of the classes in the order of their labels; empty if a number is predicted.</summary>
    public IReadOnlyList<string> ClassNames => TargetEncoding.ClassNames ?? [];

    /// <summary>Whether a class is predicted; otherwise a number.</summary>
    public bool IsClassifier => TargetEncoding.ClassNames is not null;

    /// <summary>The name of the column of weights; null if there is none.</summary>
    public string? WeightColumn { get; }

    /// <summary>The number of features of a sample: the inputs of the network.</summary>
    public int FeatureCount { get; }

    /// <summary>The names of the features, such as <c>age</c>, <c>sex = female</c> and <c>age is missing</c>.</summary>
    public IReadOnlyList<string> FeatureNames => field ??= Array.AsReadOnly([.. _columns.SelectMany(column => column.NameFeatures())]);

    /// <summary>The outputs of the network: the number of classes, or 1 for a number.</summary>
    public int OutputCount => IsClassifier ? ClassNames.Count : 1;

    /// <summary>What looks wrong about the training table, one sentence each: a column that is constant, that identifies rows, that is
    /// equal to the target, or that is not scaled, and the like. Empty for an encoder that was loaded.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>The encodings in the order of the features.</summary>
    internal ReadOnlySpan<ColumnEncoding> Encodings => _columns;

    internal TargetEncoding TargetEncoding { get; }

    /// <summary>The columns that are not used, each with the reason.</summary>
    internal IReadOnlyList<(string Column, string Reason)> Ignored { get; }

    /// <summary>Learns from a table how to encode it and others like it.</summary>
    /// <param name="training">The rows of training, and no others: what is learned from those of a test would make its result too
    /// good.</param>
    /// <param name="target">The name of the column to predict. Every row must have a value there.</param>
    /// <param name="options">What to do otherwise than by itself; null for nothing.</param>
    /// <returns>The encoder.</returns>
    /// <exception cref="ArgumentException">There is no row, no such target, or no column for features; a target is missing, or there are
    /// fewer than two different ones; an option is not possible or names a column that is not there; or a column is not what its use
    /// says.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="training"/> or <paramref name="target"/> is null.</exception>
    public static TableEncoder Fit(Table training, string target, TableEncoderOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(target);
        options ??= new TableEncoderOptions();
        options.Check(training, target, nameof(options));
        return training.RowCount > 0
            ? new TableEncoderFit(training, training[target], options).Fit()
            : throw new ArgumentException("An encoder needs rows to learn from, but the table has none.", nameof(training));
    }

    /// <summary>Returns the function of the output layer of a network for the target: <see cref="Softmax{T}"/> for classes,
    /// <see cref="Identity{T}"/> for a number.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <returns>The function.</returns>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public ILayerActivation<T> CreateOutput<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ElementType.Check<T>();
        return IsClassifier ? new Softmax<T>() : new Identity<T>();
    }

    /// <summary>Makes a data set of a table that has the target: for training, or to validate.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="table">The table. Its columns may have another order, and there may be others.</param>
    /// <returns>A sample for each row, in their order, with the weights if there is a column of them.</returns>
    /// <exception cref="ArgumentException">There is no row, a column is missing, or a value is not what it must be: a target that is
    /// missing or a class that training had not, a text among numbers, a number out of range.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="table"/> is null.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public Dataset<T> Encode<T>(Table table)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Matrix<T> features = EncodeFeatures<T>(table);
        Dataset<T> samples = IsClassifier
            ? Dataset<T>.FromMatrix(features, EncodeLabels(table), ClassNames.Count)
            : Dataset<T>.FromMatrix(features, (ReadOnlySpan<T>)EncodeValues<T>(table));
        return WeightColumn is null ? samples : samples.WithWeights(RowWeights(table));
    }

    /// <summary>Makes the features of a table, which need not have the target.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="table">The table. Its columns may have another order, and there may be others.</param>
    /// <returns>(features × rows).</returns>
    /// <exception cref="ArgumentException">There is no row, a column is missing, or a value is not what it must be: a text among numbers,
    /// or a number out of range.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="table"/> is null.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public Matrix<T> EncodeFeatures<T>(Table table)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => EncodeFeatures<T>(table, null);

    /// <summary>Writes the features of one row. Does not allocate.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="row">Its values, in the order of <see cref="ColumnNames"/>.</param>
    /// <param name="features">Receives <see cref="FeatureCount"/> numbers.</param>
    /// <returns>Whether training had all of its categories.</returns>
    /// <exception cref="ArgumentException">A span has another length, or a value is not what it must be.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public bool EncodeRow<T>(ReadOnlySpan<TableCell> row, Span<T> features)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ElementType.Check<T>();
        if (row.Length != _columns.Length || features.Length != FeatureCount)
        {
            throw new ArgumentException(
                $"A row must have {_columns.Length} values ({string.Join(", ", ColumnNames.Take(20))}), and there must be room for "
                + $"{FeatureCount} features, but there were {row.Length} values and room for {features.Length}.",
                row.Length != _columns.Length ? nameof(row) : nameof(features));
        }

        features.Clear();
        bool isKnown = true;
        for (int i = 0; i < row.Length; i++)
        {
            CellResult result = _columns[i].Encode(row[i], features.Slice(_starts[i], _columns[i].FeatureCount));
            isKnown &= result == CellResult.Known;
            if (result == CellResult.Invalid)
            {
                throw Invalid(_columns[i], row[i], $"Column \"{_columns[i].Column}\"", nameof(row));
            }
        }

        return isKnown;
    }

    /// <summary>Turns what a network answers for a number into the target's own units.</summary>
    /// <param name="output">The value of its output layer.</param>
    /// <returns>output · deviation + mean.</returns>
    /// <exception cref="InvalidOperationException">A class is predicted.</exception>
    public double DecodeValue(double output) => IsClassifier
        ? throw new InvalidOperationException($"\"{TargetName}\" is a class, which has a name and no value.")
        : (output * TargetEncoding.Deviation) + TargetEncoding.Mean;

    /// <summary>Looks at another table: whether it can be encoded, and what training had not.</summary>
    /// <param name="table">A table for validation or prediction.</param>
    /// <returns>What looks wrong, one sentence each: a missing column, categories or classes that training had not or that the table has
    /// not, numbers far outside of what training had.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="table"/> is null.</exception>
    public IReadOnlyList<string> Check(Table table)
    {
        ArgumentNullException.ThrowIfNull(table);
        return new TableComparison(this, table).Warnings();
    }

    /// <summary>Returns what becomes of each column.</summary>
    /// <returns>A line for each column, and one for the target.</returns>
    public override string ToString()
    {
        (string Column, string What)[] lines =
        [
            .. _columns.Select(column => (column.Column, $"{column.Describe()} -> {column.FeatureCount}")),
            .. Ignored.Select(column => (column.Column, $"not used: {column.Reason}")),
            .. WeightColumn is null ? [] : ((string, string)[])[(WeightColumn, "weights")],
            (TargetName, DescribeTarget()),
        ];
        int width = lines.Max(line => line.Column.Length);
        var text = new StringBuilder();
        foreach ((string column, string what) in lines)
        {
            text.Append(column.PadRight(width)).Append("  ").AppendLine(what);
        }

        return text.Append(CultureInfo.InvariantCulture, $"{FeatureCount} features, {OutputCount} outputs").ToString();
    }

    /// <summary>Counts the values of a row that training had not.</summary>
    internal void CountUnknown(ReadOnlySpan<TableCell> row, UnknownCategories unknown)
    {
        double[] features = new double[FeatureCount];
        for (int i = 0; i < row.Length; i++)
        {
            if (_columns[i].Encode(row[i], features.AsSpan(_starts[i], _columns[i].FeatureCount)) == CellResult.Unknown)
            {
                unknown.Add(_columns[i].Column, row[i]);
            }
        }
    }

    internal Matrix<T> EncodeFeatures<T>(Table table, UnknownCategories? unknown)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ElementType.Check<T>();
        ArgumentNullException.ThrowIfNull(table);
        if (table.RowCount == 0)
        {
            throw new ArgumentException("There must be a row to encode, but the table has none.", nameof(table));
        }

        if ((long)table.RowCount * FeatureCount > Array.MaxLength)
        {
            throw new ArgumentException(
                $"The features of all rows must fit an array of {Array.MaxLength} elements, but there are {table.RowCount} rows of "
                + $"{FeatureCount}: encode parts of the table, or allow fewer categories.",
                nameof(table));
        }

        T[] features = new T[table.RowCount * FeatureCount];
        for (int i = 0; i < _columns.Length; i++)
        {
            EncodeColumn(_columns[i], RequireColumn(table, _columns[i].Column), features, _starts[i], unknown);
        }

        return Matrix<T>.Build.Dense(FeatureCount, table.RowCount, features);
    }

    /// <summary>Returns the label of each row, −1 for a class that training had not if that is allowed.</summary>
    internal int[] EncodeLabels(Table table, bool allowUnknown = false)
    {
        TableColumn column = RequireColumn(table, TargetName);
        var labels = new int[column.Count];
        var known = new Dictionary<TableCell, int>();
        for (int row = 0; row < labels.Length; row++)
        {
            TableCell cell = column.Cell(row);
            if (!known.TryGetValue(cell, out labels[row]))
            {
                labels[row] = known[cell] = TargetEncoding.LabelOf(cell);
            }

            if (cell.IsMissing || (labels[row] < 0 && !allowUnknown))
            {
                throw new ArgumentException(
                    $"Row {row}: the target \"{TargetName}\" must be one of the {ClassNames.Count} classes of training "
                    + $"({string.Join(", ", ClassNames.Take(10))}{(ClassNames.Count > 10 ? ", …" : "")}), but is "
                    + $"{(cell.IsMissing ? "missing" : $"\"{cell}\"")}.",
                    nameof(table));
            }
        }

        return labels;
    }

    /// <summary>Returns how much each row counts.</summary>
    internal double[] RowWeights(Table table)
    {
        TableColumn column = RequireColumn(table, WeightColumn!);
        for (int row = 0; row < column.Count; row++)
        {
            if (!(column.Cell(row).Number >= 0))
            {
                throw new ArgumentException(
                    $"Row {row}: the weight \"{WeightColumn}\" must be a number that is not negative, but is "
                    + $"{(column.IsMissing(row) ? "missing" : $"\"{column.GetText(row)}\"")}.",
                    nameof(table));
            }
        }

        return column.Numbers.ToArray();
    }

    /// <summary>Returns the targets of all rows in their own units.</summary>
    internal double[] TargetValues(Table table)
    {
        TableColumn column = RequireColumn(table, TargetName);
        var values = new double[column.Count];
        for (int row = 0; row < values.Length; row++)
        {
            values[row] = column.Cell(row).Number ?? throw new ArgumentException(
                $"Row {row}: the target \"{TargetName}\" must be a number, but is "
                + $"{(column.IsMissing(row) ? "missing" : $"\"{column.GetText(row)}\"")}.",
                nameof(table));
        }

        return values;
    }

    private static TableColumn RequireColumn(Table table, string name) => table.TryGetColumn(name, out TableColumn? column)
        ? column
        : throw new ArgumentException(
            $"The table must have the column \"{name}\", which training had, but has {table.Names()}.", nameof(table));

    private static ArgumentException Invalid(ColumnEncoding encoding, TableCell cell, string place, string parameter) =>
        new($"{place}: the value must be {encoding.Requirement}, but is \"{cell}\".", parameter);

    private T[] EncodeValues<T>(Table table)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double[] values = TargetValues(table);
        T[] targets = new T[values.Length];
        for (int row = 0; row < targets.Length; row++)
        {
            targets[row] = T.CreateChecked((values[row] - TargetEncoding.Mean) / TargetEncoding.Deviation);
            if (!T.IsFinite(targets[row]))
            {
                throw new ArgumentException(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"Row {row}: the target \"{TargetName}\" must be within the range of the network's numbers, but is {values[row]}."),
                    nameof(table));
            }
        }

        return targets;
    }

    private void EncodeColumn<T>(ColumnEncoding encoding, TableColumn column, T[] features, int start, UnknownCategories? unknown)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int row = 0; row < column.Count; row++)
        {
            TableCell cell = column.Cell(row);
            switch (encoding.Encode(cell, features.AsSpan((row * FeatureCount) + start, encoding.FeatureCount)))
            {
                case CellResult.Unknown:
                    unknown?.Add(encoding.Column, cell);
                    break;
                case CellResult.Invalid:
                    throw Invalid(encoding, cell, $"Row {row}, column \"{encoding.Column}\"", "table");
            }
        }
    }

    private string DescribeTarget() => IsClassifier
        ? $"target: {ClassNames.Count} classes ({string.Join(", ", ClassNames.Take(10))}{(ClassNames.Count > 10 ? ", …" : "")})"
        : string.Create(
            CultureInfo.InvariantCulture,
            $"target: (y {(TargetEncoding.Mean < 0 ? '+' : '-')} {Math.Abs(TargetEncoding.Mean):g6}) / {TargetEncoding.Deviation:g6}");
}
