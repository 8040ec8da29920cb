using NeuralNets.Core.Activations;
using NeuralNets.Core.Tests.Kernels;

namespace NeuralNets.Core.Tests.Activations;

/// <summary>The errors of the activations that have kernels of their own: of values in units in the last place, of derivatives, which
/// have zeros, in units of ε (2⁻²³ or 2⁻⁵²), against the bounds that their documentation gives.</summary>
[Trait("Kind", "Sweep")]
public sealed class ActivationAccuracyTests
{
    private const double EpsilonSingle = 1.1920928955078125e-7;
    private const double EpsilonDouble = 2.220446049250313e-16;

    // Where a kernel changes its course, in float or in double.
    private static readonly double[] s_thresholds =
    [
        1e-8, 1e-4, 0.17328679513998632, 0.34657359027997264, 0.41421356237309503, 0.88137358701954305, 1, 1.0397207708399179, 1.2784645,
        1.1924, 0.7517915, 4, 9, 10, 13.5, 15, 16.6, 17.33, 20, 36.04, 38.6, 39, 40, 87.4, 103.972, 104, 109, 110, 708.4, 745.2, 746, 752,
        753,
    ];

    [Theory]
    [InlineData("Silu", 1.0, 2.0)]
    [InlineData("Gelu", 1.5, 1.5)]
    [InlineData("Mish", 1.0, 2.5)]
    [InlineData("Elu", 1.25, 0.5)]
    [InlineData("Selu", 1.25, 1.0)]
    [InlineData("Softplus", 1.25, 0.5)]
    [InlineData("Sigmoid", 2.0, 2.0)]
    [InlineData("Tanh", 2.0, 4.0)]
    public void Double_SampleOfWholeRange_StaysWithinBounds(string name, double ulps, double epsilons)
    {
        IActivation<double> function = HiddenActivations.Create<double>(name);
        double[] z = [.. SampleDoubles()];
        (double[] a, double[] slopes) = Apply(function, z);

        (double value, double at, double slope, double slopeAt) worst = default;
        for (int i = 0; i < z.Length; i++)
        {
            HighPrecision exact = ActivationReference.Value(name, z[i]);
            double error = exact.UlpErrorOf(a[i]);
            worst = error <= worst.value ? worst : (error, z[i], worst.slope, worst.slopeAt);
            error = Math.Abs((ActivationReference.Slope(name, z[i]) - HighPrecision.FromDouble(slopes[i])).ToDouble()) / EpsilonDouble;
            worst = error <= worst.slope ? worst : (worst.value, worst.at, error, z[i]);
        }

        worst.value.Should().BeLessThanOrEqualTo(ulps, $"the worst value is at {worst.at:R}");
        worst.slope.Should().BeLessThanOrEqualTo(epsilons, $"the worst slope is at {worst.slopeAt:R}");
    }

    /// <summary>Judged by the kernel for double, which the other test has checked.</summary>
    [Theory]
    [InlineData("Silu", 1.0, 2.0)]
    [InlineData("Gelu", 1.5, 1.5)]
    [InlineData("Mish", 1.0, 2.5)]
    [InlineData("Elu", 1.25, 0.5)]
    [InlineData("Selu", 1.25, 1.0)]
    [InlineData("Softplus", 1.25, 0.5)]
    [InlineData("Sigmoid", 2.0, 2.0)]
    [InlineData("Tanh", 2.0, 4.0)]
    public void Single_BitPatternsOfWholeRange_StayWithinBounds(string name, double ulps, double epsilons)
    {
        const int Block = 1 << 16;
        IActivation<float> function = HiddenActivations.Create<float>(name);
        IActivation<double> reference = HiddenActivations.Create<double>(name);
        (double value, double at, double slope, double slopeAt) worst = default;
        var patterns = new List<float>(Block);
        foreach (float pattern in SampleSingles())
        {
            patterns.Add(pattern);
            if (patterns.Count == Block)
            {
                Check();
            }
        }

        Check();
        worst.value.Should().BeLessThanOrEqualTo(ulps, $"the worst value is at {worst.at:R}");
        worst.slope.Should().BeLessThanOrEqualTo(epsilons, $"the worst slope is at {worst.slopeAt:R}");

        void Check()
        {
            float[] z = [.. patterns];
            patterns.Clear();
            (float[] a, float[] slopes) = Apply(function, z);
            (double[] exact, double[] exactSlopes) = Apply(reference, [.. z.Select(value => (double)value)]);
            for (int i = 0; i < z.Length; i++)
            {
                double error = UlpError(a[i], exact[i]);
                worst = error <= worst.value ? worst : (error, z[i], worst.slope, worst.slopeAt);
                error = Math.Abs(slopes[i] - exactSlopes[i]) / EpsilonSingle;
                worst = error <= worst.slope ? worst : (worst.value, worst.at, error, z[i]);
            }
        }
    }

    private static (T[] Values, T[] Slopes) Apply<T>(IActivation<T> function, T[] z)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        T[] a = new T[z.Length];
        T[] slopes = new T[z.Length];
        Array.Fill(slopes, T.One);
        function.Evaluate(z, a);
        function.MultiplyByDerivative(z, a, slopes);
        return (a, slopes);
    }

    private static double UlpError(float computed, double exact)
    {
        double ulp = Math.Max(MathF.BitIncrement(0), Math.ScaleB(1, Math.ILogB(Math.Min(Math.Abs(exact), float.MaxValue)) - 23));
        return float.IsInfinity(computed) && Math.Abs(exact) > float.MaxValue ? 0 : Math.Abs(computed - exact) / ulp;
    }

    private static IEnumerable<float> SampleSingles()
    {
        uint step = LocalRun.IsExhaustive ? 1u : 4099u;
        for (ulong bits = 0; bits <= uint.MaxValue; bits += step)
        {
            if (BitConverter.UInt32BitsToSingle((uint)bits) is var value && float.IsFinite(value))
            {
                yield return value;
            }
        }

        foreach (double threshold in s_thresholds)
        {
            uint center = BitConverter.SingleToUInt32Bits((float)threshold);
            for (uint bits = center - 10_000; bits < center + 10_000; bits++)
            {
                yield return BitConverter.UInt32BitsToSingle(bits);
                yield return -BitConverter.UInt32BitsToSingle(bits);
            }
        }
    }

    private static IEnumerable<double> SampleDoubles()
    {
        int count = LocalRun.IsExhaustive ? 200_000 : 1500;
        var random = new Random(20260103);
        for (int i = 0; i < count; i++)
        {
            yield return (random.NextDouble() - 0.5) * 4;
            yield return (random.NextDouble() - 0.5) * 30;
            yield return (random.NextDouble() - 0.9) * 850;

            // All sizes between the smallest and 2.
            double any = BitConverter.UInt64BitsToDouble((ulong)random.NextInt64() & 0x3FFF_FFFF_FFFF_FFFF);
            yield return random.Next(2) == 0 ? any : -any;
        }

        foreach (double threshold in s_thresholds)
        {
            double above = threshold;
            double below = threshold;
            for (int i = 0; i < 12; i++, above = Math.BitIncrement(above), below = Math.BitDecrement(below))
            {
                yield return above;
                yield return below;
                yield return -above;
                yield return -below;
            }
        }
    }
}
