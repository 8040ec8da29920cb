using System.Numerics;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Activations;

/// <summary>The sigmoid linear unit, <c>f(z) = z·σ(z) = z/(1 + e⁻ᶻ)</c>, also called swish.</summary>
/// <remarks>
/// <c>f′(z) = σ(z)·(1 + z·σ(−z))</c>. The function falls to −0.278 at z = −1.278 and rises again to 0 below. Values are within 1 ulp, and
/// f′ within 2ε (2⁻²³ or 2⁻⁵²). f(−∞) = −0 and f(+∞) = +∞; f′(−∞) = 0 and f′(+∞) = 1. <c>torch.nn.SiLU</c> in PyTorch, <c>silu</c>
/// in Keras. Source: S. Elfwing, E. Uchibe, K. Doya, "Sigmoid-weighted linear units for neural network function approximation in
/// reinforcement learning", Neural Networks 107 (2018).
/// </remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed class Silu<T> : IActivation<T>, IUnaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The spans differ in length.</exception>
    /// <exception cref="ArgumentException">The spans overlap without being the same memory.</exception>
    public void Evaluate(ReadOnlySpan<T> z, Span<T> a) => Elementwise.Apply<T, SiluOperator<T>>(z, a);

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The spans differ in length.</exception>
    /// <exception cref="ArgumentException">
    /// <paramref name="gradient"/> overlaps <paramref name="z"/> without being the same memory.
    /// </exception>
    public void MultiplyByDerivative(ReadOnlySpan<T> z, ReadOnlySpan<T> a, Span<T> gradient) =>
        Elementwise.Apply<T, SiluDerivativeOperator<T>>(z, gradient, gradient);

    TVector IUnaryOperator<T>.Invoke<TVector, TLane>(TVector x) => default(SiluOperator<T>).Invoke<TVector, TLane>(x);

    /// <inheritdoc/>
    public double Bound(double z) => z;

    /// <summary>Returns the name of the function.</summary>
    /// <returns>The name.</returns>
    public override string ToString() => "Silu";
}
