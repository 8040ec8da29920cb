using System.Numerics;
using NeuralNets.Core.Backends;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Training.Steps;

/// <summary>The parameters of a layer in the network's own memory, with room for their gradients and what the optimizer remembers of
/// them. Workers take different inputs.</summary>
internal sealed class LayerParameters<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly DenseLayer<T> _layer;
    private readonly LayerSlots<T> _slots;
    private readonly AlignedMemory<T> _weightSums;
    private readonly T[] _biasSums;

    /// <param name="layer">The layer.</param>
    /// <param name="slots">What the optimizer remembers.</param>
    /// <param name="keepsSums">Whether sums of gradients are written down.</param>
    /// <param name="backend">What computes the products.</param>
    public LayerParameters(DenseLayer<T> layer, LayerSlots<T> slots, bool keepsSums, GemmBackend backend)
    {
        _layer = layer;
        _slots = slots;
        _weightSums = new(keepsSums ? layer.WeightSpan.Length : 0, exact: backend.CopiesParts);
        _biasSums = new T[layer.OutputCount];
    }

    /// <summary>Returns the weights for some of the inputs.</summary>
    public ParameterBlock<T> Weights(int firstInput, int inputs)
    {
        int start = firstInput * _layer.OutputCount;
        int length = inputs * _layer.OutputCount;
        return new(
            _layer.WeightPart(start, length),
            _weightSums.Span.IsEmpty ? Span<T>.Empty : _weightSums.Part(start, length),
            LayerSlots<T>.Part(_slots.Weights, 0, start, length),
            LayerSlots<T>.Part(_slots.Weights, 1, start, length),
            areWeights: true);
    }

    /// <summary>Returns the biases.</summary>
    public ParameterBlock<T> Biases() => new(
        _layer.BiasSpan,
        _biasSums,
        LayerSlots<T>.Part(_slots.Biases, 0, 0, _layer.OutputCount),
        LayerSlots<T>.Part(_slots.Biases, 1, 0, _layer.OutputCount),
        areWeights: false);
}
