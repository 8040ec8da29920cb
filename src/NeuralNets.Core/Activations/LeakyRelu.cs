using System.Globalization;
using System.Numerics;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Activations;

/// <summary>The leaky rectified linear unit: <c>f(z) = z</c> for z &gt; 0, <c>slope·z</c> elsewhere.</summary>
/// <remarks>
/// <c>f′(z)</c> is 1 for z &gt; 0 and the slope elsewhere, at 0 too. Source: A. L. Maas, A. Y. Hannun, A. Y. Ng, "Rectifier
/// nonlinearities improve neural network acoustic models", ICML 2013.
/// </remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed class LeakyRelu<T> : IActivation<T>, IUnaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T _slope;

    /// <summary>Creates the function.</summary>
    /// <param name="slope">The slope for negative arguments, from 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="slope"/> is not between 0 and 1.</exception>
    public LeakyRelu(double slope = 0.01)
    {
        if (!(slope >= 0 && slope <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(slope), slope, "The slope of a leaky ReLU must be between 0 and 1.");
        }

        Slope = slope;
        _slope = T.CreateChecked(slope);
    }

    /// <summary>The slope for negative arguments.</summary>
    public double Slope { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The spans differ in length.</exception>
    /// <exception cref="ArgumentException">The spans overlap without being the same memory.</exception>
    public void Evaluate(ReadOnlySpan<T> z, Span<T> a) => Elementwise.Apply(z, a, new Value(_slope));

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The spans differ in length.</exception>
    /// <exception cref="ArgumentException">
    /// <paramref name="gradient"/> overlaps <paramref name="a"/> without being the same memory.
    /// </exception>
    public void MultiplyByDerivative(ReadOnlySpan<T> z, ReadOnlySpan<T> a, Span<T> gradient) =>
        Elementwise.Apply(a, gradient, gradient, new Derivative(_slope));

    TVector IUnaryOperator<T>.Invoke<TVector, TLane>(TVector x) => new Value(_slope).Invoke<TVector, TLane>(x);

    /// <inheritdoc/>
    public double Bound(double z) => z;

    /// <summary>Returns the name of the function and its slope.</summary>
    /// <returns>For instance <c>LeakyRelu(0.01)</c>.</returns>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"LeakyRelu({Slope})");

    private readonly struct Value(T slope) : IUnaryOperator<T>
    {
        public TVector Invoke<TVector, TLane>(TVector z)
            where TVector : unmanaged
            where TLane : struct, ILane<T, TVector> =>
            TLane.Select(TLane.LessThan(TLane.Broadcast(T.Zero), z), z, TLane.Multiply(z, TLane.Broadcast(slope)));
    }

    private readonly struct Derivative(T slope) : IBinaryOperator<T>
    {
        // f(z) is positive exactly where z is, since the slope is not negative.
        public TVector Invoke<TVector, TLane>(TVector a, TVector gradient)
            where TVector : unmanaged
            where TLane : struct, ILane<T, TVector> =>
            TLane.Select(TLane.LessThan(TLane.Broadcast(T.Zero), a), gradient, TLane.Multiply(gradient, TLane.Broadcast(slope)));
    }
}
