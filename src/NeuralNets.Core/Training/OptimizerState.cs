using System.Numerics;
using NeuralNets.Core.Optimizers;

namespace NeuralNets.Core.Training;

/// <summary>What an optimizer remembers of the parameters of a network from step to step. The trainer owns it.</summary>
internal sealed class OptimizerState<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Creates the state before the first update: zeros.</summary>
    public OptimizerState(Network<T> network, Optimizer optimizer)
    {
        Optimizer = optimizer;
        LastUpdate = new(0, 0);
        Layers = [.. network.Layers.Select(layer => new LayerSlots<T>(layer, optimizer.SlotNames.Count))];
    }

    /// <summary>The optimizer whose state this is.</summary>
    public Optimizer Optimizer { get; }

    /// <summary>The numbers of the last update; before the first one, number 0.</summary>
    public UpdateStep LastUpdate { get; set; }

    /// <summary>The slots of each layer.</summary>
    public IReadOnlyList<LayerSlots<T>> Layers { get; }
}

/// <summary>What an optimizer remembers of one layer: per slot, a number for each weight and each bias.</summary>
internal sealed class LayerSlots<T>(DenseLayer<T> layer, int slotCount)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Per slot, numbers in the order of the weights.</summary>
    public T[][] Weights { get; } = Create(slotCount, layer.WeightSpan.Length);

    /// <summary>Per slot, numbers in the order of the biases.</summary>
    public T[][] Biases { get; } = Create(slotCount, layer.BiasSpan.Length);

    /// <summary>Returns some elements of a slot; empty if there is no such slot.</summary>
    public static Span<T> Part(T[][] slots, int slot, int start, int length) =>
        slot < slots.Length ? slots[slot].AsSpan(start, length) : [];

    private static T[][] Create(int slotCount, int length)
    {
        var slots = new T[slotCount][];
        for (int slot = 0; slot < slotCount; slot++)
        {
            slots[slot] = new T[length];
        }

        return slots;
    }
}
