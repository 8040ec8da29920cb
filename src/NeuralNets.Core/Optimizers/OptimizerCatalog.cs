namespace NeuralNets.Core.Optimizers;

/// <summary>The optimizers that come with the library, by the names that checkpoints have.</summary>
internal static class OptimizerCatalog
{
    /// <summary>One of each.</summary>
    public static IReadOnlyList<Optimizer> All { get; } = [new Sgd()];
}
