namespace NeuralNets.Core.Numerics;

/// <summary>Elementary functions of single numbers from IEEE operations alone, so that every machine has the same bits: those of
/// <see cref="Math"/> are the C library's.</summary>
internal static class Elementary
{
    private const double Quarter = 0.25;

    // The series of cosine and sine in t², highest power first: exact to the rounding for |t| ≤ π/4.
    private static ReadOnlySpan<double> CosineSeries =>
        [1.0 / 20922789888000, -1.0 / 87178291200, 1.0 / 479001600, -1.0 / 3628800, 1.0 / 40320, -1.0 / 720, 1.0 / 24, -0.5, 1];

    private static ReadOnlySpan<double> SineSeries =>
    [
        1.0 / 355687428096000, -1.0 / 1307674368000, 1.0 / 6227020800, -1.0 / 39916800, 1.0 / 362880, -1.0 / 5040, 1.0 / 120, -1.0 / 6, 1,
    ];

    /// <summary>Returns <c>cos(π·x)</c> for x from 0 to 1, within 2 ulp.</summary>
    public static double CosinePi(double x)
    {
        if (x > 0.5)
        {
            return -CosinePi(1 - x);
        }

        if (x > Quarter)
        {
            double t = Math.PI * (0.5 - x);
            return t * Polynomial(SineSeries, t * t);
        }

        double small = Math.PI * x;
        return Polynomial(CosineSeries, small * small);
    }

    /// <summary>Returns a power by repeated multiplication: the square of the power by half the exponent, times x if that is odd.</summary>
    public static double Power(double x, long exponent)
    {
        if (exponent == 0)
        {
            return 1;
        }

        double half = Power(x, exponent / 2);
        return exponent % 2 == 0 ? half * half : half * half * x;
    }

    private static double Polynomial(ReadOnlySpan<double> coefficients, double x)
    {
        double sum = 0;
        foreach (double coefficient in coefficients)
        {
            sum = Math.FusedMultiplyAdd(sum, x, coefficient);
        }

        return sum;
    }
}
