using MathNet.Numerics.LinearAlgebra;

namespace NeuralNets.Core.Data;

/// <content>Creation from numbers, as columns or as rows.</content>
public sealed partial class Dataset<T>
{
    /// <summary>Creates a data set of class labels from a matrix, which is copied unless its storage is dense.</summary>
    /// <param name="features">(features × samples), finite numbers. A dense matrix is not copied and must not change any more.</param>
    /// <param name="labels">One label per sample, 0 … classes−1; copied. For a network that says yes or no by one output, 0 and 1.</param>
    /// <param name="classCount">The number of classes, 2 for yes or no.</param>
    /// <returns>The data set, in the order of the columns.</returns>
    /// <exception cref="ArgumentException">
    /// There is no sample or no feature, not one label per sample, a label is out of range, or a feature is NaN or infinite.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="classCount"/> is less than 2.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="features"/> is null.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public static Dataset<T> FromMatrix(Matrix<T> features, ReadOnlySpan<int> labels, int classCount)
    {
        ElementType.Check<T>();
        ArgumentNullException.ThrowIfNull(features);
        CheckCount(features, labels.Length, "label", nameof(labels));
        return Create(Features(features), labels.ToArray(), classCount, nameof(labels));
    }

    /// <summary>Creates a data set of one value per sample from a matrix, which is copied unless its storage is dense.</summary>
    /// <param name="features">(features × samples), finite numbers. A dense matrix is not copied and must not change any more.</param>
    /// <param name="targets">One finite value per sample; copied.</param>
    /// <returns>The data set, in the order of the columns.</returns>
    /// <exception cref="ArgumentException">There is no sample or no feature, not one target per sample, or a number is NaN or infinite.
    /// </exception>
    /// <exception cref="ArgumentNullException"><paramref name="features"/> is null.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public static Dataset<T> FromMatrix(Matrix<T> features, ReadOnlySpan<T> targets)
    {
        ElementType.Check<T>();
        ArgumentNullException.ThrowIfNull(features);
        CheckCount(features, targets.Length, "target", nameof(targets));
        return Create(Features(features), targets.ToArray(), 1);
    }

    /// <summary>Creates a data set of several values per sample from matrices: numbers to predict, or for each of several labels whether
    /// the sample has it.</summary>
    /// <param name="features">(features × samples), finite numbers. A dense matrix is not copied and must not change any more.</param>
    /// <param name="targets">(values × samples), finite numbers; copied. One-hot columns are values, too: for one of several classes, give
    /// the labels that <see cref="OneHot.Decode{T}(Matrix{T})"/> makes of them.</param>
    /// <returns>The data set, in the order of the columns.</returns>
    /// <exception cref="ArgumentException">There is no sample or no feature, not one column of targets per sample, or a number is NaN or
    /// infinite.</exception>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public static Dataset<T> FromMatrix(Matrix<T> features, Matrix<T> targets)
    {
        ElementType.Check<T>();
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(targets);
        if (targets.ColumnCount != features.ColumnCount)
        {
            throw new ArgumentException(
                $"There must be one column of targets per sample: the features are {features.RowCount} x {features.ColumnCount}, but the "
                + $"targets were {targets.RowCount} x {targets.ColumnCount}.{RowsHint(features, targets.RowCount)}",
                nameof(targets));
        }

        return Create(Features(features), targets.ToColumnMajorArray(), targets.RowCount);
    }

    /// <summary>Creates a data set of class labels from samples that are rows, as in a table.</summary>
    /// <param name="rows">One row per sample, of as many finite numbers each; copied.</param>
    /// <param name="labels">One label per sample, 0 … classes−1. For a network that says yes or no by one output, 0 and 1.</param>
    /// <param name="classCount">The number of classes, 2 for yes or no.</param>
    /// <returns>The data set, in the order of the rows.</returns>
    /// <exception cref="ArgumentException">
    /// There is no sample or no feature, the rows differ in length, there is not one label per sample, a label is out of range, or a
    /// feature is NaN or infinite.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="classCount"/> is less than 2.</exception>
    /// <exception cref="ArgumentNullException">An argument or a row is null.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public static Dataset<T> FromRows(IEnumerable<T[]> rows, IEnumerable<int> labels, int classCount)
    {
        ArgumentNullException.ThrowIfNull(labels);
        return FromMatrix(Columns(rows, nameof(rows)), (ReadOnlySpan<int>)labels.ToArray(), classCount);
    }

    /// <summary>Creates a data set of one value per sample from samples that are rows, as in a table.</summary>
    /// <param name="rows">One row per sample, of as many finite numbers each; copied.</param>
    /// <param name="targets">One finite value per sample.</param>
    /// <returns>The data set, in the order of the rows.</returns>
    /// <exception cref="ArgumentException">There is no sample or no feature, the rows differ in length, there is not one target per
    /// sample, or a number is NaN or infinite.</exception>
    /// <exception cref="ArgumentNullException">An argument or a row is null.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public static Dataset<T> FromRows(IEnumerable<T[]> rows, IEnumerable<T> targets)
    {
        ArgumentNullException.ThrowIfNull(targets);
        return FromMatrix(Columns(rows, nameof(rows)), (ReadOnlySpan<T>)targets.ToArray());
    }

