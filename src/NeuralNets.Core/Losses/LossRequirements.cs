using System.Numerics;

namespace NeuralNets.Core.Losses;

/// <summary>Checks that losses share.</summary>
internal static class LossRequirements
{
    /// <summary>Returns the number of outputs; 0 for no samples.</summary>
    /// <param name="logits">(outputs × samples).</param>
    /// <param name="targets">The number of values of the targets, which must be that of the logits.</param>
    /// <param name="derivatives">As many as logits.</param>
    /// <param name="costs">One per sample.</param>
    /// <exception cref="ArgumentException">The spans do not fit together.</exception>
    public static int CountOutputs<T>(ReadOnlySpan<T> logits, int targets, ReadOnlySpan<T> derivatives, ReadOnlySpan<double> costs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int samples = costs.Length;
        if (targets != logits.Length || derivatives.Length != logits.Length
            || (samples == 0 ? logits.Length > 0 : logits.Length % samples != 0 || logits.IsEmpty))
        {
            throw new ArgumentException(
                $"{samples} costs need logits, targets and derivatives in whole columns, as many of each, but there were {logits.Length} "
                + $"logits, {targets} targets and {derivatives.Length} derivatives.",
                nameof(costs));
        }

        return samples == 0 ? 0 : logits.Length / samples;
    }

    /// <exception cref="ArgumentOutOfRangeException">It is not in [0, 1).</exception>
    public static void CheckLabelSmoothing(double value, string parameter)
    {
        if (!(value >= 0 && value < 1))
        {
            throw new ArgumentOutOfRangeException(parameter, value, "Label smoothing must be at least 0 and less than 1.");
        }
    }
}
