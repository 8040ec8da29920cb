using NeuralNets.Core.Backends;

namespace NeuralNets.Core.Benchmarks;

/// <summary>The backends as command lines name them.</summary>
internal static class NamedBackends
{
    /// <exception cref="FormatException">There is no backend of that name.</exception>
    /// <exception cref="NotSupportedException">The machine does not have it.</exception>
    public static GemmBackend Create(string name) => name switch
    {
        "managed" => ManagedBackend.Instance,
        "mkl" => MklBackend.Create(),
        "mathnet" => new MathNetBackend(),
        _ => throw new FormatException($"There is no backend {name}."),
    };
}
