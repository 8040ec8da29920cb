using System.Globalization;

namespace NeuralNets.Mnist.Plots;

/// <summary>One axis of a chart: where a value lies, and which values are labelled.</summary>
internal sealed class Axis
{
    private const int MostTicks = 6;
    private const double Tolerance = 1e-9; // multiples of 0.1 are not exact

    private static readonly int[] s_factors = [1, 2, 5];

    private readonly bool _isLogarithmic;
    private readonly double _low;
    private readonly double _high;

    private Axis(double low, double high, bool isLogarithmic, double leastStep)
    {
        (_low, _high, _isLogarithmic) = (low, high, isLogarithmic);
        double decades = isLogarithmic ? high - low : 0;
        Ticks = decades >= 3 ? Decades(low, high)
            : decades >= 1 ? OneTwoFive(low, high)
            : isLogarithmic ? Round(Math.Pow(10, low), Math.Pow(10, high), leastStep)
            : Round(low, high, leastStep);
    }

    /// <summary>The labelled values, from low to high.</summary>
    public IReadOnlyList<double> Ticks { get; }

    /// <summary>Creates an axis that shows all of <paramref name="values"/> (finite; positive ones if it is logarithmic),
    /// with some room at either end if <paramref name="hasMargin"/>. Whole numbers have whole labels.</summary>
    public static Axis Spanning(IEnumerable<double> values, bool isLogarithmic = false, bool hasMargin = false)
    {
        values = [.. values];
        double[] positions = [.. values.Select(value => isLogarithmic ? Math.Log10(value) : value)];
        (double low, double high) = positions.Length == 0 ? (0, 1) : (positions.Min(), positions.Max());
        if (high - low <= 1e-9 * Math.Max(1, Math.Abs(high)))
        {
            double room = isLogarithmic ? 0.1 : Math.Max(0.5, 0.05 * Math.Abs(high));
            (low, high) = (low - room, high + room);
        }

        double margin = hasMargin ? 0.05 * (high - low) : 0;
        return new Axis(low - margin, high + margin, isLogarithmic, leastStep: values.All(double.IsInteger) ? 1 : 0);
    }

    /// <summary>Returns where a value lies: 0 at the low end, 1 at the high end.</summary>
    public double Position(double value) => ((_isLogarithmic ? Math.Log10(value) : value) - _low) / (_high - _low);

    /// <summary>Returns a tick's label.</summary>
    public static string Format(double tick) => Math.Abs(tick) switch
    {
        0 => "0",
        >= 1e7 or < 1e-4 => tick.ToString("0.#e0", CultureInfo.InvariantCulture),
        >= 1e4 => tick.ToString("N0", CultureInfo.InvariantCulture),
        _ => tick.ToString("0.######", CultureInfo.InvariantCulture),
    };

    private static double[] Decades(double low, double high)
    {
        int step = (int)Math.Ceiling((high - low) / MostTicks);
        int first = (int)Math.Ceiling(low);
        return [.. Enumerable.Range(0, (((int)Math.Floor(high) - first) / step) + 1)
            .Select(i => Math.Pow(10, first + (i * step)))];
    }

    /// <summary>Returns 1, 2 and 5 times powers of ten.</summary>
    private static double[] OneTwoFive(double low, double high) =>
        [.. Enumerable.Range((int)Math.Floor(low), (int)(high - low) + 2)
        .SelectMany(power => s_factors.Select(factor => factor * Math.Pow(10, power)))
        .Where(tick => Math.Log10(tick) >= low && Math.Log10(tick) <= high)];

    /// <summary>Returns the multiples of 1, 2 or 5 times a power of ten, as many as there is room for.</summary>
    private static double[] Round(double low, double high, double leastStep)
    {
        double rough = Math.Max(leastStep, (high - low) / MostTicks);
        double power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        double step = power * s_factors.Append(10).First(factor => rough <= factor * power * (1 + Tolerance));
        long first = (long)Math.Ceiling((low / step) - Tolerance);
        long last = (long)Math.Floor((high / step) + Tolerance);
        int digits = Math.Clamp((int)Math.Ceiling(-Math.Log10(step)), 0, 15);
        return [.. Enumerable.Range(0, (int)(last - first + 1)).Select(i => Math.Round((first + i) * step, digits))];
    }
}
