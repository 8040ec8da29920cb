using System.Numerics;
using NeuralNets.Core.Activations;

namespace NeuralNets.Core.Tests.Activations;

/// <summary>The functions of the catalog that a hidden layer can have, which are all but softmax.</summary>
internal static class HiddenActivations
{
    public static IReadOnlyList<string> Names { get; } =
        [.. ActivationCatalog<double>.Entries.Where(entry => entry.Type.IsAssignableTo(typeof(IActivation<double>))).Select(entry =>
            entry.Name)];

    /// <summary>One of each with its default parameter.</summary>
    public static IReadOnlyList<IActivation<T>> All<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => [.. Names.Select(name => Create<T>(name))];

    /// <param name="name">The name in the catalog.</param>
    /// <param name="share">Where between its least and its largest value a parameter lies, if there is one; null for its default.</param>
    public static IActivation<T> Create<T>(string name, double? share = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ActivationEntry<T> entry = ActivationCatalog<T>.Find(name)!;
        double? parameter = share is { } part && entry.Parameter is { } range
            ? range.Minimum + (part * (range.Maximum - range.Minimum))
            : null;
        return (IActivation<T>)entry.Create(parameter);
    }
}
