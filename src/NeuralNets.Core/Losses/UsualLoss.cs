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

    /// <summary>Returns the name of the loss of an output function, as the end of a sentence; nothing if it has no usual one.</summary>
    public static string Hint<T>(ILayerActivation<T> output)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Of(output) is { } loss
        ? $", which {loss.GetType().Name.Split('`')[0]} belongs to"
        : string.Empty;
}
