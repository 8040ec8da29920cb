namespace NeuralNets.Core.Tests.Kernels;

/// <summary>
/// The error of exp, log, tanh and sigmoid in units in the last place, against the bounds that their documentation gives.
/// </summary>
[Trait("Kind", "Sweep")]
public sealed class VectorMathAccuracyTests
{
    private const int Block = 4096;

    // Where a method changes its course, a result changes its binade, or a limit is reached, in float or in double.
    private static readonly double[] s_thresholds =
    [
        1e-4, 0.17328679513998632, 0.34657359027997264, 0.5198603854199590, 0.70710678118654752, 1, 1.0397207708399179,
        1.4142135623730951, 8.66, 9.01, 10, 16.6, 17.33, 18.71, 19.06, 20, 36.04, 36.74, 87.336544750553102, 88.72283905206835,
        89, 103.27892990343185, 103.97207708399179, 104, 708.39641853226408, 709.78271289338397, 710, 744.44007192138127,
        745.13321910194111, 746, 1.1754943508222875e-38, 2.2250738585072014e-308,
    ];

    [Theory]
    [InlineData(ElementaryFunction.Exp, 1.01)]
    [InlineData(ElementaryFunction.Log, 0.91)]
    [InlineData(ElementaryFunction.Tanh, 1.0)]
    [InlineData(ElementaryFunction.Sigmoid, 1.48)]
    public void Single_BitPatternsOfWholeRange_StayWithinBound(ElementaryFunction function, double bound)
    {
        Worst worst = SweepSingle(function, 0, uint.MaxValue, LocalRun.IsExhaustive ? 1u : 4099u);
        foreach (double threshold in s_thresholds)
        {
            uint center = BitConverter.SingleToUInt32Bits((float)threshold);
            uint first = center < 10_000 ? 0 : center - 10_000;
            worst = worst.Or(SweepSingle(function, first, center + 10_000, 1));
            worst = worst.Or(SweepSingle(function, first | 0x8000_0000, (center + 10_000) | 0x8000_0000, 1));
        }

        worst.Error.Should().BeLessThanOrEqualTo(bound, "the worst float is {0:R}", worst.At);
    }

    [Theory]
    [InlineData(ElementaryFunction.Exp, 0.99)]
    [InlineData(ElementaryFunction.Log, 0.93)]
    [InlineData(ElementaryFunction.Tanh, 1.30)]
    [InlineData(ElementaryFunction.Sigmoid, 1.48)]
    public void Double_SampleOfWholeRange_StaysWithinBound(ElementaryFunction function, double bound)
    {
        double[] x = [.. SampleDoubles(function)];
        var y = new double[x.Length];
        function.Apply<double>(x, y);

        var worst = new Worst(0, 0);
        for (int i = 0; i < x.Length; i++)
        {
            worst = worst.Or(new Worst(function.InHighPrecision(x[i]).UlpErrorOf(y[i]), x[i]));
        }

        worst.Error.Should().BeLessThanOrEqualTo(bound, "the worst of {0} numbers is {1:R}", x.Length, worst.At);
    }

    /// <summary>The worst numbers that searches have found, from which the bounds for double come.</summary>
    [Theory]
    [InlineData(ElementaryFunction.Exp, 0.36072100429829257, 0.9830)]
    [InlineData(ElementaryFunction.Log, 0.7069107736655645, 0.9076)]
    [InlineData(ElementaryFunction.Log, 0.7069366695184897, 0.9266)]
    [InlineData(ElementaryFunction.Tanh, 0.18014076324526257, 1.2870)]
    [InlineData(ElementaryFunction.Tanh, 0.17946833094459416, 1.2967)]
    [InlineData(ElementaryFunction.Tanh, -0.17946833094459416, 1.2967)]
    [InlineData(ElementaryFunction.Sigmoid, -4.14983816578744, 1.4742)]
    [InlineData(ElementaryFunction.Sigmoid, -4.146861737736902, 1.4781)]
    public void Double_HardCase_HasTheErrorThatWasFound(ElementaryFunction function, double x, double error) =>
        function.InHighPrecision(x).UlpErrorOf(function.Apply(x)).Should().BeApproximately(error, 0.0001);

    private static Worst SweepSingle(ElementaryFunction function, uint first, uint last, uint step)
    {
        Span<float> x = new float[Block];
        Span<float> y = new float[Block];
        var worst = new Worst(0, 0);
        for (ulong bits = first; bits <= last;)
        {
            int count = 0;
            for (; count < Block && bits <= last; count++, bits += step)
            {
                x[count] = BitConverter.UInt32BitsToSingle((uint)bits);
            }

            function.Apply<float>(x[..count], y[..count]);
            for (int i = 0; i < count; i++)
            {
                double error = UlpError(y[i], function.InDouble(x[i]));
                if (!(error <= worst.Error))
                {
                    worst = new Worst(error, x[i]);
                }
            }
        }

        return worst;
    }

    /// <summary>
    /// The distance in units in the last place of a float of the exact number's size. Infinity counts as 2¹²⁸, and so does
    /// every number beyond.
    /// </summary>
    private static double UlpError(float computed, double exact)
    {
        if (double.IsNaN(exact) || float.IsNaN(computed))
        {
            return double.IsNaN(exact) && float.IsNaN(computed) ? 0 : double.PositiveInfinity;
        }

        if (double.IsNegativeInfinity(exact))
        {
            return float.IsNegativeInfinity(computed) ? 0 : double.PositiveInfinity;
        }

        const double Limit = 2.0 * (1u << 31) * (1ul << 32) * (1ul << 32) * (1ul << 32);
        double value = float.IsPositiveInfinity(computed) ? Limit : computed;
        double ulp = Math.Max(MathF.BitIncrement(0), PowerOfTwoBelow(Math.Min(Math.Abs(exact), float.MaxValue)) / (1 << 23));
        return Math.Abs(value - Math.Min(exact, Limit)) / ulp;
    }

    private static double PowerOfTwoBelow(double x) =>
        BitConverter.UInt64BitsToDouble(BitConverter.DoubleToUInt64Bits(x) & 0x7FF0_0000_0000_0000);

    private static IEnumerable<double> SampleDoubles(ElementaryFunction function)
    {
        (double low, double high) = function switch
        {
            ElementaryFunction.Exp => (-747.0, 711.0),
            ElementaryFunction.Log => (double.Epsilon, 1.7976931348623157e308),
            ElementaryFunction.Tanh => (-21.0, 21.0),
            _ => (-747.0, 40.0),
        };

        var random = new Random(20260101);
        for (int i = 0; i < 2000; i++)
        {
            yield return low + ((high - low) * random.NextDouble());
            yield return Math.Max(low, -3) + (Math.Min(high + 3, 6) * random.NextDouble());

            // All sizes between the smallest and the largest double, as far as the function has something to say there.
            double any = Math.Abs(BitConverter.UInt64BitsToDouble((ulong)random.NextInt64() & 0x7FEF_FFFF_FFFF_FFFF));
            yield return Math.Min(any, high);
            yield return Math.Max(-any, low);
        }

        foreach (double threshold in s_thresholds)
        {
            double above = threshold;
            double below = threshold;
            for (int i = 0; i < 16; i++, above = Math.BitIncrement(above), below = Math.BitDecrement(below))
            {
                foreach (double x in new[] { above, below, -above, -below })
                {
                    if (x >= low && x <= high)
                    {
                        yield return x;
                    }
                }
            }
        }
    }

    private readonly record struct Worst(double Error, double At)
    {
        public Worst Or(Worst other) => other.Error <= Error ? this : other;
    }
}
