using System.Numerics;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Losses;

/// <summary>The mean absolute error, for an output layer with <see cref="Identity{T}"/>: regression to the median.</summary>
/// <remarks>For a sample with k outputs z and values y the cost is <c>Σ |zᵢ − yᵢ|/k</c>, in double precision, summed in the order of the
/// outputs; the derivative is <c>sign(zᵢ − yᵢ)/k</c>, and 0 where there is no error. It does not become smaller as the error does, so a
/// learning rate that falls helps at the end; <see cref="HuberLoss{T}"/> is smooth there.</remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed class MeanAbsoluteErrorLoss<T> : ILoss<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentNullException"><paramref name="output"/> is null.</exception>
    public void CheckOutput(ILayerActivation<T> output, int outputCount)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (output is not Identity<T>)
        {
            throw LossArguments.WrongOutput(nameof(MeanAbsoluteErrorLoss<>), nameof(Identity<>), output);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A value is NaN or infinite.</exception>
    public void CheckTargets(TargetBatch<T> targets) => LossArguments.CheckRange(nameof(MeanAbsoluteErrorLoss<>), targets);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The targets are not values, or the spans do not fit together or overlap.</exception>
    public void Evaluate(ReadOnlySpan<T> logits, TargetBatch<T> targets, Span<T> derivatives, Span<double> costs)
    {
        int outputs = LossArguments.CheckValues(
            nameof(MeanAbsoluteErrorLoss<>), logits.Length, targets, derivatives.Length, costs.Length);
        ErrorKernel.Evaluate(logits, targets.Values, derivatives, costs, new Absolute(T.CreateChecked(1.0 / outputs)));
    }

    private readonly struct Absolute(T factor) : IErrorFunction<T>
    {
        public double Evaluate(double error) => Math.Abs(error);

        public TVector Invoke<TVector, TLane>(TVector z, TVector y)
            where TVector : unmanaged
            where TLane : struct, ILane<T, TVector>
        {
            // Neither above nor below 0 are 0, which is its own sign, and NaN, which passes.
            TVector zero = TLane.Broadcast(T.Zero);
            TVector error = TLane.Subtract(z, y);
            TVector notAbove = TLane.Select(TLane.LessThan(error, zero), TLane.Broadcast(-factor), error);
            return TLane.Select(TLane.LessThan(zero, error), TLane.Broadcast(factor), notAbove);
        }
    }
}
