using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace NeuralNets.Core.Kernels;

/// <summary>The largest absolute value of some numbers.</summary>
internal static unsafe class Magnitude
{
    /// <summary>Computes <c>max |x[i]|</c>: 0 for no numbers, NaN if one of them is NaN. Does not allocate.</summary>
    public static double Max<T>(ReadOnlySpan<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        fixed (T* px = x)
        {
            return double.CreateChecked(Simd.Width switch
            {
                SimdWidth.Vector512 => Max<T, Vector512<T>, Lane512<T>>(px, x.Length),
                SimdWidth.Vector256 => Max<T, Vector256<T>, Lane256<T>>(px, x.Length),
                _ => Max<T, Vector128<T>, Lane128<T>>(px, x.Length),
            });
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static T Max<T, TVector, TLane>(T* x, int length)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : unmanaged
        where TLane : struct, ILane<T, TVector>
    {
        TVector m0 = TLane.Broadcast(T.Zero), m1 = m0;
        int i = 0;
        for (; i <= length - (2 * TLane.Count); i += 2 * TLane.Count)
        {
            m0 = TLane.MaxBits(m0, TLane.Abs(TLane.Load(x + i)));
            m1 = TLane.MaxBits(m1, TLane.Abs(TLane.Load(x + i + TLane.Count)));
        }

        for (; i < length; i += TLane.Count)
        {
            m0 = TLane.MaxBits(m0, TLane.Abs(TLane.LoadMasked(x + i, TLane.FirstLanes(length - i))));
        }

        T* lanes = stackalloc T[TLane.Count];
        TLane.Store(TLane.MaxBits(m0, m1), lanes);
        T max = lanes[0];
        for (int lane = 1; lane < TLane.Count; lane++)
        {
            max = T.Max(max, lanes[lane]);
        }

        return max;
    }
}
