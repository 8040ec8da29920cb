using System.Numerics;

namespace NeuralNets.Core.Tests.Kernels;

/// <summary>
/// A binary floating-point number with a significand of 192 bits and an unlimited exponent, for reference values. Operations
/// truncate; each of the functions is good to well over 120 bits, which <see cref="HighPrecisionTests"/> checks.
/// </summary>
internal readonly struct HighPrecision
{
    private const int Precision = 192;

    private static readonly HighPrecision s_ln2 = ComputeLn2();

    private static readonly HighPrecision s_sqrt2Pi =
        FromDecimal("2.50662827463100050241576528481104525300698674060993831662992357634");

    // The value is significand·2^exponent.
    private readonly BigInteger _significand;
    private readonly int _exponent;

    private HighPrecision(BigInteger significand, int exponent)
    {
        int excess = Math.Max(0, BitLength(significand) - Precision);
        _significand = significand >> excess;
        _exponent = exponent + excess;
    }

    public static HighPrecision One => new(BigInteger.One, 0);

    /// <summary>The exponent of the leading bit.</summary>
    private int Magnitude => BitLength(_significand) - 1 + _exponent;

    public static HighPrecision FromDouble(double value)
    {
        if (value == 0)
        {
            return default;
        }

        int exponent = Math.ILogB(value) - 52;
        int half = exponent / 2;
        double significand = Math.ScaleB(Math.ScaleB(value, -half), half - exponent);
        return new HighPrecision(new BigInteger(significand), exponent);
    }

    /// <summary>Reads digits with a decimal point, as <c>-12.345</c>.</summary>
    public static HighPrecision FromDecimal(string digits)
    {
        int decimals = digits.Length - 1 - digits.IndexOf('.', StringComparison.Ordinal);
        var numerator = BigInteger.Parse(digits.Replace(".", "", StringComparison.Ordinal), null);
        return new HighPrecision(numerator, 0) / new HighPrecision(BigInteger.Pow(10, decimals), 0);
    }

    public static HighPrecision operator +(HighPrecision left, HighPrecision right)
    {
        if (left._significand.IsZero || right._significand.IsZero)
        {
            return left._significand.IsZero ? right : left;
        }

        if (left.Magnitude < right.Magnitude)
        {
            (left, right) = (right, left);
        }

        if (left.Magnitude - right.Magnitude > 2 * Precision)
        {
            return left;
        }

        int exponent = Math.Min(left._exponent, right._exponent);
        return new HighPrecision(
            (left._significand << (left._exponent - exponent)) + (right._significand << (right._exponent - exponent)),
            exponent);
    }

    public static HighPrecision operator -(HighPrecision value) => new(-value._significand, value._exponent);

    public static HighPrecision operator -(HighPrecision left, HighPrecision right) => left + -right;

    public static HighPrecision operator *(HighPrecision left, HighPrecision right) =>
        new(left._significand * right._significand, left._exponent + right._exponent);

    public static HighPrecision operator /(HighPrecision left, HighPrecision right)
    {
        int shift = Precision + Math.Max(0, BitLength(right._significand) - BitLength(left._significand));
        return new HighPrecision((left._significand << shift) / right._significand, left._exponent - shift - right._exponent);
    }

    public static HighPrecision Exp(HighPrecision x)
    {
        HighPrecision rest = ExpMinusOneReduced(x, out int n);
        return (One + rest).Scale(n);
    }

    /// <summary>Solves <c>eʸ = x</c>, from the nearest double, by two of Halley's steps: each triples the digits.</summary>
    public static HighPrecision Log(double x)
    {
        HighPrecision exact = FromDouble(x);
        HighPrecision y = FromDouble(Math.Log(x));
        for (int step = 0; step < 2; step++)
        {
            HighPrecision e = Exp(y);
            y += ((exact - e) / (exact + e)).Scale(1);
        }

        return y;
    }

    /// <summary><c>eˣ − 1</c>, accurate for small x, too.</summary>
    public static HighPrecision ExpMinusOne(HighPrecision x)
    {
        HighPrecision rest = ExpMinusOneReduced(x, out int n);
        return rest.Scale(n) + (One.Scale(n) - One);
    }

    /// <summary><c>ln(1 + x) = 2·artanh(x/(2 + x))</c> for x from 0 to 1, by its series.</summary>
    public static HighPrecision LogOnePlus(HighPrecision x)
    {
        HighPrecision s = x / (One.Scale(1) + x);
        HighPrecision square = s * s;
        HighPrecision sum = s;
        HighPrecision power = s;
        for (int k = 3; !power._significand.IsZero && power.Magnitude > s.Magnitude - Precision; k += 2)
        {
            power *= square;
            sum += power / new HighPrecision(k, 0);
        }

        return sum.Scale(1);
    }

    /// <summary>The density of the standard normal distribution, <c>φ(x) = e^(−x²/2)/√(2π)</c>.</summary>
    public static HighPrecision NormalDensity(HighPrecision x) => Exp(-(x * x).Scale(-1)) / s_sqrt2Pi;

    /// <summary>The upper tail of the standard normal distribution, <c>1 − Φ(x)</c> for x ≥ 0.</summary>
    /// <remarks>Below 4, ½ less the series <c>φ(x)·(x + x³/3 + x⁵/(3·5) + …)</c>, of which 15 bits cancel; beyond, the continued fraction
    /// <c>φ(x)/(x + 1/(x + 2/(x + 3/(x + …))))</c>.</remarks>
    public static HighPrecision NormalTail(HighPrecision x)
    {
        HighPrecision density = NormalDensity(x);
        if (x.Magnitude < 2)
        {
            HighPrecision square = x * x;
            HighPrecision sum = x;
            HighPrecision term = x;
            for (int k = 3; !term._significand.IsZero && term.Magnitude > sum.Magnitude - Precision; k += 2)
            {
                term = term * square / new HighPrecision(k, 0);
                sum += term;
            }

            return One.Scale(-1) - (density * sum);
        }

        HighPrecision fraction = x;
        for (int k = 400; k > 0; k--)
        {
            fraction = x + (new HighPrecision(k, 0) / fraction);
        }

        return density / fraction;
    }

    public static HighPrecision Tanh(HighPrecision x)
    {
        HighPrecision rest = ExpMinusOneReduced(x.Scale(1), out int n);
        HighPrecision e = (One.Scale(n) - One) + rest.Scale(n);
        return e / (e + One.Scale(1));
    }

    public static HighPrecision Sigmoid(HighPrecision x)
    {
        HighPrecision e = Exp(x);
        return e / (One + e);
    }

    /// <summary>The size of this number relative to <paramref name="other"/>, rounded to double.</summary>
    public double RelativeTo(HighPrecision other) => (this / other).ToDouble();

    /// <summary>
    /// The distance of <paramref name="computed"/> from this exact number, in units in the last place of a double of this
    /// number's size. Infinity counts as 2¹⁰²⁴, and so does every number beyond.
    /// </summary>
    public double UlpErrorOf(double computed)
    {
        if (double.IsNaN(computed))
        {
            return double.PositiveInfinity;
        }

        HighPrecision exact = Magnitude >= 1024 ? One.Scale(1024) : this;
        HighPrecision value = double.IsPositiveInfinity(computed) ? One.Scale(1024) : FromDouble(computed);
        int ulp = exact._significand.IsZero ? -1074 : Math.Max(Math.Min(exact.Magnitude, 1023) - 52, -1074);
        return Math.Abs((value - exact).Scale(-ulp).ToDouble());
    }

    /// <summary><c>eʳ − 1</c> by its Taylor series, for <c>x = n·ln 2 + r</c>.</summary>
    private static HighPrecision ExpMinusOneReduced(HighPrecision x, out int n)
    {
        n = (int)Math.Round(x.ToDouble() / Math.Log(2));
        HighPrecision r = x - (new HighPrecision(n, 0) * s_ln2);
        HighPrecision sum = r;
        HighPrecision term = r;
        for (int k = 2; !term._significand.IsZero && term.Magnitude > r.Magnitude - Precision; k++)
        {
            term = term * r / new HighPrecision(k, 0);
            sum += term;
        }

        return sum;
    }

    /// <summary><c>ln 2 = 2·artanh(1/3)</c>, by its series.</summary>
    private static HighPrecision ComputeLn2()
    {
        const int Bits = Precision + 32;
        BigInteger power = (BigInteger.One << (Bits + 1)) / 3;
        BigInteger sum = power;
        for (int k = 3; !power.IsZero; k += 2)
        {
            power /= 9;
            sum += power / k;
        }

        return new HighPrecision(sum, -Bits);
    }

    private static int BitLength(BigInteger value) => (int)BigInteger.Abs(value).GetBitLength();

    public HighPrecision Scale(int powerOfTwo) => new(_significand, _exponent + powerOfTwo);

    /// <summary>Rounds toward −∞ to 62 bits, and then to double.</summary>
    public double ToDouble()
    {
        int excess = Math.Max(0, BitLength(_significand) - 62);
        return Math.ScaleB((double)(long)(_significand >> excess), _exponent + excess);
    }
}
