using System.Numerics;
using NeuralNets.Core.Initialization;

namespace NeuralNets.Core.Activations;

/// <summary>The list of the built-in functions, by which files name them and layers choose initial
/// weights.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public static class ActivationCatalog<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly IWeightInitializer s_he = new HeUniform();
    private static readonly IWeightInitializer s_glorot = new GlorotUniform();

    /// <summary>One entry per function.</summary>
    public static IReadOnlyList<ActivationEntry<T>> Entries { get; } =
    [
        new("Relu", typeof(Relu<T>), s_he, _ => new Relu<T>()),
        new("LeakyRelu", typeof(LeakyRelu<T>), s_he, slope => new LeakyRelu<T>(slope))
        {
            Parameter = new("slope", Default: 0.01, Minimum: 0, Maximum: 1, function => ((LeakyRelu<T>)function).Slope),
        },
        new("Sigmoid", typeof(Sigmoid<T>), s_glorot, _ => new Sigmoid<T>()),
        new("Tanh", typeof(Tanh<T>), s_glorot, _ => new Tanh<T>()),
        new("Identity", typeof(Identity<T>), s_glorot, _ => new Identity<T>()),
        new("Silu", typeof(Silu<T>), s_he, _ => new Silu<T>()),
        new("Gelu", typeof(Gelu<T>), s_he, _ => new Gelu<T>()),
        new("Mish", typeof(Mish<T>), s_he, _ => new Mish<T>()),
        new("Elu", typeof(Elu<T>), s_he, alpha => new Elu<T>(alpha))
        {
            Parameter = new("alpha", Default: 1, Minimum: 0, Maximum: 100, function => ((Elu<T>)function).Alpha),
        },
        new("Selu", typeof(Selu<T>), new LecunNormal(), _ => new Selu<T>()),
        new("Softplus", typeof(Softplus<T>), s_glorot, _ => new Softplus<T>()),
        new("Softmax", typeof(Softmax<T>), s_glorot, _ => new Softmax<T>()),
    ];

    /// <summary>Returns the entry of a function.</summary>
    /// <param name="activation">The function.</param>
    /// <returns>Its entry; null if it is a custom function.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="activation"/> is null.</exception>
    public static ActivationEntry<T>? Find(ILayerActivation<T> activation)
    {
        ArgumentNullException.ThrowIfNull(activation);
        return Entries.FirstOrDefault(entry => entry.Type == activation.GetType());
    }

    /// <summary>Returns the entry of a name.</summary>
    /// <param name="name">The name, upper and lower case as in <see cref="ActivationEntry{T}.Name"/>.</param>
    /// <returns>Its entry; null if no function has the name.</returns>
    public static ActivationEntry<T>? Find(string name) => Entries.FirstOrDefault(entry => entry.Name == name);

    /// <summary>Returns the initializer of a layer with a function unless another one is given: Glorot uniform for custom
    /// functions.</summary>
    internal static IWeightInitializer InitializerOf(ILayerActivation<T> activation) => Find(activation)?.Initializer ?? s_glorot;
}
