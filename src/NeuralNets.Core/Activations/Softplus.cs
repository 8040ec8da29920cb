using System.Numerics;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Activations;

/// <summary>The smooth rectifier, <c>f(z) = ln(1 + eᶻ)</c>.</summary>
/// <remarks>
/// <c>f′(z) = σ(z)</c>. Values are positive, and within 1.25 ulp, and f′ within 2 ulp. f(−∞) = +0 and f(+∞) = +∞; f′(−∞) = 0 and
/// f′(+∞) = 1. <c>softplus</c> in Keras and <c>torch.nn.Softplus()</c> in PyTorch, which returns z itself beyond its threshold of
/// 20. Source: C. Dugas, Y. Bengio, F. Bélisle, C. Nadeau, R. Garcia, "Incorporating second-order functional knowledge for better option
/// pricing", NIPS 2000.
/// </remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed class Softplus<T> : IActivation<T>, IUnaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The spans differ in length.</exception>
    /// <exception cref="ArgumentException">The spans overlap without being the same memory.</exception>
    public void Evaluate(ReadOnlySpan<T> z, Span<T> a) => Elementwise.Apply<T, SoftplusOperator<T>>(z, a);

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The spans differ in length.</exception>
    /// <exception cref="ArgumentException">
    /// <paramref name="gradient"/> overlaps <paramref name="z"/> without being the same memory.
    /// </exception>
    public void MultiplyByDerivative(ReadOnlySpan<T> z, ReadOnlySpan<T> a, Span<T> gradient) =>
        Elementwise.Apply<T, Derivative>(z, gradient, gradient);

    TVector IUnaryOperator<T>.Invoke<TVector, TLane>(TVector x) => default(SoftplusOperator<T>).Invoke<TVector, TLane>(x);

    /// <inheritdoc/>
    public double Bound(double z) => z + 0.6931471805599454;

    /// <summary>Returns the name of the function.</summary>
    /// <returns>The name.</returns>
    public override string ToString() => "Softplus";

    private readonly struct Derivative : IBinaryOperator<T>
    {
        public TVector Invoke<TVector, TLane>(TVector z, TVector gradient)
            where TVector : unmanaged
            where TLane : struct, ILane<T, TVector> =>
            TLane.Multiply(gradient, default(SigmoidOperator<T>).Invoke<TVector, TLane>(z));
    }
}
