using NeuralNets.Core.Tests.Kernels;

namespace NeuralNets.Core.Tests.Activations;

/// <summary>Activations of the catalog and their derivatives to more than 100 bits.</summary>
internal static class ActivationReference
{
    private static readonly HighPrecision s_lambda = HighPrecision.FromDecimal("1.0507009873554804934193349852946");
    private static readonly HighPrecision s_alpha = HighPrecision.FromDecimal("1.6732632423543772848170429916717");

    private static HighPrecision One => HighPrecision.One;

    /// <summary>The value of a function of a finite number that is not 0.</summary>
    public static HighPrecision Value(string name, double z)
    {
        HighPrecision x = HighPrecision.FromDouble(z);
        return name switch
        {
            "Sigmoid" => HighPrecision.Sigmoid(x),
            "Tanh" => HighPrecision.Tanh(x),
            "Silu" => x * HighPrecision.Sigmoid(x),
            "Gelu" => z < 0 ? x * HighPrecision.NormalTail(-x) : x * (One - HighPrecision.NormalTail(x)),
            "Mish" => x * SoftplusTanh(x),
            "Elu" => z > 0 ? x : HighPrecision.ExpMinusOne(x),
            "Selu" => z > 0 ? s_lambda * x : s_lambda * s_alpha * HighPrecision.ExpMinusOne(x),
            "Softplus" => z > 0 ? x + HighPrecision.LogOnePlus(HighPrecision.Exp(-x)) : HighPrecision.LogOnePlus(HighPrecision.Exp(x)),
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, "There is no reference for this function."),
        };
    }

    /// <summary>The derivative of a function at a finite number that is not 0.</summary>
    public static HighPrecision Slope(string name, double z)
    {
        HighPrecision x = HighPrecision.FromDouble(z);
        return name switch
        {
            "Gelu" when z < 0 => HighPrecision.NormalTail(-x) + (x * HighPrecision.NormalDensity(x)),
            "Gelu" => One - HighPrecision.NormalTail(x) + (x * HighPrecision.NormalDensity(x)),
            "Mish" when SoftplusTanh(x) is var w => w + (x * (One - (w * w)) * HighPrecision.Sigmoid(x)),
            "Elu" => z > 0 ? One : HighPrecision.Exp(x),
            "Selu" => z > 0 ? s_lambda : s_lambda * s_alpha * HighPrecision.Exp(x),
            "Softplus" => HighPrecision.Sigmoid(x),
            "Sigmoid" => HighPrecision.Sigmoid(x) * HighPrecision.Sigmoid(-x),
            "Tanh" when HighPrecision.Tanh(x) is var t => (One - t) * (One + t),
            "Silu" => HighPrecision.Sigmoid(x) * (One + (x * HighPrecision.Sigmoid(-x))),
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, "There is no reference for this function."),
        };
    }

    /// <summary><c>tanh(ln(1 + eˣ)) = n/(n + 2)</c> for <c>n = eˣ·(eˣ + 2)</c>.</summary>
    private static HighPrecision SoftplusTanh(HighPrecision x)
    {
        HighPrecision e = HighPrecision.Exp(x);
        HighPrecision n = e * (e + One.Scale(1));
        return n / (n + One.Scale(1));
    }
}
