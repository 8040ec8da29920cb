using System.Numerics;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Activations;

/// <summary>No nonlinearity, <c>f(z) = z</c>.</summary>
/// <remarks><c>f′(z) = 1</c>.</remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed class Identity<T> : IActivation<T>, IUnaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The spans differ in length.</exception>
    /// <exception cref="ArgumentException">The spans overlap without being the same memory.</exception>
    public void Evaluate(ReadOnlySpan<T> z, Span<T> a)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(a.Length, z.Length);
        SpanOverlap.CheckSameOrSeparate(z, a);
        z.CopyTo(a);
    }

    /// <inheritdoc/>
    public void MultiplyByDerivative(ReadOnlySpan<T> z, ReadOnlySpan<T> a, Span<T> gradient)
    {
        // f′ is 1 everywhere.
    }

    TVector IUnaryOperator<T>.Invoke<TVector, TLane>(TVector x) => x;

    /// <inheritdoc/>
    public double Bound(double z) => z;

    /// <summary>Returns the name of the function.</summary>
    /// <returns>The name.</returns>
    public override string ToString() => "Identity";
}
