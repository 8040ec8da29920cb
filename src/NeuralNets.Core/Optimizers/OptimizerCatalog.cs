namespace NeuralNets.Core.Optimizers;

/// <summary>The built-in optimizers, by the names that checkpoints have.</summary>
internal static class OptimizerCatalog
{
    private static readonly Dictionary<string, Func<SavedSetting, Optimizer>> s_entries = new()
    {
        ["Sgd"] = saved => new Sgd(saved.Number("momentum"), saved.Number("nesterov") != 0),
        ["RmsProp"] = saved => new RmsProp(saved.Number("decay"), saved.Number("epsilon")),
        ["Adam"] = saved => new Adam(saved.Number("beta1"), saved.Number("beta2"), saved.Number("epsilon")),
        ["AdamW"] = saved => new AdamW(
            saved.Number("weightDecay"), saved.Number("beta1"), saved.Number("beta2"), saved.Number("epsilon")),
    };

    /// <summary>Returns whether a name is that of a built-in optimizer.</summary>
    public static bool IsBuiltIn(string name) => s_entries.ContainsKey(name);

    /// <summary>Creates a built-in optimizer, or finds a custom one.</summary>
    /// <exception cref="ArgumentException">There is no such optimizer, or not with such numbers.</exception>
    public static Optimizer Create(SavedSetting saved, IEnumerable<CustomOptimizer> custom) =>
        s_entries.TryGetValue(saved.Name, out Func<SavedSetting, Optimizer>? create)
            ? create(saved)
            : custom.FirstOrDefault(optimizer => optimizer.Name == saved.Name)
            ?? throw new ArgumentException($"there is no optimizer with the name {saved.Name}; a custom one must be given");
}
