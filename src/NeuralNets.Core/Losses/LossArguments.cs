using System.Numerics;
using NeuralNets.Core.Activations;

namespace NeuralNets.Core.Losses;

/// <summary>Checks that the losses have in common.</summary>
internal static class LossArguments
{
    /// <summary>Returns why a loss does not take an output function.</summary>
    /// <param name="loss">The name of the loss.</param>
    /// <param name="function">The name of the function that it goes with.</param>
    /// <param name="output">The function that came.</param>
    public static ArgumentException WrongOutput<T>(string loss, string function, ILayerActivation<T> output)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        string hint = UsualLoss.Of(output) is { } usual
            ? $" The loss for that is {usual.GetType().Name.Split('`')[0]}."
            : string.Empty;
        return new ArgumentException(
            $"{loss} belongs to an output layer with {function}, but the output layer has {output}.{hint}", nameof(output));
    }

    /// <summary>Checks the arguments of an evaluation against values, and returns the number of outputs; 0 without samples.</summary>
    /// <param name="loss">The name of the loss.</param>
    /// <param name="logits">The length of the logits.</param>
    /// <param name="targets">The targets.</param>
    /// <param name="derivatives">The length of the derivatives.</param>
    /// <param name="samples">The length of the costs.</param>
    /// <exception cref="ArgumentException">The targets are labels, or the lengths do not fit together.</exception>
    public static int CheckValues<T>(string loss, int logits, TargetBatch<T> targets, int derivatives, int samples)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (targets.Count > 0 && targets.Values.IsEmpty)
        {
            throw new ArgumentException(
                $"{loss} compares outputs with values, but the targets are class labels. Labels go with Softmax and "
                + $"{nameof(CrossEntropyLoss<>)}.",
                nameof(targets));
        }

        if (targets.Count != samples || targets.Values.Length != logits || derivatives != logits)
        {
            throw new ArgumentException(
                $"{samples} costs need as many targets, and logits, values and derivatives in equal numbers, but there were "
                + $"{targets.Count} targets, {logits} logits, {targets.Values.Length} values and {derivatives} derivatives.",
                nameof(targets));
        }

        return samples == 0 ? 0 : logits / samples;
    }

    /// <summary>Refuses values that are not finite, and those outside of a range.</summary>
    /// <param name="loss">The name of the loss.</param>
    /// <param name="targets">The targets of a data set.</param>
    /// <param name="smallest">The smallest value allowed.</param>
    /// <param name="largest">The largest value allowed.</param>
    /// <exception cref="ArgumentException">A value is not finite or outside of the range.</exception>
    public static void CheckRange<T>(
        string loss, TargetBatch<T> targets, double smallest = double.MinValue, double largest = double.MaxValue)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T low = T.CreateSaturating(smallest);
        T high = T.CreateSaturating(largest);
        ReadOnlySpan<T> values = targets.Values;
        for (int i = 0; i < values.Length; i++)
        {
            if (!(values[i] >= low && values[i] <= high && T.IsFinite(values[i])))
            {
                int outputs = values.Length / targets.Count;
                string range = smallest == double.MinValue ? "finite" : FormattableString.Invariant($"between {smallest} and {largest}");
                throw new ArgumentException(
                    FormattableString.Invariant(
                        $"{loss} needs targets that are {range}, but that of output {i % outputs} of sample {i / outputs} is {values[i]}."),
                    nameof(targets));
            }
        }
    }

    /// <exception cref="ArgumentOutOfRangeException">A label smoothing is not from 0 to below 1.</exception>
    public static void CheckSmoothing(double labelSmoothing)
    {
        if (!(labelSmoothing >= 0 && labelSmoothing < 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(labelSmoothing), labelSmoothing, "The label smoothing must be at least 0 and below 1; 0.1 is usual.");
        }
    }
}
