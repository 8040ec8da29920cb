using System.Numerics;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Training;

/// <summary>Shows from the size of the parameters that the answers of a network are finite, which takes one look at each parameter,
/// where predicting takes as many as there are samples.</summary>
internal static class AnswerBound
{
    /// <summary>A bound of logits and of what is computed on the way below which nothing overflows in either element type, with a wide
    /// margin for the loss.</summary>
    private const double SurelyFinite = 1e30;

    /// <summary>Returns whether the logits are finite for all inputs of a size. False means that it is not known.</summary>
    /// <param name="network">The network.</param>
    /// <param name="largestFeature">The largest absolute value of a feature.</param>
    /// <remarks><c>|z| ≤ inputs · max |w| · bound of the inputs + max |b|</c>, layer by layer. NaN anywhere makes the bound NaN.</remarks>
    public static bool IsFinite<T>(Network<T> network, double largestFeature)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double bound = largestFeature;
        foreach (DenseLayer<T> layer in network.Layers)
        {
            bound = (layer.InputCount * Magnitude.Max<T>(layer.WeightSpan) * bound) + Magnitude.Max<T>(layer.BiasSpan);
            if (!(bound < SurelyFinite))
            {
                return false;
            }

            bound = layer.Elementwise?.Bound(bound) ?? bound; // of softmax: the logits
        }

        return true;
    }
}
