using System.Numerics;
using NeuralNets.Core.Kernels;
using NeuralNets.Core.Tests.Training;

namespace NeuralNets.Core.Tests.Kernels;

/// <summary>The mask of dropout against Philox, block by block.</summary>
[Collection(SimdWidthCollection.Name)]
public abstract class DropoutKernelTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const ulong Seed = 0x123456789abcdef0;
    private const ulong Stream = 0x0000030400000007;
    private const long Half = 1L << 30;

    [Fact]
    public void Multiply_EveryLengthAndFirstUnitAndWidth_IsTheMaskOfPhiloxAndNothingElseIsWritten()
    {
        T factor = T.CreateChecked(1.25);
        foreach (SimdWidth width in Enum.GetValues<SimdWidth>())
        {
            using IDisposable forced = Simd.Force(width);
            foreach (int units in (int[])[1, 31, 32, 33, 100])
            {
                foreach (int position in (int[])[0, 1, 12345, int.MaxValue])
                {
                    for (int first = 0; first < units; first += 7)
                    {
                        foreach (int count in (int[])[0, 1, 16, 33, units - first])
                        {
                            Check(units, position, first, Math.Min(count, units - first), factor);
                        }
                    }
                }
            }
        }
    }

    [Fact]
    public void Multiply_Thresholds_AreTheFractionThatBecomes0()
    {
        const int Units = 1000;
        foreach ((double rate, long threshold) in ((double, long)[])[(0, 0), (0.25, 1L << 29), (0.5, Half), (1, 1L << 31)])
        {
            int zeros = 0;
            for (int position = 0; position < 100; position++)
            {
                T[] values = new T[Units];
                Array.Fill(values, T.One);
                DropoutKernel.Multiply(Seed, Stream, position, Units, 0, threshold, T.One, values);
                zeros += values.Count(value => value == T.Zero);
            }

            // Five standard deviations of 100,000 draws.
            ((double)zeros / (100 * Units)).Should().BeApproximately(rate, 5 * Math.Sqrt(rate * (1 - rate) / (100 * Units)));
        }
    }

    [Fact]
    public void Multiply_NaNAndInfinity_NeverBecomeNumbers()
    {
        T[] values = [T.NaN, T.PositiveInfinity, T.NaN, T.NegativeInfinity];

        DropoutKernel.Multiply(Seed, Stream, 1, 4, 0, 1L << 31, T.One, values);

        values.Select(T.IsNaN).Should().AllBeEquivalentTo(true, "0 times infinity is not a number");
    }

    [Fact]
    public void Multiply_MoreUnitsThanThereAre_Throws()
    {
        Action multiply = () => DropoutKernel.Multiply(Seed, Stream, 0, 4, 2, Half, T.One, new T[3]);

        multiply.Should().Throw<ArgumentOutOfRangeException>();
    }

    private static void Check(int units, int position, int first, int count, T factor)
    {
        T[] values = RandomValues.Create<T>(1, count + 8);
        T[] expected = [.. values];
        for (int i = 0; i < count; i++)
        {
            expected[4 + i] *= NaiveDropout.Word(Seed, Stream, position, units, first + i) >> 1 < Half ? T.Zero : factor;
        }

        DropoutKernel.Multiply(Seed, Stream, position, units, first, Half, factor, values.AsSpan(4, count));

        RandomValues.Bits<T>(values).Should().Equal(
            RandomValues.Bits<T>(expected), $"of {count} of {units} units from {first} at {position}, {Simd.Width}");
    }
}

public sealed class DropoutKernelSingleTests : DropoutKernelTests<float>;

public sealed class DropoutKernelDoubleTests : DropoutKernelTests<double>;
