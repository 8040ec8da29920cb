using System.Numerics;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Activations;

/// <summary>The scaled exponential linear unit: <c>f(z) = λ·z</c> for z &gt; 0, <c>λα·(eᶻ − 1)</c> elsewhere, with λ = 1.0507 and
/// α = 1.6733.</summary>
/// <remarks>
/// <c>f′(z)</c> is λ for z &gt; 0 and <c>λα·eᶻ = f(z) + λα</c> elsewhere, also at 0. With these factors, values of mean 0 and variance 1
/// keep them from layer to layer if the weights have mean 0 and variance 1/inputs, so a layer with this function starts with
/// <see cref="Initialization.LecunNormal"/> weights unless others are asked for. Values are within 1.25 ulp, and f′ within ε (2⁻²³ or
/// 2⁻⁵²). f(−∞) = −λα = −1.7581 and f(+∞) = +∞; f′(−∞) = 0 and f′(+∞) = λ. <c>torch.nn.SELU</c> in PyTorch, <c>selu</c> in Keras. Source:
/// G. Klambauer, T. Unterthiner, A. Mayr, S. Hochreiter, "Self-normalizing neural networks", NIPS 2017.
/// </remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed class Selu<T> : IActivation<T>, IUnaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const double Lambda = 1.0507009873554804934;
    private const double LambdaAlpha = 1.7580993408473768600;

    private static readonly T s_left = T.CreateChecked(LambdaAlpha);
    private static readonly T s_right = T.CreateChecked(Lambda);

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The spans differ in length.</exception>
    /// <exception cref="ArgumentException">The spans overlap without being the same memory.</exception>
    public void Evaluate(ReadOnlySpan<T> z, Span<T> a) => Elementwise.Apply(z, a, new EluOperator<T>(s_left, s_right));

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The spans differ in length.</exception>
    /// <exception cref="ArgumentException">
    /// <paramref name="gradient"/> overlaps <paramref name="a"/> without being the same memory.
    /// </exception>
    public void MultiplyByDerivative(ReadOnlySpan<T> z, ReadOnlySpan<T> a, Span<T> gradient) =>
        Elementwise.Apply(a, gradient, gradient, new EluDerivativeOperator<T>(s_left, s_right));

    TVector IUnaryOperator<T>.Invoke<TVector, TLane>(TVector x) => new EluOperator<T>(s_left, s_right).Invoke<TVector, TLane>(x);

    /// <inheritdoc/>
    public double Bound(double z) => Math.Max(Lambda * z, LambdaAlpha * Math.Min(z, 1));

    /// <summary>Returns the name of the function.</summary>
    /// <returns>The name.</returns>
    public override string ToString() => "Selu";
}
