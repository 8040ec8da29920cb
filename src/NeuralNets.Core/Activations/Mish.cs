using System.Numerics;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Activations;

/// <summary>The function <c>f(z) = z·tanh(ln(1 + eᶻ))</c>.</summary>
/// <remarks>
/// <c>f′(z) = w + z·(1 − w²)·σ(z)</c> with <c>w = tanh(ln(1 + eᶻ))</c>. The function falls to −0.309 at z = −1.192 and rises again to 0
/// below. Values are within 1 ulp, and f′ within 2.5ε (2⁻²³ or 2⁻⁵²). f(−∞) = −0 and f(+∞) = +∞; f′(−∞) = 0 and f′(+∞) = 1.
/// <c>torch.nn.Mish</c> in PyTorch, <c>mish</c> in Keras. Source: D. Misra, "Mish: a self regularized non-monotonic activation
/// function", BMVC 2020.
/// </remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed class Mish<T> : IActivation<T>, IUnaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The spans differ in length.</exception>
    /// <exception cref="ArgumentException">The spans overlap without being the same memory.</exception>
    public void Evaluate(ReadOnlySpan<T> z, Span<T> a) => Elementwise.Apply<T, MishOperator<T>>(z, a);

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The spans differ in length.</exception>
    /// <exception cref="ArgumentException">
    /// <paramref name="gradient"/> overlaps <paramref name="z"/> without being the same memory.
    /// </exception>
    public void MultiplyByDerivative(ReadOnlySpan<T> z, ReadOnlySpan<T> a, Span<T> gradient) =>
        Elementwise.Apply<T, MishDerivativeOperator<T>>(z, gradient, gradient);

    TVector IUnaryOperator<T>.Invoke<TVector, TLane>(TVector x) => default(MishOperator<T>).Invoke<TVector, TLane>(x);

    /// <inheritdoc/>
    public double Bound(double z) => z;

    /// <summary>Returns the name of the function.</summary>
    /// <returns>The name.</returns>
    public override string ToString() => "Mish";
}
