using System.Numerics;
using System.Runtime.CompilerServices;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Losses;

/// <summary>The mean squared error: the usual loss of regression, whose output layer has <see cref="Identity{T}"/>.</summary>
/// <remarks>For a sample with k outputs z and values y the cost is <c>Σ (zᵢ − yᵢ)²/k</c>, in double precision, summed in the order of the
/// outputs; the derivative is <c>2(zᵢ − yᵢ)/k</c>. Its minimum is the mean of the values, which outliers move.</remarks>
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
    /// <exception cref="ArgumentException">The targets are not values, or the spans do not fit together or overlap.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Evaluate(ReadOnlySpan<T> logits, TargetBatch<T> targets, Span<T> derivatives, Span<double> costs)
    {
        ReadOnlySpan<T> values = targets.Values;
        int outputs = LossArguments.CheckValues(
            nameof(MeanSquaredErrorLoss<>), logits.Length, targets, derivatives.Length, costs.Length);
        Elementwise.Apply(logits, values, derivatives, new Derivative(T.CreateChecked(2.0 / outputs)));
        for (int j = 0; j < costs.Length; j++)
        {
            double sum = 0;
            for (int i = j * outputs; i < (j + 1) * outputs; i++)
            {
                double error = double.CreateChecked(logits[i]) - double.CreateChecked(values[i]);
                sum += error * error;
            }

            costs[j] = sum / outputs;
        }
    }

    private readonly struct Derivative(T factor) : IBinaryOperator<T>
    {
        public TVector Invoke<TVector, TLane>(TVector z, TVector y)
            where TVector : unmanaged
            where TLane : struct, ILane<T, TVector> => TLane.Multiply(TLane.Subtract(z, y), TLane.Broadcast(factor));
    }
}
