using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace NeuralNets.Core.Kernels;

/// <summary>Operations on the columns of a column-major matrix and a vector as long as one of them. They do not allocate.</summary>
internal static unsafe class Columns
{
    /// <summary>Adds <paramref name="addend"/> to each of the adjacent columns of <paramref name="matrix"/>: a layer's bias. A −0
    /// in it counts as +0, so that the sign of a zero in the matrix makes no difference.</summary>
    public static void Add<T>(Span<T> matrix, ReadOnlySpan<T> addend, int columns)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        MatrixView<T>.CheckStorage(matrix.Length, addend.Length, columns, addend.Length);
        fixed (T* pm = matrix, pa = addend)
        {
            switch (Simd.Width)
            {
                case SimdWidth.Vector512:
                    Add<T, Vector512<T>, Lane512<T>>(pm, pa, addend.Length, columns);
                    break;
                case SimdWidth.Vector256:
                    Add<T, Vector256<T>, Lane256<T>>(pm, pa, addend.Length, columns);
                    break;
                default:
                    Add<T, Vector128<T>, Lane128<T>>(pm, pa, addend.Length, columns);
                    break;
            }
        }
    }

    /// <summary>
    /// Adds the adjacent columns of <paramref name="matrix"/>, to <paramref name="sum"/>, one after the other: the gradient
    /// of a layer's bias. Each element is one chain of additions in the order of the columns.
    /// </summary>
    public static void Accumulate<T>(ReadOnlySpan<T> matrix, Span<T> sum, int columns)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        MatrixView<T>.CheckStorage(matrix.Length, sum.Length, columns, sum.Length);
        fixed (T* pm = matrix, ps = sum)
        {
            switch (Simd.Width)
            {
                case SimdWidth.Vector512:
                    Accumulate<T, Vector512<T>, Lane512<T>>(pm, ps, sum.Length, columns);
                    break;
                case SimdWidth.Vector256:
                    Accumulate<T, Vector256<T>, Lane256<T>>(pm, ps, sum.Length, columns);
                    break;
                default:
                    Accumulate<T, Vector128<T>, Lane128<T>>(pm, ps, sum.Length, columns);
                    break;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add<T, TVector, TLane>(T* matrix, T* addend, int rows, int columns)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : unmanaged
        where TLane : struct, ILane<T, TVector>
    {
        TVector zero = TLane.Broadcast(T.Zero);
        int whole = rows - (rows % TLane.Count);
        TVector mask = TLane.FirstLanes(rows - whole);
        TVector rest = TLane.Add(TLane.LoadMasked(addend + whole, mask), zero);
        for (int j = 0; j < columns; j++)
        {
            for (int i = 0; i < whole; i += TLane.Count)
            {
                TVector value = TLane.Add(TLane.Load(addend + i), zero);
                TLane.Store(TLane.Add(TLane.Load(matrix + i), value), matrix + i);
            }

            if (whole < rows)
            {
                TLane.StoreMasked(TLane.Add(TLane.LoadMasked(matrix + whole, mask), rest), matrix + whole, mask);
            }

            matrix += rows;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Accumulate<T, TVector, TLane>(T* matrix, T* sum, int rows, int columns)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : unmanaged
        where TLane : struct, ILane<T, TVector>
    {
        for (int i = 0; i < rows; i += TLane.Count)
        {
            TVector mask = TLane.FirstLanes(rows - i);
            TVector value = TLane.LoadMasked(sum + i, mask);
            T* column = matrix + i;
            for (int j = 0; j < columns; j++, column += rows)
            {
                value = TLane.Add(value, TLane.LoadMasked(column, mask));
            }

            TLane.StoreMasked(value, sum + i, mask);
        }
    }
}
