using System.Numerics;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Initialization;

namespace NeuralNets.Core;

/// <summary>The specification of a dense layer: its number of units, its function and how its weights are drawn.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed class LayerSpec<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Describes a layer.</summary>
    /// <param name="units">The number of units, positive; at least 2 with softmax.</param>
    /// <param name="activation">The function of the layer.</param>
    /// <param name="initializer">Draws the weights; if null, the one that
    /// <see cref="ActivationCatalog{T}"/> has for the function: He uniform for those of a ReLU kind, LeCun normal for SELU, Glorot uniform
    /// for others.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="units"/> is not positive, or is 1 with softmax.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="activation"/> is null.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public LayerSpec(int units, ILayerActivation<T> activation, IWeightInitializer? initializer = null)
    {
        ElementType.Check<T>();
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(units);
        ArgumentNullException.ThrowIfNull(activation);
        if (activation is Softmax<T>)
        {
            Requirements.CheckSoftmaxClasses(units, nameof(units));
        }

        UnitCount = units;
        Activation = activation;
        Initializer = initializer ?? ActivationCatalog<T>.InitializerOf(activation);
    }

    /// <summary>The number of units.</summary>
    public int UnitCount { get; }

    /// <summary>The function of the layer.</summary>
    public ILayerActivation<T> Activation { get; }

    /// <summary>Draws the weights.</summary>
    public IWeightInitializer Initializer { get; }
}
