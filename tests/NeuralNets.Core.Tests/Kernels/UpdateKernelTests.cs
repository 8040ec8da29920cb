using System.Numerics;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Tests.Kernels;

/// <summary>The kernel that applies update rules, against one number at a time.</summary>
[Collection(SimdWidthCollection.Name)]
public abstract class UpdateKernelTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int MostElements = 70;
    private const int Margin = 9;

    private static readonly T s_scale = T.One / T.CreateChecked(7);
    private static readonly T s_factor = T.CreateChecked(-0.3);

    private delegate double Kernel(ReadOnlySpan<T> sums, Span<T> parameters, Span<T> slot0, Span<T> slot1);

    public static TheoryData<int> SlotCounts => [0, 1, 2];

    [Theory]
    [MemberData(nameof(SlotCounts))]
    public void Apply_EveryLengthAndWidth_HasTheBitsOfAScalarReferenceAndWritesNothingElse(int slots)
    {
        foreach (SimdWidth width in Enum.GetValues<SimdWidth>())
        {
            using IDisposable forced = Simd.Force(width);
            for (int length = 0; length <= MostElements; length++)
            {
                T[] sums = RandomValues.Create<T>(length + 1, length, limit: 3);
                T[][] values = [.. Enumerable.Range(0, 3).Select(
                    i => RandomValues.Create<T>(length + (100 * i) + 2, length + (2 * Margin)))];
                if (length > 4)
                {
                    sums[length / 2] = T.NegativeZero;
                    values[0][Margin + (length / 2)] = T.NegativeZero;
                    sums[length / 3] = T.Epsilon;
                }

                T[][] expected = [.. values.Select(value => (T[])[.. value])];
                double largest = Reference(slots, sums, expected, length);

                double returned = Of(slots)(sums, Inner(0), slots > 0 ? Inner(1) : [], slots > 1 ? Inner(2) : []);

                returned.Should().Be(largest, $"of {length} with {width}");
                for (int i = 0; i < 3; i++)
                {
                    RandomValues.Bits<T>(values[i])
                        .Should().Equal(RandomValues.Bits<T>(expected[i]), $"of {length} with {width}, slot {i - 1}");
                }

                Span<T> Inner(int i) => values[i].AsSpan(Margin, length);
            }
        }
    }

    [Theory]
    [MemberData(nameof(SlotCounts))]
    public void Apply_NaNInASumOrAParameter_IsReturnedAndTouchesNoOther(int slots)
    {
        foreach (SimdWidth width in Enum.GetValues<SimdWidth>())
        {
            using IDisposable forced = Simd.Force(width);
            for (int length = 1; length <= MostElements; length += 3)
            {
                for (int position = 0; position < length; position++)
                {
                    foreach (bool inSums in (bool[])[false, true])
                    {
                        T[] sums = RandomValues.Create<T>(1, length);
                        T[] parameters = RandomValues.Create<T>(2, length);
                        (inSums ? sums : parameters)[position] = T.NaN;

                        double largest = Of(slots)(sums, parameters, new T[slots > 0 ? length : 0], new T[slots > 1 ? length : 0]);

                        largest.Should().Be(double.NaN, $"the NaN is at {position} of {length} with {width}");
                        T.IsNaN(parameters[position]).Should().BeTrue();
                        parameters.Count(T.IsNaN).Should().Be(1);
                    }
                }
            }
        }
    }

    [Fact]
    public void Apply_LargestOfNegativeAndInfinite_IsItsAbsoluteValue()
    {
        foreach (SimdWidth width in Enum.GetValues<SimdWidth>())
        {
            using IDisposable forced = Simd.Force(width);
            for (int position = 0; position < MostElements; position++)
            {
                T[] parameters = RandomValues.Create<T>(2, MostElements);
                parameters[position] = T.CreateChecked(-8);
                Of(0)(new T[MostElements], parameters, [], []).Should().Be(8);
                parameters[position] = T.NegativeInfinity;
                Of(0)(new T[MostElements], parameters, [], []).Should().Be(double.PositiveInfinity);
            }
        }
    }

    [Fact]
    public void Apply_LengthsThatDiffer_AreRefused()
    {
        T[] four = new T[4];
        T[] three = new T[3];
        Action[] calls =
        [
            () => Of(0)(four, three, [], []),
            () => Of(0)(four, four, new T[4], []),
            () => Of(1)(four, four, [], []),
            () => Of(1)(four, four, three, []),
            () => Of(1)(four, four, new T[4], new T[4]),
            () => Of(2)(four, four, new T[4], []),
            () => Of(2)(four, four, new T[4], three),
        ];
        foreach (Action call in calls)
        {
            call.Should().Throw<ArgumentOutOfRangeException>();
        }
    }

    private static Kernel Of(int slots) => slots switch
    {
        0 => (sums, parameters, slot0, slot1) => UpdateKernel.Apply(default(NoSlot), sums, s_scale, parameters, slot0, slot1),
        1 => (sums, parameters, slot0, slot1) => UpdateKernel.Apply(default(OneSlot), sums, s_scale, parameters, slot0, slot1),
        _ => (sums, parameters, slot0, slot1) => UpdateKernel.Apply(default(TwoSlots), sums, s_scale, parameters, slot0, slot1),
    };

    /// <summary>Does to one number after the other what the rules below do to many.</summary>
    private static double Reference(int slots, T[] sums, T[][] values, int length)
    {
        T largest = T.Zero;
        for (int i = 0; i < length; i++)
        {
            T gradient = T.FusedMultiplyAdd(sums[i], s_scale, T.Zero);
            ref T parameter = ref values[0][Margin + i];
            ref T slot0 = ref values[1][Margin + i];
            ref T slot1 = ref values[2][Margin + i];
            if (slots > 0)
            {
                slot0 = T.FusedMultiplyAdd(s_factor, slot0, gradient);
                gradient = slot0;
            }

            if (slots > 1)
            {
                slot1 = T.FusedMultiplyAdd(slot0, slot0, slot1);
                gradient *= slot1;
            }

            parameter = T.FusedMultiplyAdd(s_factor, gradient, parameter);
            largest = T.Max(largest, T.Abs(parameter));
        }

        return double.CreateChecked(largest);
    }

    private readonly struct NoSlot : IUpdateRule<T>
    {
        public static int SlotCount => 0;

        public void Invoke<TVector, TLane>(TVector gradient, ref TVector parameter, ref TVector slot0, ref TVector slot1)
            where TVector : unmanaged
            where TLane : struct, ILane<T, TVector> =>
            parameter = TLane.FusedMultiplyAdd(TLane.Broadcast(s_factor), gradient, parameter);
    }

    private readonly struct OneSlot : IUpdateRule<T>
    {
        public static int SlotCount => 1;

        public void Invoke<TVector, TLane>(TVector gradient, ref TVector parameter, ref TVector slot0, ref TVector slot1)
            where TVector : unmanaged
            where TLane : struct, ILane<T, TVector>
        {
            slot0 = TLane.FusedMultiplyAdd(TLane.Broadcast(s_factor), slot0, gradient);
            parameter = TLane.FusedMultiplyAdd(TLane.Broadcast(s_factor), slot0, parameter);
        }
    }

    private readonly struct TwoSlots : IUpdateRule<T>
    {
        public static int SlotCount => 2;

        public void Invoke<TVector, TLane>(TVector gradient, ref TVector parameter, ref TVector slot0, ref TVector slot1)
            where TVector : unmanaged
            where TLane : struct, ILane<T, TVector>
        {
            slot0 = TLane.FusedMultiplyAdd(TLane.Broadcast(s_factor), slot0, gradient);
            slot1 = TLane.FusedMultiplyAdd(slot0, slot0, slot1);
            parameter = TLane.FusedMultiplyAdd(TLane.Broadcast(s_factor), TLane.Multiply(slot0, slot1), parameter);
        }
    }
}

public sealed class UpdateKernelSingleTests : UpdateKernelTests<float>;

public sealed class UpdateKernelDoubleTests : UpdateKernelTests<double>;
