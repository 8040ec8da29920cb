using System.Globalization;

namespace NeuralNets.Core.Tests;

/// <summary>Gives the current thread a culture whose numbers have a decimal comma, until it is disposed.</summary>
internal sealed class DecimalComma : IDisposable
{
    private readonly CultureInfo _before = CultureInfo.CurrentCulture;

    public DecimalComma() =>
        CultureInfo.CurrentCulture = new CultureInfo("") { NumberFormat = { NumberDecimalSeparator = "," } };

    public void Dispose() => CultureInfo.CurrentCulture = _before;
}
