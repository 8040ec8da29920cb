using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace NeuralNets.Core.Kernels;

/// <summary>
/// Multiplies the values of some units by 0 or by a factor, at random: 31 bits of <see cref="Philox"/> for each, which are a function of
/// the seed, the stream, the position of the sample and the unit.
/// </summary>
/// <remarks>
/// A block of Philox is 128 bits, for four units. Groups of 32 units have the eight blocks from
/// <c>8·(position·groups + group)</c> on, and block b has units 2b and 2b + 1 of the group and those 16 further on. Laid out like that, the
/// blocks of a group are computed side by side, one per lane of 64 bits, and need no shuffling on any width.
/// </remarks>
internal static unsafe class DropoutKernel
{
    private const int GroupUnits = 32;
    private const int GroupBlocks = 8;

    private static ReadOnlySpan<ulong> Indices => [0, 1, 2, 3, 4, 5, 6, 7];

    /// <summary>Multiplies values of one sample in place. Does not allocate.</summary>
    /// <param name="seed">The key of the generator.</param>
    /// <param name="stream">The upper half of its counter.</param>
    /// <param name="position">The position of the sample.</param>
    /// <param name="units">The number of all units.</param>
    /// <param name="firstUnit">The first unit whose value is there.</param>
    /// <param name="threshold">Values whose 31 bits, the upper ones of 32, are less become 0; from 0 to 2³¹.</param>
    /// <param name="factor">What the others are multiplied by.</param>
    /// <param name="values">The values of adjacent units.</param>
    public static void Multiply<T>(
        ulong seed, ulong stream, int position, int units, int firstUnit, long threshold, T factor, Span<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(firstUnit + values.Length, units);
        switch (Simd.Width)
        {
            case SimdWidth.Vector512:
                Multiply<T, Vector512<double>, Lane512<double>, Vector512<float>, Lane512<float>>(
                    seed, stream, position, units, firstUnit, threshold, factor, values);
                break;
            case SimdWidth.Vector256:
                Multiply<T, Vector256<double>, Lane256<double>, Vector256<float>, Lane256<float>>(
                    seed, stream, position, units, firstUnit, threshold, factor, values);
                break;
            default:
                Multiply<T, Vector128<double>, Lane128<double>, Vector128<float>, Lane128<float>>(
                    seed, stream, position, units, firstUnit, threshold, factor, values);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply<T, TVector, TLane, TFloats, TFloatLane>(
        ulong seed, ulong stream, int position, int units, int firstUnit, long threshold, T factor, Span<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : unmanaged
        where TLane : struct, ILane<double, TVector>
        where TFloats : unmanaged
        where TFloatLane : struct, ILane<float, TFloats>
    {
        // Which of the two it is cannot be foretold, so no branch decides it.
        T* factors = stackalloc T[2] { factor, T.Zero };
        uint* words = stackalloc uint[GroupUnits];
        int group = firstUnit / GroupUnits;
        ulong block = (ulong)((((long)position * ((units + GroupUnits - 1) / GroupUnits)) + group) * GroupBlocks);
        int unit = firstUnit % GroupUnits;
        fixed (ulong* indices = Indices)
        fixed (T* pv = values)
        {
            for (int done = 0; done < values.Length; block += GroupBlocks)
            {
                Draw<TVector, TLane>(seed, stream, block, indices, words);
                if (typeof(T) == typeof(float) && unit == 0 && values.Length - done >= GroupUnits)
                {
                    MultiplyGroup<TFloats, TFloatLane>((float*)pv + done, words, threshold, *(float*)factors);
                    done += GroupUnits;
                    continue;
                }

                for (; unit < GroupUnits && done < values.Length; unit++, done++)
                {
                    pv[done] *= factors[((words[unit] >> 1) - threshold) >>> 63];
                }

                unit = 0;
            }
        }
    }

    /// <summary>Multiplies the values of a whole group.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MultiplyGroup<TVector, TLane>(float* values, uint* words, long threshold, float factor)
        where TVector : unmanaged
        where TLane : struct, ILane<float, TVector>
    {
        TVector limit = TLane.BroadcastBits(threshold);
        for (int i = 0; i < GroupUnits; i += TLane.Count)
        {
            // The sign of the difference, in every bit.
            TVector less = TLane.SubtractBits(TLane.ShiftRightLogical(TLane.Load((float*)words + i), 1), limit);
            less = TLane.ShiftRightArithmetic(less, 31);
            TVector factors = TLane.Select(less, TLane.Broadcast(0), TLane.Broadcast(factor));
            TLane.Store(TLane.Multiply(TLane.Load(values + i), factors), values + i);
        }
    }

    /// <summary>Draws the 32 words of a group: its blocks one per lane, by the rounds of <see cref="Philox.Block"/>. What the upper halves
    /// of the lanes hold on the way means nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Draw<TVector, TLane>(ulong seed, ulong stream, ulong block, ulong* indices, uint* words)
        where TVector : unmanaged
        where TLane : struct, ILane<double, TVector>
    {
        TVector multiplier0 = TLane.BroadcastBits(Philox.Multiplier0);
        TVector multiplier1 = TLane.BroadcastBits(Philox.Multiplier1);
        TVector low = TLane.BroadcastBits(uint.MaxValue);
        for (int b = 0; b < GroupBlocks; b += TLane.Count)
        {
            // The first block is a multiple of 8, so all have the same upper half.
            TVector c0 = TLane.AddBits(TLane.Load((double*)(indices + b)), TLane.BroadcastBits((long)block));
            TVector c1 = TLane.BroadcastBits((long)(block >> 32));
            TVector c2 = TLane.BroadcastBits((long)(uint)stream);
            TVector c3 = TLane.BroadcastBits((long)(stream >> 32));
            uint key0 = (uint)seed;
            uint key1 = (uint)(seed >> 32);
            for (int round = 0; round < Philox.Rounds; round++)
            {
                TVector product0 = TLane.MultiplyLowHalves(multiplier0, c0);
                TVector product1 = TLane.MultiplyLowHalves(multiplier1, c2);
                c0 = TLane.Xor(TLane.Xor(TLane.ShiftRightLogical(product1, 32), c1), TLane.BroadcastBits(key0));
                c2 = TLane.Xor(TLane.Xor(TLane.ShiftRightLogical(product0, 32), c3), TLane.BroadcastBits(key1));
                c1 = product1;
                c3 = product0;
                key0 += Philox.Weyl0;
                key1 += Philox.Weyl1;
            }

            // Two words per lane, in the order of the units: the first in the low half.
            TVector first = TLane.Or(TLane.And(c0, low), TLane.ShiftLeft(c1, 32));
            TVector second = TLane.Or(TLane.And(c2, low), TLane.ShiftLeft(c3, 32));
            TLane.Store(first, (double*)words + b);
            TLane.Store(second, (double*)words + GroupBlocks + b);
        }
    }
}
