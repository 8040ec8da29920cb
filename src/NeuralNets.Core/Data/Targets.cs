using System.Numerics;
using NeuralNets.Core.Losses;

namespace NeuralNets.Core.Data;

/// <summary>What a network is to answer for each sample of a data set, a class label or a value for each output, and how much the sample
/// counts.</summary>
/// <remarks>Immutable, in the order of the data set.</remarks>
internal sealed class Targets<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int[] _labels; // empty if the targets are values
    private readonly T[] _values; // (outputs × samples); empty if the targets are labels
    private readonly double[] _weights; // empty if all samples count the same
    private readonly double _meanWeight;

    private Targets(int[] labels, T[] values, double[] weights, int outputs, int count)
    {
        _labels = labels;
        _values = values;
        _weights = weights;
        double sum = 0;
        foreach (double weight in weights)
        {
            sum += weight;
        }

        _meanWeight = sum / count;
        OutputCount = outputs;
        Count = count;
    }

    /// <summary>The number of samples.</summary>
    public int Count { get; }

    /// <summary>The number of outputs of a network with these targets: the classes, or the values per sample.</summary>
    public int OutputCount { get; }

    /// <summary>Whether the targets are class labels.</summary>
    public bool AreLabels => _values.Length == 0;

    /// <summary>One label per sample; empty if the targets are values.</summary>
    public ReadOnlySpan<int> Labels => _labels;

    /// <summary>The values, (outputs × samples); empty if the targets are labels.</summary>
    public ReadOnlySpan<T> Values => _values;

    /// <summary>One weight per sample, as they were given; empty if all samples count the same.</summary>
    public ReadOnlySpan<double> Weights => _weights;

    /// <summary>Whether samples count differently.</summary>
    public bool HasWeights => _weights.Length > 0;

    /// <param name="labels">One label per sample, in range; kept.</param>
    /// <param name="classes">The number of classes.</param>
    public static Targets<T> FromLabels(int[] labels, int classes) => new(labels, [], [], classes, labels.Length);

    /// <param name="values">(outputs × samples), at least one value; kept.</param>
    /// <param name="outputs">The number of values per sample.</param>
    public static Targets<T> FromValues(T[] values, int outputs) => new([], values, [], outputs, values.Length / outputs);

    /// <summary>Returns how much a sample counts, scaled so that the mean over the set is 1. Weights that are all twice as large give the
    /// same bits.</summary>
    public double WeightOf(int sample) => _weights.Length == 0 ? 1 : _weights[sample] / _meanWeight;

    /// <summary>Returns the same targets with other weights.</summary>
    /// <param name="weights">One per sample, finite, not negative and not all 0; kept.</param>
    public Targets<T> WithWeights(double[] weights) => new(_labels, _values, weights, OutputCount, Count);

    /// <summary>Returns the targets of adjacent samples.</summary>
    public TargetBatch<T> Batch(int start, int count) => AreLabels
        ? new(_labels.AsSpan(start, count))
        : new(_values.AsSpan(start * OutputCount, count * OutputCount), count);

    /// <summary>Returns the targets of the first samples.</summary>
    public Targets<T> Take(int count) => new(
        AreLabels ? _labels[..count] : [],
        AreLabels ? [] : _values[..(count * OutputCount)],
        _weights.Length == 0 ? [] : _weights[..count],
        OutputCount,
        count);

    /// <summary>Returns the targets of the samples at <paramref name="indices"/>, in that order.</summary>
    public Targets<T> Select(ReadOnlySpan<int> indices)
    {
        int[] labels = new int[AreLabels ? indices.Length : 0];
        T[] values = new T[AreLabels ? 0 : indices.Length * OutputCount];
        Gather(indices, labels, values);
        double[] weights = new double[_weights.Length == 0 ? 0 : indices.Length];
        for (int j = 0; j < weights.Length; j++)
        {
            weights[j] = _weights[indices[j]];
        }

        return new(labels, values, weights, OutputCount, indices.Length);
    }

    /// <summary>Writes the targets of the samples at <paramref name="indices"/> to one of the spans. Does not allocate.</summary>
    /// <param name="indices">The samples.</param>
    /// <param name="labels">One element per sample, if the targets are labels.</param>
    /// <param name="values"><see cref="OutputCount"/> elements per sample, if the targets are values.</param>
    public void Gather(ReadOnlySpan<int> indices, Span<int> labels, Span<T> values)
    {
        if (AreLabels)
        {
            for (int j = 0; j < indices.Length; j++)
            {
                labels[j] = _labels[indices[j]];
            }

            return;
        }

        for (int j = 0; j < indices.Length; j++)
        {
            _values.AsSpan(indices[j] * OutputCount, OutputCount).CopyTo(values.Slice(j * OutputCount, OutputCount));
        }
    }
}
