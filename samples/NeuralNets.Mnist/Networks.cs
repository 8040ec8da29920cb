using System.Numerics;
using System.Text.Json;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Backends;
using NeuralNets.Core.Initialization;

namespace NeuralNets.Mnist;

/// <summary>The parts of a network, and what computes it, by their names on the command line.</summary>
internal static class Networks
{
    /// <summary>Gets the functions of hidden layers by their names on the command line, such as <c>leaky-relu</c>.</summary>
    public static string[] ActivationNames { get; } = [.. HiddenActivations<float>().Select(entry => OptionName(entry))];

    public static IActivation<T> Activation<T>(string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        (IActivation<T>)HiddenActivations<T>().First(entry => OptionName(entry) == name).Create();

    private static IEnumerable<ActivationEntry<T>> HiddenActivations<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        ActivationCatalog<T>.Entries.Where(entry => entry.Type.IsAssignableTo(typeof(IActivation<T>)));

    private static string OptionName<T>(ActivationEntry<T> entry)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => JsonNamingPolicy.KebabCaseLower.ConvertName(entry.Name);

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
