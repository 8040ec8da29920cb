namespace NeuralNets.Core.Optimizers;

/// <summary>The built-in optimizers, by the names that checkpoints have.</summary>
internal static class OptimizerCatalog
{
    /// <summary>One of each.</summary>
    public static IReadOnlyList<Optimizer> All { get; } = [new Sgd()];
}
