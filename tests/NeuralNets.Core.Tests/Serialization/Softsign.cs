using System.Numerics;
using NeuralNets.Core.Activations;

namespace NeuralNets.Core.Tests.Serialization;

/// <summary>An activation of a user's own, z/(scale + |z|), under any name.</summary>
internal sealed class Softsign<T>(string? name = "Softsign", double scale = 1) : IActivation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T _scale = T.CreateChecked(scale);

    public void Evaluate(ReadOnlySpan<T> z, Span<T> a)
    {
        for (int i = 0; i < z.Length; i++)
        {
            a[i] = z[i] / (_scale + T.Abs(z[i]));
        }
    }

    public void MultiplyByDerivative(ReadOnlySpan<T> z, ReadOnlySpan<T> a, Span<T> gradient)
    {
        for (int i = 0; i < z.Length; i++)
        {
            T denominator = _scale + T.Abs(z[i]);
            gradient[i] *= _scale / (denominator * denominator);
        }
    }

    public override string? ToString() => name;
}
