using System.Numerics;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Activations;

/// <summary>The rectified linear unit, <c>f(z) = max(z, 0)</c>.</summary>
/// <remarks><c>f′(z)</c> is 1 for z &gt; 0 and 0 elsewhere, at 0 too. NaN stays NaN, and −0 becomes +0.</remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed class Relu<T> : IActivation<T>, IUnaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The spans differ in length.</exception>
    /// <exception cref="ArgumentException">The spans overlap without being the same memory.</exception>
    public void Evaluate(ReadOnlySpan<T> z, Span<T> a) => Elementwise.Apply<T, Value>(z, a);

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The spans differ in length.</exception>
    /// <exception cref="ArgumentException">
    /// <paramref name="gradient"/> overlaps <paramref name="a"/> without being the same memory.
    /// </exception>
    public void MultiplyByDerivative(ReadOnlySpan<T> z, ReadOnlySpan<T> a, Span<T> gradient) =>
        Elementwise.Apply<T, Derivative>(a, gradient, gradient);

    TVector IUnaryOperator<T>.Invoke<TVector, TLane>(TVector x) => default(Value).Invoke<TVector, TLane>(x);

    /// <inheritdoc/>
    public double Bound(double z) => z;

    /// <summary>Returns the name of the function.</summary>
    /// <returns>The name.</returns>
    public override string ToString() => "Relu";

    private readonly struct Value : IUnaryOperator<T>
    {
        public TVector Invoke<TVector, TLane>(TVector z)
            where TVector : unmanaged
            where TLane : struct, ILane<T, TVector> => TLane.Max(z, TLane.Broadcast(T.Zero));
    }

    private readonly struct Derivative : IBinaryOperator<T>
    {
        public TVector Invoke<TVector, TLane>(TVector a, TVector gradient)
            where TVector : unmanaged
            where TLane : struct, ILane<T, TVector>
        {
            // f(z) is positive exactly where z is. The mask of all bits, and-ed with 1, is f′.
            TVector slope = TLane.And(TLane.LessThan(TLane.Broadcast(T.Zero), a), TLane.Broadcast(T.One));
            return TLane.Multiply(gradient, slope);
        }
    }
}
