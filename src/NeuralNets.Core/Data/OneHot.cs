using MathNet.Numerics.LinearAlgebra;

namespace NeuralNets.Core.Data;

/// <summary>The conversion of labels to one-hot columns and back.</summary>
public static class OneHot
{
    /// <summary>Returns a matrix whose column j is 1 in the row of label j, and 0 elsewhere.</summary>
    /// <param name="labels">One label per sample, 0 … classes−1.</param>
    /// <param name="classCount">The number of classes, positive.</param>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <returns>(classes × samples).</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="classCount"/> is not positive.</exception>
    /// <exception cref="ArgumentException">
    /// A label is out of range, or the matrix, which is dense, would have more elements than an array can.
    /// </exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public static Matrix<T> Encode<T>(ReadOnlySpan<int> labels, int classCount)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        ElementType.Check<T>();
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(classCount);
        Requirements.CheckLabels(labels, classCount, nameof(labels));
        if ((long)classCount * labels.Length > Array.MaxLength)
        {
            throw new ArgumentException(
                $"A one-hot matrix must fit in an array of {Array.MaxLength} elements, but would be {classCount} x {labels.Length}. "
                + "Use the labels themselves.",
                nameof(labels));
        }

        Matrix<T> encoded = Matrix<T>.Build.Dense(classCount, labels.Length);
        for (int j = 0; j < labels.Length; j++)
        {
            encoded[labels[j], j] = T.One;
        }

        return encoded;
    }

    /// <summary>Returns the row of the 1 in each column.</summary>
    /// <param name="encoded">(classes × samples): one 1 in each column, 0 elsewhere.</param>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <returns>One label per sample, 0 … classes−1.</returns>
    /// <exception cref="ArgumentException">A column is not one-hot.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="encoded"/> is null.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public static int[] Decode<T>(Matrix<T> encoded)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> => Decode(encoded, nameof(encoded));

    /// <summary>Returns the row of the 1 in each column of a matrix that the caller calls <paramref name="parameter"/>.</summary>
    internal static int[] Decode<T>(Matrix<T> encoded, string parameter)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        ElementType.Check<T>();
        ArgumentNullException.ThrowIfNull(encoded, parameter);
        int[] labels = new int[encoded.ColumnCount];
        for (int j = 0; j < labels.Length; j++)
        {
            labels[j] = -1;
            for (int i = 0; i < encoded.RowCount; i++)
            {
                T value = encoded[i, j];
                if (value == T.One && labels[j] < 0)
                {
                    labels[j] = i;
                }
                else if (value != T.Zero)
                {
                    throw new ArgumentException(
                        FormattableString.Invariant(
                            $"A one-hot column must hold one 1 and otherwise 0, but row {i} of column {j} holds {value}."),
                        parameter);
                }
            }

            if (labels[j] < 0)
            {
                throw new ArgumentException($"A one-hot column must hold one 1, but column {j} holds none.", parameter);
            }
        }

        return labels;
    }
}
