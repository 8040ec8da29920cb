using System.Numerics;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Losses;

/// <summary>The Huber loss, for an output layer with <see cref="Identity{T}"/>: squares of small errors, absolute values of large ones,
/// so that outliers count less.</summary>
/// <remarks>For a sample with k outputs z and values y, and <c>eᵢ = zᵢ − yᵢ</c>, the cost is the sum, in double precision and in the order
/// of the outputs, of <c>eᵢ²/2</c> where <c>|eᵢ| ≤ δ</c> and <c>δ(|eᵢ| − δ/2)</c> elsewhere, over k; the derivative is eᵢ, but no less
/// than −δ and no more than δ, over k. Source: P. J. Huber, Robust Estimation of a Location Parameter, 1964.</remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed class HuberLoss<T> : ILoss<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Creates the loss.</summary>
    /// <param name="delta">δ, the error up to which the cost is a square: positive, in the unit of the values.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="delta"/> is not positive and finite in the element type.</exception>
    public HuberLoss(double delta = 1)
    {
        if (!(delta > 0 && T.CreateSaturating(delta) > T.Zero && T.IsFinite(T.CreateSaturating(delta))))
        {
            throw new ArgumentOutOfRangeException(
                nameof(delta), delta, $"The delta of a Huber loss must be positive and finite as a {typeof(T).Name}.");
        }

        Delta = delta;
    }

    /// <summary>δ, the error up to which the cost is a square.</summary>
    public double Delta { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentNullException"><paramref name="output"/> is null.</exception>
    public void CheckOutput(ILayerActivation<T> output, int outputCount)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (output is not Identity<T>)
        {
            throw LossArguments.WrongOutput(nameof(HuberLoss<>), nameof(Identity<>), output);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A value is NaN or infinite.</exception>
    public void CheckTargets(TargetBatch<T> targets) => LossArguments.CheckRange(nameof(HuberLoss<>), targets);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The targets are not values, or the spans do not fit together or overlap.</exception>
    public void Evaluate(ReadOnlySpan<T> logits, TargetBatch<T> targets, Span<T> derivatives, Span<double> costs)
    {
        int outputs = LossArguments.CheckValues(
            nameof(HuberLoss<>), logits.Length, targets, derivatives.Length, costs.Length);
        ErrorKernel.Evaluate(logits, targets.Values, derivatives, costs, new Huber(Delta, T.CreateChecked(1.0 / outputs)));
    }

    private readonly struct Huber(double delta, T factor) : IErrorFunction<T>
    {
        public double Evaluate(double error)
        {
            double size = Math.Abs(error);
            return size > delta ? delta * (size - (0.5 * delta)) : 0.5 * error * error;
        }

        public TVector Invoke<TVector, TLane>(TVector z, TVector y)
            where TVector : unmanaged
            where TLane : struct, ILane<T, TVector>
        {
            TVector high = TLane.Broadcast(T.CreateChecked(delta));
            TVector low = TLane.Broadcast(-T.CreateChecked(delta));
            TVector error = TLane.Subtract(z, y);
            error = TLane.Select(TLane.LessThan(high, error), high, error);
            error = TLane.Select(TLane.LessThan(error, low), low, error);
            return TLane.Multiply(error, TLane.Broadcast(factor));
        }
    }
}
