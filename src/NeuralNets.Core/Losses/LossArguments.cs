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
}
