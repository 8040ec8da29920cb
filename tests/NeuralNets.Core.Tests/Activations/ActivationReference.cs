using NeuralNets.Core.Tests.Kernels;

namespace NeuralNets.Core.Tests.Activations;

/// <summary>Activations of the catalog and their derivatives to more than 100 bits.</summary>
internal static class ActivationReference
{
    private static HighPrecision One => HighPrecision.One;

    /// <summary>The value of a function of a finite number that is not 0.</summary>
    public static HighPrecision Value(string name, double z)
    {
        HighPrecision x = HighPrecision.FromDouble(z);
        return name switch
        {
            "Silu" => x * HighPrecision.Sigmoid(x),
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, "There is no reference for this function."),
        };
    }

    /// <summary>The derivative of a function at a finite number that is not 0.</summary>
    public static HighPrecision Slope(string name, double z)
    {
        HighPrecision x = HighPrecision.FromDouble(z);
        return name switch
        {
            "Silu" => HighPrecision.Sigmoid(x) * (One + (x * HighPrecision.Sigmoid(-x))),
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, "There is no reference for this function."),
        };
    }
}
