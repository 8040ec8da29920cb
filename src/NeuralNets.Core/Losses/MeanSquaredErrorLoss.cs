using System.Numerics;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Losses;

/// <summary>The mean squared error: the usual loss of regression, whose output layer has <see cref="Identity{T}"/>.</summary>
/// <remarks>For a sample with k outputs z and values y the cost is <c>Σ (zᵢ − yᵢ)²/k</c>, in double precision, summed in the order of the
/// outputs; the derivative is <c>2(zᵢ − yᵢ)/k</c>. Its minimum is the mean of the values, which outliers move: see
/// <see cref="HuberLoss{T}"/>.</remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed class MeanSquaredErrorLoss<T> : ILoss<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentNullException"><paramref name="output"/> is null.</exception>
    public void CheckOutput(ILayerActivation<T> output, int outputCount)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (output is not Identity<T>)
        {
            throw LossArguments.WrongOutput(nameof(MeanSquaredErrorLoss<>), nameof(Identity<>), output);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A value is NaN or infinite.</exception>
    public void CheckTargets(TargetBatch<T> targets) => LossArguments.CheckRange(nameof(MeanSquaredErrorLoss<>), targets);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The targets are not values, or the spans do not fit together or overlap.</exception>
    public void Evaluate(ReadOnlySpan<T> logits, TargetBatch<T> targets, Span<T> derivatives, Span<double> costs)
    {
        int outputs = LossArguments.CheckValues(
            nameof(MeanSquaredErrorLoss<>), logits.Length, targets, derivatives.Length, costs.Length);
        ErrorKernel.Evaluate(logits, targets.Values, derivatives, costs, new Square(T.CreateChecked(2.0 / outputs)));
    }

    private readonly struct Square(T factor) : IErrorFunction<T>
    {
        public double Evaluate(double error) => error * error;

        public TVector Invoke<TVector, TLane>(TVector z, TVector y)
            where TVector : unmanaged
            where TLane : struct, ILane<T, TVector> => TLane.Multiply(TLane.Subtract(z, y), TLane.Broadcast(factor));
    }
}
