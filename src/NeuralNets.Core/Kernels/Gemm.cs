using System.Numerics;
using System.Runtime.Intrinsics;

namespace NeuralNets.Core.Kernels;

/// <summary>
/// Matrix products over column-major memory. Every element of the result is one chain of fused multiply-adds over k in
/// increasing order; vectors run along the rows of C, never along k. So neither the vector width nor the tile, the
/// blocking or a split of the work changes a bit: see <see cref="ReferenceGemm"/>, which every result equals.
/// </summary>
internal static unsafe class Gemm
{
    /// <summary>Computes <c>C = A·B</c>: the chains start from +0 and C is not read. Does not allocate in steady state.</summary>
    /// <param name="a">(m × k).</param>
    /// <param name="b">(k × n).</param>
    /// <param name="c">(m × n), column-major; must not overlap the operands.</param>
    /// <param name="leadingDimension">The step from column to column of <paramref name="c"/>, at least m.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static void Product<T>(MatrixView<T> a, MatrixView<T> b, Span<T> c, int leadingDimension)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check(a, b, c.Length, leadingDimension);
        fixed (T* pc = c)
        {
            Run(a, b, new GemmOutput<T> { Destination = pc, DestinationColumnStep = leadingDimension });
        }
    }

    /// <summary>Computes <c>C = C + A·B</c>: the chains start from what C holds, so that slices of k in order give the bits of one
    /// product. Does not allocate in steady state.</summary>
    /// <inheritdoc cref="Product{T}"/>
    public static void Accumulate<T>(MatrixView<T> a, MatrixView<T> b, Span<T> c, int leadingDimension)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check(a, b, c.Length, leadingDimension);
        fixed (T* pc = c)
        {
            Run(a, b, new GemmOutput<T>
            {
                Start = pc,
                StartColumnStep = leadingDimension,
                Destination = pc,
                DestinationColumnStep = leadingDimension,
            });
        }
    }

    /// <summary>
    /// Computes <c>C = fma(factor, (S + A·B)·scale + 0, keep·C)</c>, without writing the sums: the chains start from
    /// <paramref name="start"/>, or from +0 where it is empty. Does not allocate in steady state.
    /// </summary>
    /// <param name="a">(m × k).</param>
    /// <param name="b">(k × n).</param>
    /// <param name="c">(m × n), column-major; must not overlap the operands.</param>
    /// <param name="start">Empty, or the sums of earlier slices of k: (m × n) with the leading dimension of <paramref name="c"/>.</param>
    /// <param name="leadingDimension">The step from column to column of <paramref name="c"/>, at least m.</param>
    /// <param name="epilogue">The numbers of the formula.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static void AddScaled<T>(
        MatrixView<T> a, MatrixView<T> b, Span<T> c, ReadOnlySpan<T> start, int leadingDimension, LinearEpilogue<T> epilogue)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check(a, b, c.Length, leadingDimension);
        if (!start.IsEmpty)
        {
            MatrixView<T>.CheckStorage(start.Length, a.Rows, b.Columns, leadingDimension);
        }

        fixed (T* pc = c, ps = start)
        {
            Run(a, b, new GemmOutput<T>
            {
                Start = ps,
                StartColumnStep = leadingDimension,
                Destination = pc,
                DestinationColumnStep = leadingDimension,
                HasEpilogue = true,
                Epilogue = epilogue,
            });
        }
    }

    /// <summary>Checks that the shapes fit.</summary>
    public static void Check<T>(MatrixView<T> a, MatrixView<T> b, int length, int leadingDimension)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (a.Columns != b.Rows)
        {
            throw new ArgumentException(
                $"A product needs as many columns on the left as rows on the right, but got {a.Rows} x {a.Columns} times {b.Rows} x "
                    + $"{b.Columns}.");
        }

        MatrixView<T>.CheckStorage(length, a.Rows, b.Columns, leadingDimension);
    }

    private static void Run<T>(MatrixView<T> a, MatrixView<T> b, GemmOutput<T> output)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (a.Rows == 0 || b.Columns == 0)
        {
            return;
        }

        fixed (T* pa = a.Data, pb = b.Data)
        {
            var left = new GemmOperand<T>(pa, a.RowStep, a.ColumnStep);
            var right = new GemmOperand<T>(pb, b.RowStep, b.ColumnStep);
            switch (Simd.Width)
            {
                case SimdWidth.Vector512:
                    GemmBlocks<T, Vector512<T>, Lane512<T>>.Run(a.Rows, b.Columns, a.Columns, left, right, output);
                    break;
                case SimdWidth.Vector256:
                    GemmBlocks<T, Vector256<T>, Lane256<T>>.Run(a.Rows, b.Columns, a.Columns, left, right, output);
                    break;
                default:
                    GemmBlocks<T, Vector128<T>, Lane128<T>>.Run(a.Rows, b.Columns, a.Columns, left, right, output);
                    break;
            }
        }
    }
}
