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
    /// <summary>The number of inputs whose gradient is made and used at a time is a multiple of this: whole tiles of every width.</summary>
    private const int InputGroup = 24;

    /// <summary>The number of sums that stay in the first-level cache until they are used.</summary>
    private const int FewSums = 4096;

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

        if (batch.IsFirst && batch.IsLast && !update.WaitsForNorm && gradient.CanBeCut)
        {
            return TakeInPieces(gradient, update);
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

    /// <summary>Updates the weights of some inputs as soon as there is their gradient, which then is still in the cache.</summary>
    private double TakeInPieces(GradientProduct<T> gradient, ParameterUpdate<T> update)
    {
        int units = gradient.UnitCount;
        int most = Math.Max(1, FewSums / Math.Max(1, units) / InputGroup) * InputGroup; // a worker may have no units
        double largest = 0;
        for (int first = 0; first < gradient.InputCount; first += most)
        {
            int inputs = Math.Min(most, gradient.InputCount - first);
            int start = first * units;
            int length = inputs * units;
            var piece = new ParameterBlock<T>(
                Parameters.Span.Slice(start, length),
                Sums.Span[..length],
                Slot0.IsEmpty ? [] : Slot0.Slice(start, length),
                Slot1.IsEmpty ? [] : Slot1.Slice(start, length),
                AreWeights);
            gradient.Inputs(first, inputs).Write(piece.Sums);
            largest = Math.Max(largest, update.Take(piece)!.Value);
        }

        return largest;
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
