using System.Numerics;
using System.Runtime.CompilerServices;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Losses;

/// <summary>
/// The cross-entropy of yes-or-no answers, the usual loss of <see cref="Sigmoid{T}"/>: one output that says yes or no, or several that
/// do so each by itself (multi-label).
/// </summary>
/// <remarks>
/// <para>With logit z, target y in [0, 1] and the positive weight w, the cost of an output is
/// <c>−w·y·log σ(z) − (1 − y)·log(1 − σ(z))</c>, computed from z in double precision: it is finite for all finite logits. The cost of a
/// sample is the mean over its k outputs, and its derivative by a logit <c>(σ(z)·(w·y + 1 − y) − w·y)/k</c>, without weights
/// <c>(σ(z) − y)/k</c>.</para>
/// <para>The targets of one output are class labels 0 and 1 or values; those of several are values.</para>
/// </remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed class BinaryCrossEntropyLoss<T> : ILoss<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const string Name = "Binary cross-entropy";

    /// <summary>The number of outputs for which scratch memory is taken from the stack at a time.</summary>
    private const int BlockLength = 256;

    private readonly double[] _positiveWeights; // empty for ones

    /// <summary>Creates the loss.</summary>
    /// <param name="labelSmoothing">ε, from 0 to less than 1: a target y becomes <c>y(1 − ε) + ε/2</c>, which keeps a network from being
    /// surer than its labels are.</param>
    /// <param name="positiveWeights">One weight per output, positive and finite, which multiplies the cost of a yes; null for 1
    /// each. With more than 1, a rare yes is missed less often.</param>
    /// <exception cref="ArgumentException">A weight is not positive and finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="labelSmoothing"/> is not in [0, 1).</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public BinaryCrossEntropyLoss(double labelSmoothing = 0, IEnumerable<double>? positiveWeights = null)
    {
        ElementType.Check<T>();
        LossRequirements.CheckLabelSmoothing(labelSmoothing, nameof(labelSmoothing));
        _positiveWeights = positiveWeights is null ? [] : [.. positiveWeights];
        for (int i = 0; i < _positiveWeights.Length; i++)
        {
            if (!(_positiveWeights[i] > 0 && double.IsFinite(_positiveWeights[i])))
            {
                throw new ArgumentException(
                    FormattableString.Invariant(
                        $"Positive weights must be positive and finite, but that of output {i} is {_positiveWeights[i]}."),
                    nameof(positiveWeights));
            }
        }

        LabelSmoothing = labelSmoothing;
    }

    /// <summary>How far targets are moved from 0 and 1: y becomes <c>y(1 − ε) + ε/2</c>.</summary>
    public double LabelSmoothing { get; }

    /// <summary>What the cost of a yes is multiplied by, per output; empty if all count the same.</summary>
    public IReadOnlyList<double> PositiveWeights => _positiveWeights;

    /// <inheritdoc/>
    public void CheckOutput(ILayerActivation<T> output, int outputCount)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (output is not Sigmoid<T>)
        {
            throw new ArgumentException(
                $"{Name} belongs to an output layer with Sigmoid, but the output layer has {output}{UsualLoss.Hint(output)}.",
                nameof(output));
        }

        if (_positiveWeights.Length > 0 && _positiveWeights.Length != outputCount)
        {
            throw new ArgumentException(
                $"{Name} needs one positive weight per output, but there are {outputCount} outputs and {_positiveWeights.Length} weights.",
                nameof(outputCount));
        }
    }

    /// <inheritdoc/>
    public void CheckTargets(TargetBatch<T> targets)
    {
        int outputs = targets.Count == 0 ? 1 : Math.Max(1, targets.Values.Length / targets.Count);
        for (int i = 0; i < targets.Values.Length; i++)
        {
            if (!(targets.Values[i] >= T.Zero && targets.Values[i] <= T.One))
            {
                throw new ArgumentException(
                    FormattableString.Invariant(
                        $"{Name} needs targets from 0 to 1, but that of sample {i / outputs} for output {i % outputs} is {targets.Values[i]}."),
                    nameof(targets));
            }
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The targets are labels for several outputs, or the spans do not fit together.</exception>
    /// <remarks>Targets are not checked; <see cref="CheckTargets"/> does that.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Evaluate(ReadOnlySpan<T> logits, TargetBatch<T> targets, Span<T> derivatives, Span<double> costs)
    {
        ReadOnlySpan<int> labels = targets.Labels;
        if (!labels.IsEmpty && logits.Length > labels.Length)
        {
            throw new ArgumentException(
                $"{Name} compares several outputs with a value for each, but the targets are class labels. Classes of which a sample has "
                + "just one are an output layer with Softmax; OneHot.Encode makes values of labels.",
                nameof(targets));
        }

        int outputs = LossRequirements.CountOutputs(logits, labels.Length + targets.Values.Length, derivatives, costs);
        costs.Clear();
        Span<double> exponentials = stackalloc double[BlockLength];
        Span<double> logarithms = stackalloc double[BlockLength];
        for (int start = 0; start < logits.Length; start += BlockLength)
        {
            int count = Math.Min(BlockLength, logits.Length - start);
            Span<double> u = exponentials[..count];
            Span<double> log = logarithms[..count];
            for (int i = 0; i < count; i++)
            {
                u[i] = -Math.Abs(double.CreateChecked(logits[start + i]));
            }

            Elementwise.Apply<double, ExpOperator<double>>(u, u);
            for (int i = 0; i < count; i++)
            {
                log[i] = 1 + u[i];
            }

            Elementwise.Apply<double, LogOperator<double>>(log, log);
            int sample = start / outputs;
            int output = start - (sample * outputs);
            for (int i = 0; i < count; i++)
            {
                double z = double.CreateChecked(logits[start + i]);
                double y = labels.IsEmpty ? double.CreateChecked(targets.Values[start + i]) : labels[start + i];
                y = (y * (1 - LabelSmoothing)) + (LabelSmoothing / 2);
                double positive = _positiveWeights.Length == 0 ? y : _positiveWeights[output] * y;
                double negative = 1 - y;

                // log(1 + u), with the part of u that is lost in 1 + u.
                double sum = 1 + u[i];
                double softplus = log[i] + ((u[i] - (sum - 1)) / sum);
                double sigmoid = (z < 0 ? u[i] : 1) / sum;
                costs[sample] += (positive * (Math.Max(-z, 0) + softplus)) + (negative * (Math.Max(z, 0) + softplus));
                derivatives[start + i] = T.CreateChecked(((sigmoid * (positive + negative)) - positive) / outputs);
                if (++output == outputs)
                {
                    costs[sample++] /= outputs;
                    output = 0;
                }
            }
        }
    }
}
