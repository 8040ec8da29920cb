using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace NeuralNets.Core.Kernels;

/// <summary>Converts bytes to floating-point numbers. Does not allocate.</summary>
internal static unsafe class ByteConversion
{
    /// <summary>Computes <c>y[i] = x[i]/255</c>, correctly rounded.</summary>
    public static void ToUnitInterval<T>(ReadOnlySpan<byte> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Convert<T, Constant1>(x, byte.MaxValue, y);

    /// <summary>Computes <c>y[i] = x[i]/divisor</c>, correctly rounded.</summary>
    /// <param name="x">Bytes.</param>
    /// <param name="divisor">A byte above 0.</param>
    /// <param name="y">As many numbers.</param>
    public static void Divide<T>(ReadOnlySpan<byte> x, byte divisor, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Convert<T, Constant1>(x, divisor, y);

    /// <summary>Computes <c>y[i] = x[i]</c>.</summary>
    public static void ToNumbers<T>(ReadOnlySpan<byte> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Convert<T, Constant0>(x, 1, y);

    private static void Convert<T, TScaled>(ReadOnlySpan<byte> x, byte divisor, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TScaled : struct, IConstant
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(y.Length, x.Length);
        fixed (byte* px = x)
        fixed (T* py = y)
        {
            switch (Simd.Width)
            {
                case SimdWidth.Vector512:
                    Convert<T, Vector512<T>, Lane512<T>, TScaled>(px, T.CreateTruncating(divisor), py, x.Length);
                    break;
                case SimdWidth.Vector256:
                    Convert<T, Vector256<T>, Lane256<T>, TScaled>(px, T.CreateTruncating(divisor), py, x.Length);
                    break;
                default:
                    Convert<T, Vector128<T>, Lane128<T>, TScaled>(px, T.CreateTruncating(divisor), py, x.Length);
                    break;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Convert<T, TVector, TLane, TScaled>(byte* x, T divisor, T* y, int length)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : unmanaged
        where TLane : struct, ILane<T, TVector>
        where TScaled : struct, IConstant
    {
        T reciprocal = T.One / divisor;
        TVector high = TLane.Broadcast(reciprocal);
        TVector low = TLane.Broadcast(T.FusedMultiplyAdd(-reciprocal, divisor, T.One) / divisor);
        int i = 0;
        for (; i <= length - TLane.Count; i += TLane.Count)
        {
            TVector value = TLane.LoadBytes(x + i);
            if (TScaled.Value == 1)
            {
                // A division would cost more than the rest of the gathering. With the reciprocal in two parts the product is rounded
                // correctly (tested for all bytes and divisors).
                value = TLane.FusedMultiplyAdd(value, high, TLane.Multiply(value, low));
            }

            TLane.Store(value, y + i);
        }

        for (; i < length; i++)
        {
            T value = T.CreateTruncating(x[i]);
            y[i] = TScaled.Value == 1 ? value / divisor : value;
        }
    }
}
