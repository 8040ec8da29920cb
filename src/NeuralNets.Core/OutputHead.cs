using System.Numerics;
using NeuralNets.Core.Data;
using NeuralNets.Core.Kernels;
using NeuralNets.Core.Losses;

namespace NeuralNets.Core;

/// <summary>
/// What happens behind the last layer for some samples: compares logits with targets, writes costs and derivatives, and notes correct
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
    private readonly bool[] _correct;

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
        _correct = new bool[columns];
    }

    /// <summary>The costs of the samples, one per column.</summary>
    public ReadOnlySpan<double> Costs => _costs;

    /// <summary>Whether the samples were answered correctly, one per column.</summary>
    public ReadOnlySpan<bool> Correct => _correct;

    /// <summary>Compares the logits of some samples with their targets.</summary>
    /// <param name="samples">The positions of the samples in the data set.</param>
    /// <param name="start">The first column that the samples take.</param>
    /// <param name="logits">(outputs × samples).</param>
    /// <param name="derivatives">Receives the derivatives of the costs by the logits, each times the weight of its sample, (outputs ×
    /// samples).</param>
    /// <returns>Whether a cost is NaN or infinite.</returns>
    public bool Evaluate(ReadOnlySpan<int> samples, int start, ReadOnlySpan<T> logits, Span<T> derivatives)
    {
        Span<int> labels = _labels.AsSpan(_targets.AreLabels ? start : 0, _targets.AreLabels ? samples.Length : 0);
        int outputs = _targets.OutputCount;
        Span<T> values = _targets.AreLabels ? [] : _values.AsSpan(start * outputs, samples.Length * outputs);
        _targets.Gather(samples, labels, values);
        TargetBatch<T> targets = _targets.AreLabels ? new(labels) : new(values, samples.Length);
        Span<double> costs = _costs.AsSpan(start, samples.Length);

        // Written at once: the marks of all workers lie in one cache line, which would go to and fro between them.
        Span<bool> correct = stackalloc bool[samples.Length];
        Evaluate(_loss, logits, targets, derivatives, costs, correct);
        correct.CopyTo(_correct.AsSpan(start));
        if (_targets.HasWeights)
        {
            Weight(samples, derivatives);
        }

        bool hasNonFiniteCost = false;
        foreach (double cost in costs)
        {
            hasNonFiniteCost |= !double.IsFinite(cost);
        }

        return hasNonFiniteCost;
    }

    /// <summary>Compares logits with targets.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="logits">(outputs × samples).</param>
    /// <param name="targets">The targets of the samples.</param>
    /// <param name="derivatives">Receives the derivatives of the costs by the logits, (outputs × samples).</param>
    /// <param name="costs">Receives one cost per sample.</param>
    /// <param name="correct">Receives whether the label of a sample is its target; false where the targets are values.</param>
    public static void Evaluate(
        ILoss<T> loss, ReadOnlySpan<T> logits, TargetBatch<T> targets, Span<T> derivatives, Span<double> costs, Span<bool> correct)
    {
        loss.Evaluate(logits, targets, derivatives, costs);
        correct.Clear();
        int outputs = costs.IsEmpty ? 0 : logits.Length / costs.Length;
        for (int j = 0; j < targets.Labels.Length; j++)
        {
            correct[j] = LabelOf(logits.Slice(j * outputs, outputs)) == targets.Labels[j];
        }
    }

    /// <summary>Returns the label of a sample: of one output 1 if its logit is at least 0, of several the first with the largest logit; −1
    /// if there is no answer, since a logit is NaN or the largest one is infinite.</summary>
    public static int LabelOf(ReadOnlySpan<T> logits) => logits.Length > 1 ? SoftmaxKernel.ArgMax(logits)
        : !T.IsFinite(logits[0]) ? -1
        : logits[0] >= T.Zero ? 1 : 0;

    private void Weight(ReadOnlySpan<int> samples, Span<T> derivatives)
    {
        int outputs = derivatives.Length / Math.Max(1, samples.Length);
        for (int j = 0; j < samples.Length; j++)
        {
            T weight = T.CreateChecked(_targets.WeightOf(samples[j]));
            foreach (ref T derivative in derivatives.Slice(j * outputs, outputs))
            {
                derivative *= weight;
            }
        }
    }
}
