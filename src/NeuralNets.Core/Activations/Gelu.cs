using System.Numerics;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Activations;

/// <summary>The Gaussian error linear unit, <c>f(z) = z·Φ(z) = z·(1 + erf(z/√2))/2</c>: the exact one, not the approximation by
/// tanh.</summary>
/// <remarks>
/// <c>f′(z) = Φ(z) + z·φ(z)</c> with <c>φ(z) = e^(−z²/2)/√(2π)</c>. The function falls to −0.170 at z = −0.752 and rises again to 0 below.
/// Values are within 1.5 ulp, and f′ within 1.5ε (2⁻²³ or 2⁻⁵²). f(−∞) = −0 and f(+∞) = +∞; f′(−∞) = 0 and f′(+∞) = 1.
/// <c>torch.nn.GELU()</c> in PyTorch, <c>gelu</c> in Keras, both with their default <c>approximate</c>. Source: D. Hendrycks, K. Gimpel,
/// "Gaussian error linear units (GELUs)", arXiv:1606.08415 (2016).
/// </remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed class Gelu<T> : IActivation<T>, IUnaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The spans differ in length.</exception>
    /// <exception cref="ArgumentException">The spans overlap without being the same memory.</exception>
    public void Evaluate(ReadOnlySpan<T> z, Span<T> a) => Elementwise.Apply<T, GeluOperator<T>>(z, a);

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The spans differ in length.</exception>
    /// <exception cref="ArgumentException">
    /// <paramref name="gradient"/> overlaps <paramref name="z"/> without being the same memory.
    /// </exception>
    public void MultiplyByDerivative(ReadOnlySpan<T> z, ReadOnlySpan<T> a, Span<T> gradient) =>
        Elementwise.Apply<T, GeluDerivativeOperator<T>>(z, gradient, gradient);

    TVector IUnaryOperator<T>.Invoke<TVector, TLane>(TVector x) => default(GeluOperator<T>).Invoke<TVector, TLane>(x);

    /// <inheritdoc/>
    public double Bound(double z) => z;

    /// <summary>Returns the name of the function.</summary>
    /// <returns>The name.</returns>
    public override string ToString() => "Gelu";
}
