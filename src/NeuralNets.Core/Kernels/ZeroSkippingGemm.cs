using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace NeuralNets.Core.Kernels;

/// <summary>
/// Products with the input of a network, which is zero in many places: the background of an image, a word that does not occur.
/// A term that is zero leaves a sum of fused multiply-adds as it is, so it is left out where a whole tile has no other.
/// </summary>
/// <remarks>
/// The definition is that of <see cref="Gemm"/>, but for the terms with a zero of B: each is 0, also where A holds NaN or
/// infinity, and a zero sum may have either sign. So a result does not depend on which terms a tile happens to leave out,
/// if who calls makes nothing of the sign of a zero (adding +0 takes it away) and, where A is not finite, has every column of C
/// computed by itself. Nothing here allocates.
/// </remarks>
internal static unsafe class ZeroSkippingGemm
{
    /// <summary>Above this fraction of nonzero terms, skipping does not pay.</summary>
    private const double WorthListing = 0.9;

    /// <summary>Computes <c>C = A·B</c> or <c>C = C + A·B</c>.</summary>
    /// <param name="a">(m × k), whose rows are adjacent.</param>
    /// <param name="b">(k × n).</param>
    /// <param name="nonzeros">The elements of <paramref name="b"/> that are not zero; see <see cref="Nonzeros"/>.</param>
    /// <param name="perColumn">Whether each column of C is computed by itself: needed unless all of A is finite.</param>
    /// <param name="rows">Room for k numbers.</param>
    /// <param name="accumulate">Whether the sums start from what C holds.</param>
    /// <param name="c">(m × n), column-major; must not overlap the operands.</param>
    /// <param name="leadingDimension">The step from column to column of <paramref name="c"/>, at least m.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static void Product<T>(
        MatrixView<T> a,
        MatrixView<T> b,
        ReadOnlySpan<ulong> nonzeros,
        bool perColumn,
        Span<int> rows,
        bool accumulate,
        Span<T> c,
        int leadingDimension)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check(a, b, nonzeros, rows, c.Length, leadingDimension);
        fixed (T* pc = c)
        {
            Run(a, b, nonzeros, perColumn, rows, new GemmOutput<T>
            {
                Start = accumulate ? pc : null,
                StartColumnStep = leadingDimension,
                Destination = pc,
                DestinationColumnStep = leadingDimension,
            });
        }
    }

    /// <summary>Computes <c>C = fma(factor, (S + A·B)·scale + 0, keep·C)</c>; see <see cref="Gemm.AddScaled{T}"/>.</summary>
    /// <param name="a">(m × k), whose rows are adjacent.</param>
    /// <param name="b">(k × n).</param>
    /// <param name="nonzeros">The elements of <paramref name="b"/> that are not zero; see <see cref="Nonzeros"/>.</param>
    /// <param name="perColumn">Whether each column of C is computed by itself: needed unless all of A is finite.</param>
    /// <param name="rows">Room for k numbers.</param>
    /// <param name="c">(m × n), column-major; must not overlap the operands.</param>
    /// <param name="start">Empty, or the sums of earlier slices of k: (m × n) with the leading dimension of <paramref name="c"/>.</param>
    /// <param name="leadingDimension">The step from column to column of <paramref name="c"/>, at least m.</param>
    /// <param name="epilogue">The numbers of the formula.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static void AddScaled<T>(
        MatrixView<T> a,
        MatrixView<T> b,
        ReadOnlySpan<ulong> nonzeros,
        bool perColumn,
        Span<int> rows,
        Span<T> c,
        ReadOnlySpan<T> start,
        int leadingDimension,
        LinearEpilogue<T> epilogue)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Check(a, b, nonzeros, rows, c.Length, leadingDimension);
        if (!start.IsEmpty)
        {
            MatrixView<T>.CheckStorage(start.Length, a.Rows, b.Columns, leadingDimension);
        }

        fixed (T* pc = c, ps = start)
        {
            Run(a, b, nonzeros, perColumn, rows, new GemmOutput<T>
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

    private static void Check<T>(
        MatrixView<T> a, MatrixView<T> b, ReadOnlySpan<ulong> nonzeros, Span<int> rows, int length, int leadingDimension)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Gemm.Check(a, b, length, leadingDimension);
        ArgumentOutOfRangeException.ThrowIfNotEqual(a.RowStep, 1, nameof(a));
        ArgumentOutOfRangeException.ThrowIfLessThan(nonzeros.Length, b.Columns * Nonzeros.Words(b.Rows));
        ArgumentOutOfRangeException.ThrowIfLessThan(rows.Length, b.Rows);
    }

    private static void Run<T>(
        MatrixView<T> a, MatrixView<T> b, ReadOnlySpan<ulong> nonzeros, bool perColumn, Span<int> rows, GemmOutput<T> output)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (a.Rows == 0 || b.Columns == 0)
        {
            return;
        }

        switch (Simd.Width)
        {
            case SimdWidth.Vector512:
                Run<T, Vector512<T>, Lane512<T>>(a, b, nonzeros, perColumn, rows, output);
                break;
            case SimdWidth.Vector256:
                Run<T, Vector256<T>, Lane256<T>>(a, b, nonzeros, perColumn, rows, output);
                break;
            default:
                Run<T, Vector128<T>, Lane128<T>>(a, b, nonzeros, perColumn, rows, output);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<T, TVector, TLane>(
        MatrixView<T> a, MatrixView<T> b, ReadOnlySpan<ulong> nonzeros, bool perColumn, Span<int> rows, GemmOutput<T> output)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : unmanaged
        where TLane : struct, ILane<T, TVector>
    {
        int words = Nonzeros.Words(b.Rows);
        int most = perColumn ? b.Rows : (int)(WorthListing * b.Rows);
        int vectors = (a.Rows + TLane.Count - 1) / TLane.Count;
        int panels = (vectors + GemmBlocks<T, TVector, TLane>.PanelVectors - 1) / GemmBlocks<T, TVector, TLane>.PanelVectors;
        int widest = perColumn ? 1 : GemmBlocks<T, TVector, TLane>.Widest(Partition.Share(vectors, panels, 0).Count);
        int groups = (b.Columns + widest - 1) / widest;
        GemmOutput<T> tile = output;
        fixed (T* pa = a.Data, pb = b.Data)
        fixed (int* list = rows)
        {
            for (int group = 0; group < groups; group++)
            {
                (int j, int width) = Partition.Share(b.Columns, groups, group);
                int count = Nonzeros.List(nonzeros.Slice(j * words, width * words), words, most, rows);
                if (count == 0 && output.LeavesCWithoutTerms)
                {
                    continue;
                }

                bool listed = count <= most;
                for (int panel = 0; panel < panels; panel++)
                {
                    (int firstVector, int panelVectors) = Partition.Share(vectors, panels, panel);
                    int i = firstVector * TLane.Count;
                    tile.MoveTo(in output, i, j);
                    GemmBlocks<T, TVector, TLane>.RunPanel(
                        Math.Min(panelVectors * TLane.Count, a.Rows - i),
                        width,
                        widest,
                        listed ? count : b.Rows,
                        listed ? list : null,
                        pa + i,
                        a.ColumnStep,
                        pa + a.Data.Length,
                        new GemmOperand<T>(pb + ((nint)j * b.ColumnStep), b.RowStep, b.ColumnStep),
                        &tile);
                }
            }
        }
    }
}
