using System.Globalization;

namespace NeuralNets.Core.Tests;

/// <summary>
/// Makes the culture of the thread one that writes every number in its own way, until it is disposed: 1234.5 is 1.234,5, and the
/// minus is U+2212. It is made by hand, since the tests' processes have no culture but the invariant one.
/// </summary>
internal sealed class ForeignCulture : IDisposable
{
    private readonly CultureInfo _previous = CultureInfo.CurrentCulture;

    public ForeignCulture() => CultureInfo.CurrentCulture = Create();

    /// <summary>A culture as those of Germany and Sweden.</summary>
    public static CultureInfo Create()
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        NumberFormatInfo numbers = culture.NumberFormat;
        numbers.NumberDecimalSeparator = numbers.PercentDecimalSeparator = ",";
        numbers.NumberGroupSeparator = numbers.PercentGroupSeparator = ".";
        numbers.PercentPositivePattern = 1; // 98,4%
        numbers.NegativeSign = "\u2212";
        numbers.NaNSymbol = "keine Zahl";
        numbers.PositiveInfinitySymbol = "∞";
        numbers.NegativeInfinitySymbol = "\u2212∞";
        return culture;
    }

    public void Dispose() => CultureInfo.CurrentCulture = _previous;
}
