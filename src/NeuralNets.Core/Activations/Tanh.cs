using System.Numerics;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Activations;

/// <summary>The hyperbolic tangent.</summary>
/// <remarks><c>f′(z) = 1 − f(z)²</c>. The value is within 2 ulp.</remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed class Tanh<T> : IActivation<T>, IUnaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The spans differ in length.</exception>
    /// <exception cref="ArgumentException">The spans overlap without being the same memory.</exception>
    public void Evaluate(ReadOnlySpan<T> z, Span<T> a) => Elementwise.Apply<T, TanhOperator<T>>(z, a);

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The spans differ in length.</exception>
    /// <exception cref="ArgumentException">
    /// <paramref name="gradient"/> overlaps <paramref name="a"/> without being the same memory.
    /// </exception>
    public void MultiplyByDerivative(ReadOnlySpan<T> z, ReadOnlySpan<T> a, Span<T> gradient) =>
        Elementwise.Apply<T, Derivative>(a, gradient, gradient);

    TVector IUnaryOperator<T>.Invoke<TVector, TLane>(TVector x) => default(TanhOperator<T>).Invoke<TVector, TLane>(x);

    /// <inheritdoc/>
    public double Bound(double z) => 1;

    /// <summary>Returns the name of the function.</summary>
    /// <returns>The name.</returns>
    public override string ToString() => "Tanh";

    private readonly struct Derivative : IBinaryOperator<T>
    {
        public TVector Invoke<TVector, TLane>(TVector a, TVector gradient)
            where TVector : unmanaged
            where TLane : struct, ILane<T, TVector>
        {
            // 1 − a², rounded once.
            TVector slope = TLane.FusedMultiplyAdd(TLane.Subtract(TLane.Broadcast(T.Zero), a), a, TLane.Broadcast(T.One));
            return TLane.Multiply(gradient, slope);
        }
    }
}
