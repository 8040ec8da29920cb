using System.Globalization;
using System.Numerics;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Activations;

/// <summary>The exponential linear unit: <c>f(z) = z</c> for z &gt; 0, <c>alpha·(eᶻ − 1)</c> elsewhere.</summary>
/// <remarks>
/// <c>f′(z)</c> is 1 for z &gt; 0 and <c>alpha·eᶻ = f(z) + alpha</c> elsewhere, alpha at 0. Values are within 1.25 ulp for alpha 1, and
/// f′ within ε·max(alpha, 1)/2 (2⁻²³ or 2⁻⁵²). f(−∞) = −alpha and f(+∞) = +∞; f′(−∞) = 0 and f′(+∞) = 1. <c>torch.nn.ELU</c> in PyTorch,
/// <c>elu</c> in Keras, both with alpha 1 unless another one is set. Source: D.-A. Clevert, T. Unterthiner, S. Hochreiter, "Fast and
/// accurate deep network learning by exponential linear units (ELUs)", ICLR 2016.
/// </remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed class Elu<T> : IActivation<T>, IUnaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T _alpha;

    /// <summary>Creates the function.</summary>
    /// <param name="alpha">What values tend to on the left, less its sign; from 0 to 100.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="alpha"/> is not between 0 and 100.</exception>
    public Elu(double alpha = 1)
    {
        if (!(alpha >= 0 && alpha <= 100))
        {
            throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "The alpha of an ELU must be between 0 and 100.");
        }

        Alpha = alpha;
        _alpha = T.CreateChecked(alpha);
    }

    /// <summary>What values tend to on the left, less its sign.</summary>
    public double Alpha { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The spans differ in length.</exception>
    /// <exception cref="ArgumentException">The spans overlap without being the same memory.</exception>
    public void Evaluate(ReadOnlySpan<T> z, Span<T> a) => Elementwise.Apply(z, a, new EluOperator<T>(_alpha, T.One));

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The spans differ in length.</exception>
    /// <exception cref="ArgumentException">
    /// <paramref name="gradient"/> overlaps <paramref name="a"/> without being the same memory.
    /// </exception>
    public void MultiplyByDerivative(ReadOnlySpan<T> z, ReadOnlySpan<T> a, Span<T> gradient) =>
        Elementwise.Apply(a, gradient, gradient, new EluDerivativeOperator<T>(_alpha, T.One));

    TVector IUnaryOperator<T>.Invoke<TVector, TLane>(TVector x) => new EluOperator<T>(_alpha, T.One).Invoke<TVector, TLane>(x);

    /// <inheritdoc/>
    public double Bound(double z) => Math.Max(z, Alpha * Math.Min(z, 1));

    /// <summary>Returns the name of the function and its alpha.</summary>
    /// <returns>For instance <c>Elu(1)</c>.</returns>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"Elu({Alpha})");
}
