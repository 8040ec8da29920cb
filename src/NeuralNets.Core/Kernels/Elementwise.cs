using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace NeuralNets.Core.Kernels;

/// <summary>An elementwise function of one operand: <c>y = f(x)</c>.</summary>
internal interface IUnaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    TVector Invoke<TVector, TLane>(TVector x)
        where TVector : unmanaged
        where TLane : struct, ILane<T, TVector>;
}

/// <summary>An elementwise function of two operands: <c>y = f(x₁, x₂)</c>.</summary>
internal interface IBinaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    TVector Invoke<TVector, TLane>(TVector x1, TVector x2)
        where TVector : unmanaged
        where TLane : struct, ILane<T, TVector>;
}

/// <summary>An elementwise function of three operands: <c>y = f(x₁, x₂, x₃)</c>.</summary>
internal interface ITernaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    TVector Invoke<TVector, TLane>(TVector x1, TVector x2, TVector x3)
        where TVector : unmanaged
        where TLane : struct, ILane<T, TVector>;
}

/// <summary>
/// Applies elementwise operators to spans. An element's result comes from the same operations wherever it lies: the last,
/// partial vector goes through the same code as the others, with lanes masked off.
/// </summary>
internal static unsafe class Elementwise
{
    /// <summary>Computes <c>y[i] = f(x[i])</c>. Does not allocate.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The spans differ in length.</exception>
    /// <exception cref="ArgumentException">The spans overlap without being the same memory.</exception>
    public static void Apply<T, TOperator>(ReadOnlySpan<T> x, Span<T> y, TOperator f = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOperator : struct, IUnaryOperator<T>
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(y.Length, x.Length);
        SpanOverlap.CheckSameOrSeparate(x, y);
        fixed (T* px = x, py = y)
        {
            switch (Simd.Width)
            {
                case SimdWidth.Vector512:
                    Apply<T, Vector512<T>, Lane512<T>, TOperator>(px, py, x.Length, f);
                    break;
                case SimdWidth.Vector256:
                    Apply<T, Vector256<T>, Lane256<T>, TOperator>(px, py, x.Length, f);
                    break;
                default:
                    Apply<T, Vector128<T>, Lane128<T>, TOperator>(px, py, x.Length, f);
                    break;
            }
        }
    }

    /// <summary>Computes <c>y[i] = f(x₁[i], x₂[i])</c>. Does not allocate.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The spans differ in length.</exception>
    /// <exception cref="ArgumentException"><paramref name="y"/> overlaps another span without being the same memory.</exception>
    public static void Apply<T, TOperator>(ReadOnlySpan<T> x1, ReadOnlySpan<T> x2, Span<T> y, TOperator f = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOperator : struct, IBinaryOperator<T>
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(x2.Length, x1.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(y.Length, x1.Length);
        SpanOverlap.CheckSameOrSeparate(x1, y);
        SpanOverlap.CheckSameOrSeparate(x2, y);
        fixed (T* px1 = x1, px2 = x2, py = y)
        {
            switch (Simd.Width)
            {
                case SimdWidth.Vector512:
                    Apply<T, Vector512<T>, Lane512<T>, TOperator>(px1, px2, py, x1.Length, f);
                    break;
                case SimdWidth.Vector256:
                    Apply<T, Vector256<T>, Lane256<T>, TOperator>(px1, px2, py, x1.Length, f);
                    break;
                default:
                    Apply<T, Vector128<T>, Lane128<T>, TOperator>(px1, px2, py, x1.Length, f);
                    break;
            }
        }
    }

    /// <summary>Computes <c>y[i] = f(x₁[i], x₂[i], x₃[i])</c>. Does not allocate.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The spans differ in length.</exception>
    /// <exception cref="ArgumentException"><paramref name="y"/> overlaps another span without being the same memory.</exception>
    public static void Apply<T, TOperator>(
        ReadOnlySpan<T> x1, ReadOnlySpan<T> x2, ReadOnlySpan<T> x3, Span<T> y, TOperator f = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TOperator : struct, ITernaryOperator<T>
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(x2.Length, x1.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(x3.Length, x1.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(y.Length, x1.Length);
        SpanOverlap.CheckSameOrSeparate(x1, y);
        SpanOverlap.CheckSameOrSeparate(x2, y);
        SpanOverlap.CheckSameOrSeparate(x3, y);
        fixed (T* px1 = x1, px2 = x2, px3 = x3, py = y)
        {
            switch (Simd.Width)
            {
                case SimdWidth.Vector512:
                    Apply<T, Vector512<T>, Lane512<T>, TOperator>(px1, px2, px3, py, x1.Length, f);
                    break;
                case SimdWidth.Vector256:
                    Apply<T, Vector256<T>, Lane256<T>, TOperator>(px1, px2, px3, py, x1.Length, f);
                    break;
                default:
                    Apply<T, Vector128<T>, Lane128<T>, TOperator>(px1, px2, px3, py, x1.Length, f);
                    break;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Apply<T, TVector, TLane, TOperator>(T* x, T* y, int length, TOperator f)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : unmanaged
        where TLane : struct, ILane<T, TVector>
        where TOperator : struct, IUnaryOperator<T>
    {
        int i = 0;
        for (; i <= length - TLane.Count; i += TLane.Count)
        {
            TLane.Store(f.Invoke<TVector, TLane>(TLane.Load(x + i)), y + i);
        }

        if (i < length)
        {
            TVector mask = TLane.FirstLanes(length - i);
            TLane.StoreMasked(f.Invoke<TVector, TLane>(TLane.LoadMasked(x + i, mask)), y + i, mask);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Apply<T, TVector, TLane, TOperator>(T* x1, T* x2, T* y, int length, TOperator f)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : unmanaged
        where TLane : struct, ILane<T, TVector>
        where TOperator : struct, IBinaryOperator<T>
    {
        int i = 0;
        for (; i <= length - TLane.Count; i += TLane.Count)
        {
            TLane.Store(f.Invoke<TVector, TLane>(TLane.Load(x1 + i), TLane.Load(x2 + i)), y + i);
        }

        if (i < length)
        {
            TVector mask = TLane.FirstLanes(length - i);
            TVector result = f.Invoke<TVector, TLane>(TLane.LoadMasked(x1 + i, mask), TLane.LoadMasked(x2 + i, mask));
            TLane.StoreMasked(result, y + i, mask);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Apply<T, TVector, TLane, TOperator>(T* x1, T* x2, T* x3, T* y, int length, TOperator f)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : unmanaged
        where TLane : struct, ILane<T, TVector>
        where TOperator : struct, ITernaryOperator<T>
    {
        int i = 0;
        for (; i <= length - TLane.Count; i += TLane.Count)
        {
            TLane.Store(f.Invoke<TVector, TLane>(TLane.Load(x1 + i), TLane.Load(x2 + i), TLane.Load(x3 + i)), y + i);
        }

        if (i < length)
        {
            TVector mask = TLane.FirstLanes(length - i);
            TVector result = f.Invoke<TVector, TLane>(
                TLane.LoadMasked(x1 + i, mask), TLane.LoadMasked(x2 + i, mask), TLane.LoadMasked(x3 + i, mask));
            TLane.StoreMasked(result, y + i, mask);
        }
    }
}
