using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace NeuralNets.Core.Kernels;

/// <summary>
/// Applies an <see cref="IUpdateRule{T}"/> to parameters whose gradient lies in memory. Each element comes from the same
/// operations wherever it lies. Nothing here allocates.
/// </summary>
internal static unsafe class UpdateKernel
{
    /// <summary>Updates parameters and slots with the mean gradient <c>sum·scale + 0</c>.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="sums">The sums of the gradient over the samples of a batch.</param>
    /// <param name="scale">One over the number of samples.</param>
    /// <param name="parameters">As many as sums.</param>
    /// <param name="slot0">As many as sums, or none if the rule has no slot.</param>
    /// <param name="slot1">As many as sums, or none if the rule has fewer than two slots.</param>
    /// <returns>The largest absolute value of a parameter afterwards: 0 for no parameters, NaN if one is NaN.</returns>
    public static double Apply<T, TRule>(
        TRule rule, ReadOnlySpan<T> sums, T scale, Span<T> parameters, Span<T> slot0, Span<T> slot1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TRule : unmanaged, IUpdateRule<T>
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(parameters.Length, sums.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(slot0.Length, TRule.SlotCount > 0 ? sums.Length : 0);
        ArgumentOutOfRangeException.ThrowIfNotEqual(slot1.Length, TRule.SlotCount > 1 ? sums.Length : 0);
        fixed (T* gradient = sums, parameter = parameters, first = slot0, second = slot1)
        {
            return double.CreateChecked(Simd.Width switch
            {
                SimdWidth.Vector512 =>
                    Apply<T, Vector512<T>, Lane512<T>, TRule>(&rule, gradient, scale, parameter, first, second, sums.Length),
                SimdWidth.Vector256 =>
                    Apply<T, Vector256<T>, Lane256<T>, TRule>(&rule, gradient, scale, parameter, first, second, sums.Length),
                _ => Apply<T, Vector128<T>, Lane128<T>, TRule>(&rule, gradient, scale, parameter, first, second, sums.Length),
            });
        }
    }

    /// <summary>Makes the mean gradient <c>sum·scale + 0</c> of sums, in their place.</summary>
    public static void Scale<T>(Span<T> sums, T scale)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Elementwise.Apply<T, ScaleOperator<T>>(sums, sums, new(scale));

    /// <summary>Makes the mean gradient with penalties, <c>sum·scale + 0 + L2·w + L1·sign(w)</c>, of sums, in their place.</summary>
    /// <param name="sums">The sums.</param>
    /// <param name="scale">One over the number of samples.</param>
    /// <param name="weights">As many as sums.</param>
    /// <param name="l1">The factor of the signs; the sign of 0 is 0.</param>
    /// <param name="l2">The factor of the weights.</param>
    public static void Penalize<T>(Span<T> sums, T scale, ReadOnlySpan<T> weights, T l1, T l2)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Elementwise.Apply<T, PenaltyOperator<T>>(sums, weights, sums, new(scale, l1, l2));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static T Apply<T, TVector, TLane, TRule>(TRule* rule, T* sums, T scale, T* parameters, T* slot0, T* slot1, int length)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : unmanaged
        where TLane : struct, ILane<T, TVector>
        where TRule : unmanaged, IUpdateRule<T>
    {
        TVector zero = TLane.Broadcast(T.Zero);
        TVector factor = TLane.Broadcast(scale);
        TVector largest = zero;
        int i = 0;

        // The rule is in memory, from where an operation takes a number to all lanes as it goes. From a register each would have to be
        // spread again and again, by units that arithmetic waits for.
        for (; i <= length - TLane.Count; i += TLane.Count)
        {
            TVector gradient = TLane.FusedMultiplyAdd(TLane.Load(sums + i), factor, zero);
            TVector parameter = TLane.Load(parameters + i);
            TVector first = TRule.SlotCount > 0 ? TLane.Load(slot0 + i) : zero;
            TVector second = TRule.SlotCount > 1 ? TLane.Load(slot1 + i) : zero;
            rule->Invoke<TVector, TLane>(gradient, ref parameter, ref first, ref second);
            TLane.Store(parameter, parameters + i);
            largest = TLane.MaxBits(largest, TLane.Abs(parameter));
            if (TRule.SlotCount > 0)
            {
                TLane.Store(first, slot0 + i);
            }

            if (TRule.SlotCount > 1)
            {
                TLane.Store(second, slot1 + i);
            }
        }

        if (i < length)
        {
            TVector mask = TLane.FirstLanes(length - i);
            TVector gradient = TLane.FusedMultiplyAdd(TLane.LoadMasked(sums + i, mask), factor, zero);
            TVector parameter = TLane.LoadMasked(parameters + i, mask);
            TVector first = TRule.SlotCount > 0 ? TLane.LoadMasked(slot0 + i, mask) : zero;
            TVector second = TRule.SlotCount > 1 ? TLane.LoadMasked(slot1 + i, mask) : zero;
            rule->Invoke<TVector, TLane>(gradient, ref parameter, ref first, ref second);
            TLane.StoreMasked(parameter, parameters + i, mask);
            largest = TLane.MaxBits(largest, TLane.Abs(TLane.And(parameter, mask)));
            if (TRule.SlotCount > 0)
            {
                TLane.StoreMasked(first, slot0 + i, mask);
            }

            if (TRule.SlotCount > 1)
            {
                TLane.StoreMasked(second, slot1 + i, mask);
            }
        }

        TVector* lanes = stackalloc TVector[1];
        *lanes = largest;
        return typeof(T) == typeof(float)
            ? Unsafe.BitCast<int, T>(Largest(new ReadOnlySpan<int>(lanes, TLane.Count)))
            : Unsafe.BitCast<long, T>(Largest(new ReadOnlySpan<long>(lanes, TLane.Count)));
    }

    /// <summary>Returns the greatest bit pattern: see <see cref="ILane{T, TVector}.MaxBits"/>.</summary>
    private static TBits Largest<TBits>(ReadOnlySpan<TBits> lanes)
        where TBits : unmanaged, IBinaryInteger<TBits>
    {
        TBits largest = TBits.Zero;
        foreach (TBits lane in lanes)
        {
            largest = TBits.Max(largest, lane);
        }

        return largest;
    }

    private readonly struct ScaleOperator<T>(T scale) : IUnaryOperator<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public TVector Invoke<TVector, TLane>(TVector sum)
            where TVector : unmanaged
            where TLane : struct, ILane<T, TVector> => TLane.FusedMultiplyAdd(sum, TLane.Broadcast(scale), TLane.Broadcast(T.Zero));
    }

    private readonly struct PenaltyOperator<T>(T scale, T l1, T l2) : IBinaryOperator<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public TVector Invoke<TVector, TLane>(TVector sum, TVector weight)
            where TVector : unmanaged
            where TLane : struct, ILane<T, TVector>
        {
            TVector zero = TLane.Broadcast(T.Zero);
            TVector gradient = TLane.FusedMultiplyAdd(sum, TLane.Broadcast(scale), zero);
            gradient = TLane.FusedMultiplyAdd(TLane.Broadcast(l2), weight, gradient);
            TVector sign = TLane.And(weight, TLane.Broadcast(-T.Zero));
            TVector signed = TLane.Or(sign, TLane.Broadcast(l1));
            return TLane.Add(gradient, TLane.Select(TLane.LessThan(zero, TLane.Abs(weight)), signed, zero));
        }
    }
}
