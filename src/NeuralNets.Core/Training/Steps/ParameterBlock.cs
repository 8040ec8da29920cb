using System.Numerics;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Training.Steps;

/// <summary>Some parameters of a layer, which one worker updates, with everything that belongs to them in the same order.</summary>
/// <param name="parameters">The parameters, without gaps.</param>
/// <param name="sums">Room for the sums of their gradient; may be empty where a linear update takes them as they come.</param>
/// <param name="slot0">What the optimizer remembers first, or empty.</param>
/// <param name="slot1">What the optimizer remembers second, or empty.</param>
/// <param name="areWeights">Whether they are weights; otherwise biases.</param>
internal readonly ref struct ParameterBlock<T>(
    MatrixTarget<T> parameters, MatrixTarget<T> sums, Span<T> slot0, Span<T> slot1, bool areWeights)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public MatrixTarget<T> Parameters { get; } = parameters;

    public MatrixTarget<T> Sums { get; } = sums;

    public Span<T> Slot0 { get; } = slot0;

    public Span<T> Slot1 { get; } = slot1;

    public bool AreWeights { get; } = areWeights;

    /// <summary>Takes the gradient of a micro-batch, and with the last one of a batch updates the parameters: weights.</summary>
    /// <param name="batch">The micro-batch.</param>
    /// <param name="gradient">The gradient.</param>
    /// <param name="update">What becomes of it.</param>
    /// <returns>The largest absolute value of a parameter afterwards if the rule has come and found it, otherwise null.</returns>
    public double? Take(MicroBatch batch, GradientProduct<T> gradient, ParameterUpdate<T> update)
    {
        if (batch.IsLast && update.IsLinear && (batch.IsFirst || gradient.AddsScaledSums))
        {
            gradient.AddScaled(Parameters, batch.IsFirst ? [] : Sums.Span, update.Epilogue);
            return null;
        }

        if (batch.IsFirst)
        {
            gradient.Write(Sums);
        }
        else
        {
            gradient.Add(Sums);
        }

        return batch.IsLast ? update.Take(this) : null;
    }

    /// <summary>Takes derivatives of units, which added over the samples in their order are the gradient of the biases, and with the last
    /// micro-batch of a batch updates the parameters: biases.</summary>
    /// <param name="batch">The micro-batch.</param>
    /// <param name="derivatives">(units × samples), without padding.</param>
    /// <param name="update">What becomes of the gradient.</param>
    public void TakeBiases(MicroBatch batch, ReadOnlySpan<T> derivatives, ParameterUpdate<T> update)
    {
        if (batch.IsFirst)
        {
            Sums.Span.Clear();
        }

        Columns.Accumulate(derivatives, Sums.Span, batch.Samples.Length);
        if (batch.IsLast)
        {
            update.Take(this);
        }
    }
}
