using System.Numerics;

namespace NeuralNets.Core.Losses;

/// <summary>The targets of some samples, as a loss sees them: one class label per sample, or values for each output.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public readonly ref struct TargetBatch<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Creates a batch of class labels.</summary>
    /// <param name="labels">One label per sample, from 0 to the number of classes − 1.</param>
    public TargetBatch(ReadOnlySpan<int> labels)
    {
        Labels = labels;
        Count = labels.Length;
    }

    /// <summary>Creates a batch of values.</summary>
    /// <param name="values">(outputs × samples), column-major.</param>
    /// <param name="count">The number of samples.</param>
    /// <exception cref="ArgumentException">The values are not whole columns.</exception>
    public TargetBatch(ReadOnlySpan<T> values, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (count == 0 ? !values.IsEmpty : values.Length % count != 0)
        {
            throw new ArgumentException(
                $"{count} samples need the same number of values each, but there were {values.Length}.", nameof(values));
        }

        Values = values;
        Count = count;
    }

    /// <summary>The number of samples.</summary>
    public int Count { get; }

    /// <summary>One label per sample; empty if the targets are values.</summary>
    public ReadOnlySpan<int> Labels { get; }

    /// <summary>The target of each output, (outputs × samples), column-major; empty if the targets are labels.</summary>
    public ReadOnlySpan<T> Values { get; }
}
