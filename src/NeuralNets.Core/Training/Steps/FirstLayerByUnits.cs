using System.Numerics;
using NeuralNets.Core.Backends;
using NeuralNets.Core.Data;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Training.Steps;

/// <summary>
/// The first layer cut by units: each stays in the cache of the core that updates it. The price is that every worker gathers the whole
/// micro-batch for itself.
/// </summary>
internal sealed class FirstLayerByUnits<T> : FirstLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly UnitShard<T>[] _shards; // one per worker
    private readonly GemmBackend _backend;

    /// <param name="layer">The layer.</param>
    /// <param name="slots">What the optimizer remembers of it.</param>
    /// <param name="samples">The training set.</param>
    /// <param name="plan">How the work is cut.</param>
    /// <param name="keepsSums">Whether sums of gradients are written down.</param>
    /// <param name="settings">The settings of the run.</param>
    public FirstLayerByUnits(
        DenseLayer<T> layer, LayerSlots<T> slots, Dataset<T> samples, StepPlan plan, bool keepsSums, TrainingSettings<T> settings)
    {
        _backend = settings.Backend;
        _shards = new UnitShard<T>[plan.WorkerCount];
        for (int worker = 0; worker < _shards.Length; worker++)
        {
            (int start, int units) = plan.Units(layer.OutputCount, worker);
            _shards[worker] = new(samples, layer, slots, start, units, plan.MicroBatchSize, keepsSums, settings);
        }
    }

    /// <inheritdoc/>
    public override void Load(int worker) => _shards[worker].Load();

    /// <inheritdoc/>
    public override void Save(int worker) => _shards[worker].Save();

    /// <inheritdoc/>
    public override void ForwardUnits(MicroBatch batch, int worker) => _shards[worker].Forward(batch);

    /// <inheritdoc/>
    public override void ForwardSamples(MicroBatch batch, int worker)
    {
    }

    /// <inheritdoc/>
    public override void MultiplyValues(DenseLayer<T> layer, int start, int count, MatrixTarget<T> z)
    {
        foreach (UnitShard<T> shard in _shards)
        {
            MatrixView<T> weights = layer.WeightView.ColumnRange(shard.FirstUnit, shard.UnitCount);
            if (shard.FirstUnit == 0)
            {
                _backend.Product(weights, shard.Values(start, count), z, layer.OutputCount);
            }
            else
            {
                _backend.Accumulate(weights, shard.Values(start, count), z, layer.OutputCount);
            }
        }
    }

    /// <inheritdoc/>
    public override void BackwardSamples(LayerValues<T> behind, MicroBatch batch, int start, int count)
    {
    }

    /// <inheritdoc/>
    public override void BackwardUnits(LayerValues<T> behind, MicroBatch batch, int worker) =>
        _shards[worker].Backward(behind, batch);

    /// <inheritdoc/>
    public override void Update(MicroBatch batch, ParameterUpdate<T> update, GradientSquares<T>? squares, int worker) =>
        _shards[worker].Update(batch, update, squares);

    /// <inheritdoc/>
    public override void Apply(ParameterUpdate<T> update, T scale, int worker) => _shards[worker].Apply(update, scale);

    /// <inheritdoc/>
    public override (int Start, int Count) OutgoingUnits(int worker) => (_shards[worker].FirstUnit, _shards[worker].UnitCount);

    /// <inheritdoc/>
    public override MatrixView<T> OutgoingValues(int samples, int worker) => _shards[worker].Values(0, samples);
}
