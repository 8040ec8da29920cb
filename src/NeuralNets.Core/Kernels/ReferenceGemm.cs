using System.Numerics;

namespace NeuralNets.Core.Kernels;

/// <summary>
/// The matrix product as the contract states it, one fused multiply-add after the other: what the fast kernels must equal
/// bit for bit, and the baseline of the benchmarks.
/// </summary>
internal static class ReferenceGemm
{
    /// <summary>Computes <c>C = A·B</c>: each element is a chain of fused multiply-adds over k in increasing order, starting from
    /// +0.</summary>
    public static void Product<T>(MatrixView<T> a, MatrixView<T> b, Span<T> c, int leadingDimension)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int j = 0; j < b.Columns; j++)
        {
            for (int i = 0; i < a.Rows; i++)
            {
                c[i + (j * leadingDimension)] = Chain(a, b, i, j, T.Zero);
            }
        }
    }

    /// <summary>Computes <c>C = C + A·B</c>: the chain starts from what C holds.</summary>
    public static void Accumulate<T>(MatrixView<T> a, MatrixView<T> b, Span<T> c, int leadingDimension)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int j = 0; j < b.Columns; j++)
        {
            for (int i = 0; i < a.Rows; i++)
            {
                ref T element = ref c[i + (j * leadingDimension)];
                element = Chain(a, b, i, j, element);
            }
        }
    }

    private static T Chain<T>(MatrixView<T> a, MatrixView<T> b, int i, int j, T start)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T sum = start;
        for (int k = 0; k < a.Columns; k++)
        {
            sum = T.FusedMultiplyAdd(
                a.Data[(i * a.RowStep) + (k * a.ColumnStep)], b.Data[(k * b.RowStep) + (j * b.ColumnStep)], sum);
        }

        return sum;
    }
}
