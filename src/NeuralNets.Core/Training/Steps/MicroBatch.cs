namespace NeuralNets.Core.Training.Steps;

/// <summary>The part of a batch that goes through at a time: all of it, unless it is large.</summary>
/// <param name="samples">The positions of the samples in the training set.</param>
/// <param name="next">Those of the samples that come next, as far as they are known.</param>
/// <param name="isFirst">Whether it is the first part of its batch: sums of gradients start from it.</param>
/// <param name="isLast">Whether it is the last part of its batch: the parameters are updated.</param>
internal readonly ref struct MicroBatch(ReadOnlySpan<int> samples, ReadOnlySpan<int> next, bool isFirst, bool isLast)
{
    public ReadOnlySpan<int> Samples { get; } = samples;

    public ReadOnlySpan<int> Next { get; } = next;

    /// <summary>The number of the epoch, counted from 0.</summary>
    public int Epoch { get; init; }

    /// <summary>The position of the first sample in the epoch.</summary>
    public int Position { get; init; }

    public bool IsFirst { get; } = isFirst;

    public bool IsLast { get; } = isLast;
}
