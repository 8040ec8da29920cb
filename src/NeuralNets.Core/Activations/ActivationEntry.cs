using System.Numerics;
using NeuralNets.Core.Initialization;

namespace NeuralNets.Core.Activations;

/// <summary>A function of <see cref="ActivationCatalog{T}"/>.</summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed class ActivationEntry<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Func<double, ILayerActivation<T>> _create;

    internal ActivationEntry(string name, Type type, IWeightInitializer initializer, Func<double, ILayerActivation<T>> create)
    {
        Name = name;
        Type = type;
        Initializer = initializer;
        _create = create;
    }

    /// <summary>The name in files.</summary>
    public string Name { get; }

    /// <summary>The class of the function.</summary>
    public Type Type { get; }

    /// <summary>What draws the weights of a layer with this function unless another initializer is given.</summary>
    public IWeightInitializer Initializer { get; }

    /// <summary>The parameter of the function; null if it has none.</summary>
    public ActivationParameter<T>? Parameter { get; internal init; }

    /// <summary>Creates the function.</summary>
    /// <param name="parameter">The value of the parameter; null for its default.</param>
    /// <returns>The function.</returns>
    /// <exception cref="ArgumentException">A value is given for a function without a parameter.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The value is not in the range of the parameter.</exception>
    public ILayerActivation<T> Create(double? parameter = null) => parameter is null || Parameter is not null
        ? _create(parameter ?? Parameter?.Default ?? 0)
        : throw new ArgumentException($"{Name} has no parameter, but got {parameter}.", nameof(parameter));

    /// <summary>Returns the name.</summary>
    /// <returns>The name.</returns>
    public override string ToString() => Name;
}

/// <summary>The parameter of a function of <see cref="ActivationCatalog{T}"/>.</summary>
/// <param name="Name">The name in files.</param>
/// <param name="Default">The value unless another one is given.</param>
/// <param name="Minimum">The smallest value.</param>
/// <param name="Maximum">The largest value.</param>
/// <param name="ValueOf">Returns the value of a function of the entry.</param>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed record ActivationParameter<T>(
    string Name, double Default, double Minimum, double Maximum, Func<ILayerActivation<T>, double> ValueOf)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>;
