using System.Numerics;
using NeuralNets.Core.Data;
using NeuralNets.Core.Kernels;
using NeuralNets.Core.Losses;

namespace NeuralNets.Core;

/// <summary>
/// What happens behind the last layer for some samples: compares logits with targets, writes costs and derivatives, and counts correct
/// answers. Training and evaluation share it.
/// </summary>
/// <remarks>Several workers may use one at once, as long as they take different columns. Nothing here allocates.</remarks>
internal sealed class OutputHead<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ILoss<T> _loss;
    private readonly Targets<T> _targets;
    private readonly int[] _labels;
    private readonly T[] _values;
    private readonly double[] _costs;

    /// <param name="loss">The loss.</param>
    /// <param name="targets">The targets of the data set.</param>
    /// <param name="columns">The maximum number of samples at a time.</param>
    public OutputHead(ILoss<T> loss, Targets<T> targets, int columns)
    {
        _loss = loss;
        _targets = targets;
        _labels = new int[targets.AreLabels ? columns : 0];
        _values = new T[targets.AreLabels ? 0 : checked(columns * targets.OutputCount)];
        _costs = new double[columns];
    }

    /// <summary>The costs of the samples, one per column.</summary>
    public ReadOnlySpan<double> Costs => _costs;

    /// <summary>Compares the logits of some samples with their targets.</summary>
    /// <param name="samples">The positions of the samples in the data set.</param>
    /// <param name="start">The first column that the samples take.</param>
    /// <param name="logits">(outputs × samples).</param>
    /// <param name="derivatives">Receives the derivatives of the costs by the logits, (outputs × samples).</param>
    /// <param name="hasNonFiniteCost">Whether a cost is NaN or infinite.</param>
    /// <returns>The number of correct answers: 0 where the targets are values.</returns>
    public int Evaluate(
        ReadOnlySpan<int> samples, int start, ReadOnlySpan<T> logits, Span<T> derivatives, out bool hasNonFiniteCost)
    {
        Span<int> labels = _labels.AsSpan(_targets.AreLabels ? start : 0, _targets.AreLabels ? samples.Length : 0);
        int outputs = _targets.OutputCount;
        Span<T> values = _targets.AreLabels ? [] : _values.AsSpan(start * outputs, samples.Length * outputs);
        _targets.Gather(samples, labels, values);
        TargetBatch<T> targets = _targets.AreLabels ? new(labels) : new(values, samples.Length);
        return Evaluate(_loss, logits, targets, derivatives, _costs.AsSpan(start, samples.Length), out hasNonFiniteCost);
    }

    /// <summary>Compares logits with targets.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="logits">(outputs × samples).</param>
    /// <param name="targets">The targets of the samples.</param>
    /// <param name="derivatives">Receives the derivatives of the costs by the logits, (outputs × samples).</param>
    /// <param name="costs">Receives one cost per sample.</param>
    /// <param name="hasNonFiniteCost">Whether a cost is NaN or infinite.</param>
    /// <returns>The number of correct answers: 0 where the targets are values.</returns>
    public static int Evaluate(
        ILoss<T> loss,
        ReadOnlySpan<T> logits,
        TargetBatch<T> targets,
        Span<T> derivatives,
        Span<double> costs,
        out bool hasNonFiniteCost)
    {
        loss.Evaluate(logits, targets, derivatives, costs);
        hasNonFiniteCost = false;
        foreach (double cost in costs)
        {
            hasNonFiniteCost |= !double.IsFinite(cost);
        }

        int outputs = costs.IsEmpty ? 0 : logits.Length / costs.Length;
        int correct = 0;
        for (int j = 0; j < targets.Labels.Length; j++)
        {
            correct += LabelOf(logits.Slice(j * outputs, outputs)) == targets.Labels[j] ? 1 : 0;
        }

        return correct;
    }

    /// <summary>Returns the label of a sample: of several logits the first that is the largest, of one whether it is 0 or more; −1 if
    /// there is no answer, since they are not finite.</summary>
    /// <param name="logits">The logits of the sample.</param>
    public static int LabelOf(ReadOnlySpan<T> logits) =>
        logits.Length > 1 ? SoftmaxKernel.ArgMax(logits)
        : !T.IsFinite(logits[0]) ? -1
        : logits[0] >= T.Zero ? 1 : 0;
}
