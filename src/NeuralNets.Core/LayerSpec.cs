using System.Numerics;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Initialization;

namespace NeuralNets.Core;

/// <summary>What a dense layer is to be: its number of units, its function and how its weights are drawn.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed class LayerSpec<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Describes a hidden layer.</summary>
    /// <param name="units">The number of units, positive.</param>
    /// <param name="activation">The function of the layer.</param>
    /// <param name="initializer">Draws the weights; He uniform for ReLU and leaky ReLU and Glorot uniform for others if null.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="units"/> is not positive.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="activation"/> is null.</exception>
    public LayerSpec(int units, IActivation<T> activation, IWeightInitializer? initializer = null)
    {
        ElementType.Check<T>();
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(units);
        ArgumentNullException.ThrowIfNull(activation);
        Units = units;
        Activation = activation;
        Initializer = initializer ?? (activation is Relu<T> or LeakyRelu<T> ? new HeUniform() : new GlorotUniform());
    }

    /// <summary>Describes the output layer.</summary>
    /// <param name="classes">The number of classes, at least 2.</param>
    /// <param name="softmax">The function of the layer.</param>
    /// <param name="initializer">Draws the weights; Glorot uniform if null.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="classes"/> is less than 2.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="softmax"/> is null.</exception>
    public LayerSpec(int classes, Softmax<T> softmax, IWeightInitializer? initializer = null)
    {
        ElementType.Check<T>();
        ArgumentNullException.ThrowIfNull(softmax);
        Requirements.CheckSoftmaxClasses(classes, nameof(classes));
        Units = classes;
        Initializer = initializer ?? new GlorotUniform();
    }

    /// <summary>The number of units.</summary>
    public int Units { get; }

    /// <summary>The function of a hidden layer; null for the output layer, whose function is softmax.</summary>
    public IActivation<T>? Activation { get; }

    /// <summary>Draws the weights.</summary>
    public IWeightInitializer Initializer { get; }
}
