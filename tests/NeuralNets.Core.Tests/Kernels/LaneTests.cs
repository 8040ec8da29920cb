using System.Numerics;
using System.Runtime.Intrinsics;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Tests.Kernels;

/// <summary>The operations of lanes that look at bits, in every width.</summary>
public abstract class LaneTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly T[] s_withoutSign =
    [
        T.Zero, T.Epsilon, T.BitDecrement(T.One), T.One, T.BitIncrement(T.One), T.CreateChecked(8), T.PositiveInfinity, T.Abs(T.NaN),
    ];

    [Fact]
    public void MaxBits_NumbersWithoutSign_IsTheGreaterOrNaN()
    {
        Check<Vector128<T>, Lane128<T>>();
        Check<Vector256<T>, Lane256<T>>();
        Check<Vector512<T>, Lane512<T>>();

        static void Check<TVector, TLane>()
            where TVector : unmanaged
            where TLane : struct, ILane<T, TVector>
        {
            foreach (T left in s_withoutSign)
            {
                foreach (T right in s_withoutSign)
                {
                    T[] expected = new T[TLane.Count];
                    Array.Fill(expected, T.Max(left, right));

                    TVector max = TLane.MaxBits(TLane.Broadcast(left), TLane.Broadcast(right));

                    Lanes<TVector, TLane>(max).Should().Equal(expected, $"of {left} and {right}");
                }
            }
        }
    }

    [Fact]
    public void AreAllBitsZero_OneLaneDiffers_IsFalseForAnyButPositiveZero()
    {
        Check<Vector128<T>, Lane128<T>>();
        Check<Vector256<T>, Lane256<T>>();
        Check<Vector512<T>, Lane512<T>>();

        static unsafe void Check<TVector, TLane>()
            where TVector : unmanaged
            where TLane : struct, ILane<T, TVector>
        {
            TLane.AreAllBitsZero(TLane.Broadcast(T.Zero)).Should().BeTrue();
            for (int lane = 0; lane < TLane.Count; lane++)
            {
                foreach (T value in (T[])[T.NegativeZero, T.Epsilon, -T.Epsilon, T.One, T.PositiveInfinity, T.NaN])
                {
                    T[] values = new T[TLane.Count];
                    values[lane] = value;
                    fixed (T* p = values)
                    {
                        TLane.AreAllBitsZero(TLane.Load(p)).Should().BeFalse($"lane {lane} of {TLane.Count} is {value}");
                    }
                }
            }
        }
    }

    private static unsafe T[] Lanes<TVector, TLane>(TVector vector)
        where TVector : unmanaged
        where TLane : struct, ILane<T, TVector>
    {
        T[] lanes = new T[TLane.Count];
        fixed (T* p = lanes)
        {
            TLane.Store(vector, p);
        }

        return lanes;
    }
}

public sealed class LaneSingleTests : LaneTests<float>;

public sealed class LaneDoubleTests : LaneTests<double>;
