using System.Numerics;
using NeuralNets.Core.Backends;
using NeuralNets.Core.Data;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Training.Steps;

/// <summary>
/// One worker's units of the first layer, with everything that concerns them in memory of its own: the weights stay in the cache of
/// the core that updates them, and no cache line is written by two workers.
/// </summary>
internal sealed class UnitShard<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly GemmBackend _backend;
    private readonly DenseLayer<T> _layer;
    private readonly LayerSlots<T> _slots;
    private readonly MicroBatchInput<T> _input; // of all samples, since every unit takes all of them
    private readonly InputScratch _scratch;
    private readonly AlignedMemory<T> _weights; // (units × features)
    private readonly AlignedMemory<T> _weightSums; // the same, or empty where a linear update takes the sums as they come
    private readonly AlignedMemory<T>[] _weightSlots; // the same, per slot of the optimizer
    private readonly AlignedMemory<T> _biasSums;
    private readonly AlignedMemory<T> _z; // (units × micro-batch)
    private readonly AlignedMemory<T> _a;
    private readonly AlignedMemory<T> _dz;
    private readonly LayerDropout<T>? _dropout;
    private readonly AlignedMemory<T> _kept; // the values after dropout; those of the function where there is none
    private bool _isAhead;

    /// <param name="samples">The training set.</param>
    /// <param name="layer">The first layer.</param>
    /// <param name="slots">What the optimizer remembers of it.</param>
    /// <param name="firstUnit">The first of the units.</param>
    /// <param name="units">The number of units.</param>
    /// <param name="columns">The maximum number of samples of a micro-batch.</param>
    /// <param name="keepsSums">Whether sums of gradients are written down.</param>
    /// <param name="settings">The settings of the run.</param>
    public UnitShard(
        Dataset<T> samples,
        DenseLayer<T> layer,
        LayerSlots<T> slots,
        int firstUnit,
        int units,
        int columns,
        bool keepsSums,
        TrainingSettings<T> settings)
    {
        _backend = settings.Backend;
        _layer = layer;
        _slots = slots;
        FirstUnit = firstUnit;
        UnitCount = units;
        _input = new(samples, columns, settings);
        _scratch = new(layer.InputCount, columns);
        _weights = new(units * layer.InputCount);
        _weightSums = new(keepsSums ? units * layer.InputCount : 0);
        _weightSlots = Array.ConvertAll(slots.Weights, _ => new AlignedMemory<T>(units * layer.InputCount));
        _biasSums = new(units);
        _z = new(checked(units * columns));
        _a = new(units * columns);
        _dz = new(units * columns);
        _dropout = LayerDropout<T>.OfHidden(settings, 0, layer.OutputCount, firstUnit, units);
        _kept = _dropout is null ? _a : new(units * columns);
    }

    /// <summary>The first of the layer's units that are here.</summary>
    public int FirstUnit { get; }

    /// <summary>The number of units that are here.</summary>
    public int UnitCount { get; }

    /// <summary>Returns the units' values, after dropout, for some samples of the micro-batch, (units × samples).</summary>
    public MatrixView<T> Values(int firstSample, int samples) =>
        MatrixView<T>.ColumnMajor(_kept.Span.Slice(firstSample * UnitCount, samples * UnitCount), UnitCount, samples);

    /// <summary>Copies the weights, and what the optimizer remembers of them, from the layer.</summary>
    public void Load()
    {
        CopyFromLayer(_layer.WeightSpan, _weights.Span);
        for (int slot = 0; slot < _weightSlots.Length; slot++)
        {
            CopyFromLayer(_slots.Weights[slot], _weightSlots[slot].Span);
        }

        _scratch.LargestWeight = Magnitude.Max<T>(_weights.Span);
        _isAhead = false;
    }

    /// <summary>Copies the weights, and what the optimizer remembers of them, back to the layer, unless they are there: others may have
    /// written to it since.</summary>
    public void Save()
    {
        if (!_isAhead)
        {
            return;
        }

        _isAhead = false;
        CopyToLayer(_weights.Span, _layer.WeightSpan);
        for (int slot = 0; slot < _weightSlots.Length; slot++)
        {
            CopyToLayer(_weightSlots[slot].Span, _slots.Weights[slot]);
        }
    }

    /// <summary>Gathers the micro-batch and computes the units' values.</summary>
    public void Forward(MicroBatch batch)
    {
        Span<T> z = _z.Span[..(UnitCount * batch.Samples.Length)];
        var weights = MatrixView<T>.ColumnMajor(_weights.Span, UnitCount, _layer.InputCount);
        _input.Multiply(batch, 0, batch.Samples.Length, batch.Next, weights, _scratch.LargestWeight, _scratch, z);
        Columns.Add(z, Biases, batch.Samples.Length);
        Span<T> a = _a.Span[..z.Length];
        _layer.Elementwise!.Evaluate(z, a);
        _dropout?.Apply(batch, 0, a, _kept.Span[..z.Length]);
    }

    /// <summary>Computes the derivatives by the units' inputs, <c>dZ = (Wᵀ·dZ of the layer behind) ∘ f′(Z)</c>.</summary>
    public void Backward(LayerValues<T> behind, MicroBatch batch)
    {
        int samples = batch.Samples.Length;
        int length = UnitCount * samples;
        Span<T> dz = _dz.Span[..length];
        MatrixView<T> weights = behind.Layer.WeightView.Transposed.RowRange(FirstUnit, UnitCount);
        _backend.Product(weights, behind.DerivativesView(0, samples), dz, UnitCount);
        _dropout?.Apply(batch, 0, dz);
        _layer.Elementwise!.MultiplyByDerivative(_z.Span[..length], _a.Span[..length], dz);
    }

    /// <summary>Takes the gradient of the units' parameters, and with the last micro-batch of a batch updates them, or if the update waits
    /// for the norm, notes the squares.</summary>
    public void Update(MicroBatch batch, ParameterUpdate<T> update, GradientSquares<T>? squares)
    {
        int samples = batch.Samples.Length;
        var dz = MatrixView<T>.ColumnMajor(_dz.Span[..(UnitCount * samples)], UnitCount, samples);
        _isAhead = true;
        _input.Update(batch, dz, 0, _layer.InputCount, _scratch, WeightBlock, update);
        BiasBlock.TakeBiases(batch, _dz.Span, update);
        if (batch.IsLast && squares is not null)
        {
            squares.TakeWeights(_weightSums.Span, FirstUnit, 0, _layer.InputCount);
            squares.TakeBiases(_biasSums.Span, FirstUnit);
        }
    }

    /// <summary>Applies the rule to the units' parameters, when the norm of the whole gradient is known.</summary>
    public void Apply(ParameterUpdate<T> update, T scale)
    {
        _scratch.LargestWeight = update.Apply(WeightBlock, scale);
        update.Apply(BiasBlock, scale);
    }

    private ParameterBlock<T> WeightBlock => new(_weights.Span, _weightSums.Span, WeightSlot(0), WeightSlot(1), areWeights: true);

    private ParameterBlock<T> BiasBlock => new(
        Biases,
        _biasSums.Span,
        LayerSlots<T>.Part(_slots.Biases, 0, FirstUnit, UnitCount),
        LayerSlots<T>.Part(_slots.Biases, 1, FirstUnit, UnitCount),
        areWeights: false);

    private Span<T> Biases => _layer.BiasSpan.Slice(FirstUnit, UnitCount);

    private Span<T> WeightSlot(int slot) => slot < _weightSlots.Length ? _weightSlots[slot].Span : [];

    private void CopyFromLayer(ReadOnlySpan<T> matrix, Span<T> shard)
    {
        for (int j = 0; j < _layer.InputCount; j++)
        {
            matrix.Slice((j * _layer.OutputCount) + FirstUnit, UnitCount).CopyTo(shard.Slice(j * UnitCount, UnitCount));
        }
    }

    private void CopyToLayer(ReadOnlySpan<T> shard, Span<T> matrix)
    {
        for (int j = 0; j < _layer.InputCount; j++)
        {
            shard.Slice(j * UnitCount, UnitCount).CopyTo(matrix.Slice((j * _layer.OutputCount) + FirstUnit, UnitCount));
        }
    }
}
