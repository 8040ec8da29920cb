using System.Numerics;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Backends;
using NeuralNets.Core.Initialization;

namespace NeuralNets.Mnist;

/// <summary>The parts of a network, and what computes it, by their names on the command line.</summary>
internal static class Networks
{
    public static IActivation<T> Activation<T>(string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => name switch
        {
            "relu" => new Relu<T>(),
            "leaky-relu" => new LeakyRelu<T>(),
            "sigmoid" => new Sigmoid<T>(),
            "tanh" => new Tanh<T>(),
            "identity" => new Identity<T>(),
            _ => throw new ArgumentException($"There is no activation '{name}'.", nameof(name)),
        };

    /// <exception cref="UserException">The machine does not have it; the message says what was tried.</exception>
    public static GemmBackend Backend(string name)
    {
        try
        {
            return name switch
            {
                "managed" => ManagedBackend.Instance,
                "mkl" => MklBackend.Create(),
                "mathnet" => new MathNetBackend(),
                _ => throw new ArgumentException($"There is no backend '{name}'.", nameof(name)),
            };
        }
        catch (NotSupportedException exception)
        {
            throw new UserException(exception.Message);
        }
    }

    public static IWeightInitializer Initializer(string name) => name switch
    {
        "he-uniform" => new HeUniform(),
        "he-normal" => new HeNormal(),
        "glorot-uniform" => new GlorotUniform(),
        "glorot-normal" => new GlorotNormal(),
        "normal" => new RandomNormal(),
        _ => throw new ArgumentException($"There is no initializer '{name}'.", nameof(name)),
    };
}
