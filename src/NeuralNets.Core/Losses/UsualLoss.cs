using System.Numerics;
using NeuralNets.Core.Activations;

namespace NeuralNets.Core.Losses;

/// <summary>The loss that an output function is trained with unless another one is set.</summary>
internal static class UsualLoss
{
    /// <summary>Returns the loss; null if the function has no usual one.</summary>
    public static ILoss<T>? Of<T>(ILayerActivation<T> output)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => output switch
        {
            Softmax<T> => new CrossEntropyLoss<T>(),
            Sigmoid<T> => new BinaryCrossEntropyLoss<T>(),
            Identity<T> => new MeanSquaredErrorLoss<T>(),
            _ => null,
        };
}
