using System.Numerics;
using NeuralNets.Core.Backends;
using NeuralNets.Core.Data;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Training;

/// <summary>
/// One worker's units of the first layer, with everything that concerns them in memory of its own: the weights stay in the cache of
/// the core that updates them, and no cache line is written by two workers.
/// </summary>
internal sealed class FirstLayerSlab<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly GemmBackend _backend;
    private readonly DenseLayer<T> _layer;
    private readonly DenseLayer<T> _next;
    private readonly ChunkInput<T> _input; // of all samples, since every unit takes all of them
    private readonly ChunkInput<T>.Scratch _scratch;
    private readonly AlignedMemory<T> _weights; // (units × features)
    private readonly AlignedMemory<T> _weightGradient; // the same, or empty where a batch is one chunk
    private readonly AlignedMemory<T> _biasGradient;
    private readonly AlignedMemory<T> _z; // (units × chunk)
    private readonly AlignedMemory<T> _a;
    private readonly AlignedMemory<T> _dz;
    private bool _isAhead;

    public FirstLayerSlab(
        Dataset<T> samples,
        DenseLayer<T> layer,
        DenseLayer<T> next,
        int firstUnit,
        int units,
        int chunkColumns,
        bool accumulates,
        GemmBackend backend)
    {
        _backend = backend;
        _layer = layer;
        _next = next;
        FirstUnit = firstUnit;
        Units = units;
        _input = new(samples, chunkColumns, backend);
        _scratch = new(layer.Inputs, chunkColumns);
        _weights = new(units * layer.Inputs);
        _weightGradient = new(accumulates ? units * layer.Inputs : 0);
        _biasGradient = new(units);
        _z = new(units * chunkColumns);
        _a = new(units * chunkColumns);
        _dz = new(units * chunkColumns);
    }

    /// <summary>The first of the layer's units that are here.</summary>
    public int FirstUnit { get; }

    /// <summary>The number of units that are here.</summary>
    public int Units { get; }

    /// <summary>The units' values for some samples of the chunk, (units × samples).</summary>
    public MatrixView<T> Values(int firstSample, int samples) =>
        MatrixView<T>.ColumnMajor(_a.Span.Slice(firstSample * Units, samples * Units), Units, samples);

    /// <summary>Copies the weights from the layer.</summary>
    public void Load()
    {
        for (int j = 0; j < _layer.Inputs; j++)
        {
            LayerColumn(j).CopyTo(_weights.Span.Slice(j * Units, Units));
        }

        _scratch.Bound = Magnitude.Max<T>(_weights.Span);
        _isAhead = false;
    }

    /// <summary>Copies the weights back to the layer, unless they are there: others may have written to it since.</summary>
    public void Save()
    {
        if (!_isAhead)
        {
            return;
        }

        _isAhead = false;
        for (int j = 0; j < _layer.Inputs; j++)
        {
            _weights.Span.Slice(j * Units, Units).CopyTo(LayerColumn(j));
        }
    }

    /// <summary>Gathers the chunk and computes the units' values.</summary>
    public void Forward(ReadOnlySpan<int> chunk, ReadOnlySpan<int> nextChunk)
    {
        Span<T> z = _z.Span[..(Units * chunk.Length)];
        var weights = MatrixView<T>.ColumnMajor(_weights.Span, Units, _layer.Inputs);
        _input.Multiply(0, chunk, nextChunk, weights, _scratch, z);
        Columns.Add(z, Biases, chunk.Length);
        _layer.Activation!.Evaluate(z, _a.Span[..z.Length]);
    }

    /// <summary>Computes the derivatives by the units' inputs, <c>dZ = (Wᵀ·dZ of the next layer) ∘ f′(Z)</c>.</summary>
    /// <param name="nextDz">Those of the next layer, (its units × samples).</param>
    public void Backward(MatrixView<T> nextDz)
    {
        int length = Units * nextDz.Columns;
        Span<T> dz = _dz.Span[..length];
        _backend.Product(_next.WeightView.Transposed.RowRange(FirstUnit, Units), nextDz, dz, Units);
        _layer.Activation!.MultiplyByDerivative(_z.Span[..length], _a.Span[..length], dz);
    }

    /// <summary>Computes the gradient of the units' parameters, and updates them with the last chunk of a batch.</summary>
    public void Descend(ChunkUpdate<T> update, int samples)
    {
        var dz = MatrixView<T>.ColumnMajor(_dz.Span[..(Units * samples)], Units, samples);
        _isAhead = true;
        _input.Descend(update, dz, 0, _layer.Inputs, _scratch, _weights.Span, _weightGradient.Span);
        update.Biases(_dz.Span, Biases, _biasGradient.Span, samples);
    }

    private Span<T> Biases => _layer.BiasSpan.Slice(FirstUnit, Units);

    private Span<T> LayerColumn(int input) => _layer.WeightSpan.Slice((input * _layer.Outputs) + FirstUnit, Units);
}
