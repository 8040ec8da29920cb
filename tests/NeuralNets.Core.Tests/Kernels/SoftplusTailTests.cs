using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Tests.Kernels;

/// <summary>ln(1 + e^−|x|) against more than 100 bits.</summary>
public sealed class SoftplusTailTests
{
    [Fact]
    public void Apply_AnyDouble_IsWithinTwoAndAHalfUlp()
    {
        var random = new Random(1);
        double[] x =
        [
            0, 1e-300, 0.5, 1, 36, 36.7, 37, 40, 700, 708, 709.7,
            .. Enumerable.Range(0, 2000).Select(_ => random.NextDouble() * 40),
            .. Enumerable.Range(0, 1000).Select(_ => random.NextDouble() * 2),
        ];
        double[] y = new double[x.Length];
        Elementwise.Apply<double, SoftplusTailOperator<double>>(x, y);

        for (int i = 0; i < x.Length; i++)
        {
            Reference(x[i]).UlpErrorOf(y[i]).Should().BeLessThanOrEqualTo(2.5, $"of {x[i]:R}");
        }
    }

    [Fact]
    public void Apply_AnyFloat_IsWithinTwoAndAHalfUlp()
    {
        // Up to 87, beyond which the result is subnormal.
        for (uint bits = 0; bits <= BitConverter.SingleToUInt32Bits(87); bits += 400_009)
        {
            float x = BitConverter.UInt32BitsToSingle(bits);
            float[] y = new float[2];
            Elementwise.Apply<float, SoftplusTailOperator<float>>([x, -x], y);

            // To 53 bits: enough to judge a float.
            double expected = Reference(x).RelativeTo(HighPrecision.One);
            double ulp = MathF.BitIncrement((float)expected) - (float)expected;
            Math.Abs(y[0] - expected).Should().BeLessThanOrEqualTo(2.5 * ulp, $"of {x:R}");
            y[1].Should().Be(y[0]);
        }
    }

    [Fact]
    public void Apply_SpecialValues_AreTheLimits()
    {
        double[] x = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, -1e4, -0.0];
        double[] y = new double[5];
        Elementwise.Apply<double, SoftplusTailOperator<double>>(x, y);

        y.Should().Equal(double.NaN, 0, 0, 0, Math.Log(2));
    }

    /// <summary><c>ln u + ln(1 + r)</c> with <c>1 + e^−x = u·(1 + r)</c>, u a double: r is so small that three terms of its series do.
    /// Beyond 36, u is 1 and r all there is.</summary>
    private static HighPrecision Reference(double x)
    {
        HighPrecision power = HighPrecision.Exp(-HighPrecision.FromDouble(x));
        HighPrecision sum = HighPrecision.One + power;
        double u = x > 36 ? 1 : sum.RelativeTo(HighPrecision.One);
        HighPrecision r = u == 1 ? power : (sum - HighPrecision.FromDouble(u)) / HighPrecision.FromDouble(u);
        HighPrecision square = r * r;
        HighPrecision tail = r - (square / HighPrecision.FromDouble(2)) + (square * r / HighPrecision.FromDouble(3));
        return u == 1 ? tail : HighPrecision.Log(u) + tail;
    }
}