    /// <summary>Creates a data set of several values per sample from samples that are rows, as in a table.</summary>
    /// <param name="rows">One row per sample, of as many finite numbers each; copied.</param>
    /// <param name="targets">One row of values per sample, of as many finite numbers each; copied.</param>
    /// <returns>The data set, in the order of the rows.</returns>
    /// <exception cref="ArgumentException">There is no sample or no feature, rows differ in length, there is not one row of targets per
    /// sample, or a number is NaN or infinite.</exception>
    /// <exception cref="ArgumentNullException">An argument or a row is null.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public static Dataset<T> FromRows(IEnumerable<T[]> rows, IEnumerable<T[]> targets) =>
        FromMatrix(Columns(rows, nameof(rows)), Columns(targets, nameof(targets)));

    /// <summary>Creates a data set of class labels from a matrix whose rows are the samples.</summary>
    /// <param name="rows">(samples × features), finite numbers; copied.</param>
    /// <param name="labels">One label per sample, 0 … classes−1; copied.</param>
    /// <param name="classCount">The number of classes, 2 for yes or no.</param>
    /// <returns>The data set, in the order of the rows.</returns>
    /// <inheritdoc cref="FromMatrix(Matrix{T}, ReadOnlySpan{int}, int)" path="/exception"/>
    public static Dataset<T> FromRows(Matrix<T> rows, ReadOnlySpan<int> labels, int classCount)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return FromMatrix(rows.Transpose(), labels, classCount);
    }

    /// <summary>Creates a data set of several values per sample from matrices whose rows are the samples.</summary>
    /// <param name="rows">(samples × features), finite numbers; copied.</param>
    /// <param name="targets">(samples × values), finite numbers; copied.</param>
    /// <returns>The data set, in the order of the rows.</returns>
    /// <inheritdoc cref="FromMatrix(Matrix{T}, Matrix{T})" path="/exception"/>
    public static Dataset<T> FromRows(Matrix<T> rows, Matrix<T> targets)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(targets);
        return FromMatrix(rows.Transpose(), targets.Transpose());
    }

    private static Matrix<T> Columns(IEnumerable<T[]> rows, string parameter)
    {
        ElementType.Check<T>();
        ArgumentNullException.ThrowIfNull(rows, parameter);
        T[][] columns = [.. rows];
        for (int j = 0; j < columns.Length; j++)
        {
            ArgumentNullException.ThrowIfNull(columns[j], parameter);
            if (columns[j].Length != columns[0].Length)
            {
                throw new ArgumentException(
                    $"All rows must have as many numbers, but row 0 has {columns[0].Length} and row {j} has {columns[j].Length}.",
                    parameter);
            }
        }

        return columns.Length == 0
            ? throw new ArgumentException("A data set needs at least one sample, but there was no row.", parameter)
            : columns[0].Length == 0
            ? throw new ArgumentException("A row needs at least one number, but the rows are empty.", parameter)
            : Matrix<T>.Build.DenseOfColumnArrays(columns);
    }

    private static void CheckCount(Matrix<T> features, int count, string what, string parameter)
    {
        if (count != features.ColumnCount)
        {
            throw new ArgumentException(
                $"There must be one {what} per sample: the features are {features.RowCount} x {features.ColumnCount}, but there were "
                + $"{count} {what}s.{RowsHint(features, count)}",
                parameter);
        }
    }

    private static string RowsHint(Matrix<T> features, int samples) => samples == features.RowCount
        ? $" A sample is a column: if yours are rows, use {nameof(FromRows)}."
        : string.Empty;

    private static MatrixFeatures<T> Features(Matrix<T> features)
    {
        if (features.RowCount == 0)
        {
            throw new ArgumentException(
                $"A sample needs at least one feature, but the features are {features.RowCount} x {features.ColumnCount}.",
                nameof(features));
        }

        T[] values = features.AsColumnMajorArray() ?? features.ToColumnMajorArray();
        CheckFinite(values, features.RowCount, "Features", "feature", nameof(features));
        return new MatrixFeatures<T>(values, features.RowCount);
    }

    private static void CheckFinite(ReadOnlySpan<T> values, int perSample, string all, string one, string parameter)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (!T.IsFinite(values[i]))
            {
                throw new ArgumentException(
                    FormattableString.Invariant(
                        $"{all} must be finite, but {one} {i % perSample} of sample {i / perSample} is {values[i]}."),
                    parameter);
            }
        }
    }

    private static Dataset<T> Create(FeatureSource<T> source, T[] targets, int values)
    {
        if (targets.Length == 0)
        {
            throw new ArgumentException(
                values == 0
                    ? "A sample needs at least one target, but the matrix of targets has no rows."
                    : "A data set needs at least one sample, but there was none.",
                nameof(targets));
        }

        CheckFinite(targets, values, "Targets", "target", nameof(targets));
        return new Dataset<T>(source, null, Targets<T>.FromValues(targets, values));
    }
}
