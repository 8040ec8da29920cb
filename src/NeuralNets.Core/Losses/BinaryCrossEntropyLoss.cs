using System.Numerics;
using System.Runtime.CompilerServices;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Losses;

/// <summary>
/// The cross-entropy of independent probabilities, for an output layer with <see cref="Sigmoid{T}"/>: yes or no with one output,
/// multi-label with several.
/// </summary>
/// <remarks>
/// <para>The targets of one output are class labels, 0 or 1, or values; those of several outputs are values, each from 0 to 1, the
/// probability that the output's label holds.</para>
/// <para>For a sample with k logits z and targets y the cost is
/// <c>Σ (pᵢ·yᵢ·ln(1 + e^−zᵢ) + (1 − yᵢ)·ln(1 + e^zᵢ))/k</c>, in double precision, summed in the order of the outputs, with the positive
/// weight pᵢ of the output, which is 1 unless given. It is finite for all finite logits, also where a probability underflows. The
/// derivative is <c>((1 + (pᵢ − 1)·yᵢ)·σ(zᵢ) − pᵢ·yᵢ)/k</c>: without weights, <c>(σ(zᵢ) − yᵢ)/k</c>.</para>
/// <para>Label smoothing ε takes <c>y(1 − ε) + ε/2</c> for y, before any weight.</para>
/// </remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed class BinaryCrossEntropyLoss<T> : ILoss<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int BlockElements = 256;

    private readonly double[] _positiveWeights;
    private readonly T[] _weights; // from output 0 on, over and over: a block may begin at any output
    private readonly double[] _weightsInDouble;

    /// <summary>Creates the loss.</summary>
    /// <param name="labelSmoothing">ε, by which targets are moved towards ½: from 0, not at all, to below 1.</param>
    /// <param name="positiveWeights">One number per output, by which the cost of its positive targets is multiplied: above 1 where
    /// positives are rare and must not be missed. Null for 1. Copied.</param>
    /// <exception cref="ArgumentException">A positive weight is not positive and finite in the element type, or there is none in the
    /// list.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="labelSmoothing"/> is not from 0 to below 1.</exception>
    public BinaryCrossEntropyLoss(double labelSmoothing = 0, IReadOnlyList<double>? positiveWeights = null)
    {
        LossArguments.CheckSmoothing(labelSmoothing);
        LabelSmoothing = labelSmoothing;
        _positiveWeights = positiveWeights is null ? [] : [.. positiveWeights];
        if (positiveWeights is { Count: 0 })
        {
            throw new ArgumentException("There must be one positive weight per output, but there is none.", nameof(positiveWeights));
        }

        for (int i = 0; i < _positiveWeights.Length; i++)
        {
            T weight = T.CreateSaturating(_positiveWeights[i]);
            if (!(weight > T.Zero && T.IsFinite(weight)))
            {
                throw new ArgumentException(
                    FormattableString.Invariant(
                        $"Positive weights must be positive and finite, but that of output {i} is {_positiveWeights[i]}."),
                    nameof(positiveWeights));
            }
        }

        _weights = new T[_positiveWeights.Length + BlockElements];
        _weightsInDouble = new double[_weights.Length];
        for (int i = 0; i < _weights.Length; i++)
        {
            _weightsInDouble[i] = _positiveWeights.Length == 0 ? 1 : _positiveWeights[i % _positiveWeights.Length];
            _weights[i] = T.CreateChecked(_weightsInDouble[i]);
        }
    }

    /// <summary>ε, by which targets are moved towards ½.</summary>
    public double LabelSmoothing { get; }

    /// <summary>The number by which the cost of positive targets is multiplied, one per output; empty for 1.</summary>
    public IReadOnlyList<double> PositiveWeights => _positiveWeights.AsReadOnly();

    /// <inheritdoc/>
    /// <exception cref="ArgumentNullException"><paramref name="output"/> is null.</exception>
    public void CheckOutput(ILayerActivation<T> output, int outputCount)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (output is not Sigmoid<T>)
        {
            throw LossArguments.WrongOutput(nameof(BinaryCrossEntropyLoss<>), nameof(Sigmoid<>), output);
        }

        if (_positiveWeights.Length != 0 && _positiveWeights.Length != outputCount)
        {
            throw new ArgumentException(
                $"There must be one positive weight for each of the {outputCount} outputs, but there are {_positiveWeights.Length}.",
                nameof(outputCount));
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A value is not from 0 to 1.</exception>
    public void CheckTargets(TargetBatch<T> targets) =>
        LossArguments.CheckRange(nameof(BinaryCrossEntropyLoss<>), targets, smallest: 0, largest: 1);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The targets are labels, but there are several outputs; or the spans do not fit together or
    /// overlap.</exception>
    /// <remarks>Targets are not checked.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Evaluate(ReadOnlySpan<T> logits, TargetBatch<T> targets, Span<T> derivatives, Span<double> costs)
    {
        bool areLabels = !targets.Labels.IsEmpty;
        int outputs = areLabels ? CheckLabels(logits, targets, derivatives, costs) : LossArguments.CheckValues(
            nameof(BinaryCrossEntropyLoss<>), logits.Length, targets, derivatives.Length, costs.Length);
        var derivative = new Derivative(
            T.CreateChecked(1 - LabelSmoothing), T.CreateChecked(LabelSmoothing / 2), T.CreateChecked(1.0 / outputs));
        var elementCost = new ElementCost(1 - LabelSmoothing, LabelSmoothing / 2);
        Span<T> labels = stackalloc T[areLabels ? BlockElements : 0];
        Span<double> z = stackalloc double[BlockElements];
        Span<double> y = stackalloc double[BlockElements];
        int sample = 0;
        int output = 0;
        double sum = 0;
        for (int start = 0; start < logits.Length; start += BlockElements)
        {
            int count = Math.Min(BlockElements, logits.Length - start);
            ReadOnlySpan<T> blockTargets = areLabels ? labels[..count] : targets.Values.Slice(start, count);
            for (int i = 0; areLabels && i < count; i++)
            {
                labels[i] = targets.Labels[start + i] == 0 ? T.Zero : T.One;
            }

            for (int i = 0; i < count; i++)
            {
                z[i] = double.CreateChecked(logits[start + i]);
                y[i] = double.CreateChecked(blockTargets[i]);
            }

            int firstWeight = _positiveWeights.Length == 0 ? 0 : output;
            Span<T> block = derivatives.Slice(start, count);
            Elementwise.Apply<T, SigmoidOperator<T>>(logits.Slice(start, count), block);
            Elementwise.Apply(block, blockTargets, _weights.AsSpan(firstWeight, count), block, derivative);
            Elementwise.Apply(z[..count], y[..count], _weightsInDouble.AsSpan(firstWeight, count), z[..count], elementCost);
            foreach (double cost in z[..count])
            {
                sum += cost;
                output++;
                if (output == outputs)
                {
                    costs[sample] = sum / outputs;
                    sample++;
                    output = 0;
                    sum = 0;
                }
            }
        }
    }

    private static int CheckLabels(ReadOnlySpan<T> logits, TargetBatch<T> targets, Span<T> derivatives, Span<double> costs)
    {
        if (targets.Count == costs.Length && logits.Length > costs.Length)
        {
            throw new ArgumentException(
                $"Class labels, 0 and 1, go with one output, but there are {logits.Length / costs.Length}. Several outputs need one value "
                + "from 0 to 1 each; of classes that exclude each other, the loss is CrossEntropyLoss and the output function Softmax.",
                nameof(targets));
        }

        if (targets.Count != costs.Length || logits.Length != costs.Length || derivatives.Length != costs.Length)
        {
            throw new ArgumentException(
                $"{costs.Length} costs need as many labels, logits and derivatives, but there were {targets.Count} labels, "
                + $"{logits.Length} logits and {derivatives.Length} derivatives.",
                nameof(costs));
        }

        return 1;
    }

    /// <summary><c>((1 + (p − 1)·t)·a − p·t)·scale</c> for the probability a, the target y with <c>t = y·keep + share</c>, and the weight
    /// p. For p = 1 it is <c>(a − t)·scale</c> exactly.</summary>
    private readonly struct Derivative(T keep, T share, T scale) : ITernaryOperator<T>
    {
        public TVector Invoke<TVector, TLane>(TVector a, TVector y, TVector p)
            where TVector : unmanaged
            where TLane : struct, ILane<T, TVector>
        {
            TVector one = TLane.Broadcast(T.One);
            TVector t = TLane.FusedMultiplyAdd(y, TLane.Broadcast(keep), TLane.Broadcast(share));
            TVector w = TLane.FusedMultiplyAdd(TLane.Subtract(p, one), t, one);
            TVector difference = TLane.Subtract(TLane.Multiply(w, a), TLane.Multiply(p, t));
            return TLane.Multiply(difference, TLane.Broadcast(scale));
        }
    }

    /// <summary><c>p·t·ln(1 + e^−z) + (1 − t)·ln(1 + eᶻ)</c>. No term is negative, so nothing cancels.</summary>
    private readonly struct ElementCost(double keep, double share) : ITernaryOperator<double>
    {
        public TVector Invoke<TVector, TLane>(TVector z, TVector y, TVector p)
            where TVector : unmanaged
            where TLane : struct, ILane<double, TVector>
        {
            TVector zero = TLane.Broadcast(0);
            TVector t = TLane.FusedMultiplyAdd(y, TLane.Broadcast(keep), TLane.Broadcast(share));
            TVector tail = default(SoftplusTailOperator<double>).Invoke<TVector, TLane>(z);
            TVector ofNo = TLane.Add(TLane.Max(z, zero), tail);
            TVector ofYes = TLane.Add(TLane.Max(TLane.Subtract(zero, z), zero), tail);
            TVector no = TLane.Multiply(TLane.Subtract(TLane.Broadcast(1), t), ofNo);
            return TLane.FusedMultiplyAdd(TLane.Multiply(p, t), ofYes, no);
        }
    }
}
