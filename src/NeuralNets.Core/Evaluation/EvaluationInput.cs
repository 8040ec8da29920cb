using System.Numerics;
using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Data;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Evaluation;

/// <summary>Checks and conversions that the measures share.</summary>
internal static class EvaluationInput
{
    /// <exception cref="ArgumentException">There is no sample, or the numbers differ.</exception>
    public static void CheckCount(int actual, int given, string one, string many, string parameter)
    {
        if (actual == 0 || actual != given)
        {
            throw new ArgumentException(
                $"There must be one {one} per actual one, and at least one, but there were {actual} actual and {given} {many}.", parameter);
        }
    }

    /// <exception cref="ArgumentException">A number is NaN or infinite.</exception>
    public static void CheckFinite<T>(ReadOnlySpan<T> values, int outputs, string many, string parameter)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (!T.IsFinite(values[i]))
            {
                throw new ArgumentException(
                    FormattableString.Invariant($"{many} must be finite, but {Place(i, outputs)} is {values[i]}."), parameter);
            }
        }
    }

    /// <exception cref="ArgumentException">A number is not from 0 to 1.</exception>
    public static void CheckProbabilities<T>(ReadOnlySpan<T> values, int outputs, string parameter)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (!(values[i] >= T.Zero && values[i] <= T.One))
            {
                throw new ArgumentException(
                    FormattableString.Invariant($"Probabilities must be numbers from 0 to 1, but {Place(i, outputs)} is {values[i]}."),
                    parameter);
            }
        }
    }

    /// <summary>Returns the labels that values of 0 and 1 are.</summary>
    /// <exception cref="ArgumentException">A value is neither 0 nor 1.</exception>
    public static int[] ToLabels<T>(ReadOnlySpan<T> values, int outputs, string parameter)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int[] labels = new int[values.Length];
        for (int i = 0; i < labels.Length; i++)
        {
            labels[i] = values[i] == T.One ? 1
                : values[i] == T.Zero ? 0
                : throw new ArgumentException(
                    FormattableString.Invariant($"Actual answers must be 0 or 1, but {Place(i, outputs)} is {values[i]}."), parameter);
        }

        return labels;
    }

    /// <summary>Returns the elements of a matrix, column by column.</summary>
    /// <exception cref="ArgumentNullException">The matrix is null.</exception>
    public static ReadOnlySpan<T> Columns<T>(Matrix<T> matrix, string parameter)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(matrix, parameter);
        return matrix.AsColumnMajorArray() ?? matrix.ToColumnMajorArray();
    }

    /// <exception cref="ArgumentException">The matrix does not have a column for each sample of the set, or not the number of rows.
    /// </exception>
    public static void CheckShape<T>(Dataset<T> samples, int rows, Matrix<T> given, string what, string parameter)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(given, parameter);
        if (given.RowCount != rows || given.ColumnCount != samples.Count)
        {
            string hint = given.ColumnCount == rows && given.RowCount == samples.Count
                ? " A sample is a column: if yours are rows, transpose."
                : string.Empty;
            throw new ArgumentException(
                $"The {what} must be {rows} x {samples.Count}, a column per sample, but were {given.RowCount} x {given.ColumnCount}.{hint}",
                parameter);
        }
    }

    /// <summary>Replaces numbers by their natural logarithms: those of the library, which are the same on every machine.</summary>
    public static void Log(Span<double> values) => Elementwise.Apply<double, LogOperator<double>>(values, values);

    /// <summary>Returns the distance from 1 to the next number, within which log loss keeps probabilities of 0 and 1, as scikit-learn
    /// does.</summary>
    public static double Epsilon<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => double.CreateChecked(T.BitIncrement(T.One) - T.One);

    private static string Place(int index, int outputs) => outputs == 1
        ? FormattableString.Invariant($"that of sample {index}")
        : FormattableString.Invariant($"that of sample {index / outputs} for output {index % outputs}");
}
