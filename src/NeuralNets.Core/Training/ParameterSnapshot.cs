using System.Numerics;
using NeuralNets.Core.Optimizers;

namespace NeuralNets.Core.Training;

/// <summary>A copy of the parameters and of what the optimizer remembers, as they were at the end of an epoch, to which training returns
/// when an epoch fails.</summary>
internal sealed class ParameterSnapshot<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly List<(T[] Copy, Func<Span<T>> Original)> _parts = [];
    private readonly OptimizerState<T> _state;
    private UpdateStep _lastUpdate;

    /// <param name="network">The network.</param>
    /// <param name="state">What the optimizer remembers.</param>
    public ParameterSnapshot(Network<T> network, OptimizerState<T> state)
    {
        _state = state;
        for (int l = 0; l < network.Layers.Count; l++)
        {
            DenseLayer<T> layer = network.Layers[l];
            Add(() => layer.WeightSpan);
            Add(() => layer.BiasSpan);
            foreach (T[] slot in (IEnumerable<T[]>)[.. state.Layers[l].Weights, .. state.Layers[l].Biases])
            {
                Add(() => slot);
            }
        }
    }

    /// <summary>Copies what is there.</summary>
    public void Take()
    {
        _lastUpdate = _state.LastUpdate;
        foreach ((T[] copy, Func<Span<T>> original) in _parts)
        {
            original().CopyTo(copy);
        }
    }

    /// <summary>Restores what was copied.</summary>
    public void Restore()
    {
        _state.LastUpdate = _lastUpdate;
        foreach ((T[] copy, Func<Span<T>> original) in _parts)
        {
            copy.CopyTo(original());
        }
    }

    private void Add(Func<Span<T>> original) => _parts.Add((new T[original().Length], original));
}
