using System.Numerics;
using NeuralNets.Core.Backends;
using NeuralNets.Core.Data;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Training.Steps;

/// <summary>The first layer cut by samples, like the others; its weights are cut by inputs for the update.</summary>
internal sealed class FirstLayerBySamples<T> : FirstLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly LayerValues<T> _values;
    private readonly LayerParameters<T> _parameters;
    private readonly MicroBatchInput<T> _input;
    private readonly InputScratch[] _scratch; // one per worker
    private readonly GemmBackend _backend;

    /// <param name="values">The layer, with memory for what passes through it.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <param name="samples">The training set.</param>
    /// <param name="plan">How the work is cut.</param>
    /// <param name="settings">The settings of the run.</param>
    public FirstLayerBySamples(
        LayerValues<T> values, LayerParameters<T> parameters, Dataset<T> samples, StepPlan plan, TrainingSettings<T> settings)
    {
        _values = values;
        _parameters = parameters;
        _backend = settings.Backend;
        _input = new(samples, plan.MicroBatchSize, settings);
        _scratch = new InputScratch[plan.WorkerCount];
        for (int worker = 0; worker < _scratch.Length; worker++)
        {
            _scratch[worker] = new(samples.FeatureCount, plan.MicroBatchSize);
        }
    }

    private DenseLayer<T> Layer => _values.Layer;

    /// <summary>Returns a bound of all weights, each of which some worker has updated.</summary>
    private double LargestWeight()
    {
        double largest = 0;
        foreach (InputScratch scratch in _scratch)
        {
            largest = Math.Max(largest, scratch.LargestWeight);
        }

        return largest;
    }

    /// <inheritdoc/>
    public override void Load(int worker) => _scratch[worker].LargestWeight = Magnitude.Max<T>(Layer.WeightSpan);

    /// <inheritdoc/>
    public override void Save(int worker)
    {
        // Steps change the network's own memory.
    }

    /// <inheritdoc/>
    public override void ForwardUnits(MicroBatch batch, int worker)
    {
    }

    /// <inheritdoc/>
    public override void ForwardSamples(MicroBatch batch, int worker)
    {
        (int start, int count) = Partition.Share(batch.Samples.Length, _scratch.Length, worker);
        (int nextStart, int nextCount) = Partition.Share(batch.Next.Length, _scratch.Length, worker);
        MatrixTarget<T> z = _values.Z(start, count);
        _input.Multiply(
            batch,
            start,
            count,
            batch.Next.Slice(nextStart, nextCount),
            Layer.WeightView,
            LargestWeight(),
            _scratch[worker],
            z);
        Columns.Add(z.Span, Layer.BiasSpan, count);
        _values.Activate(batch, start, count);
    }

    /// <inheritdoc/>
    public override void MultiplyValues(DenseLayer<T> layer, int start, int count, MatrixTarget<T> z) =>
        _backend.Product(layer.WeightView, _values.ValuesView(start, count), z, layer.OutputCount);

    /// <inheritdoc/>
    public override void BackwardSamples(LayerValues<T> behind, MicroBatch batch, int start, int count) =>
        _values.Backward(behind, batch, start, count);

    /// <inheritdoc/>
    public override void BackwardUnits(LayerValues<T> behind, MicroBatch batch, int worker)
    {
    }

    /// <inheritdoc/>
    public override void Update(MicroBatch batch, ParameterUpdate<T> update, GradientSquares<T>? squares, int worker)
    {
        (int start, int count) = Partition.Share(Layer.InputCount, _scratch.Length, worker);
        ParameterBlock<T> weights = _parameters.Weights(start, count);
        _input.Update(
            batch,
            _values.DerivativesView(0, batch.Samples.Length),
            start,
            count,
            _scratch[worker],
            weights,
            update);
        if (worker == 0)
        {
            _parameters.Biases().TakeBiases(batch, _values.Dz(0, batch.Samples.Length).Span, update);
        }

        if (batch.IsLast && squares is not null)
        {
            squares.TakeWeights(weights.Sums.Span, 0, start, count);
            if (worker == 0)
            {
                squares.TakeBiases(_parameters.Biases().Sums.Span, 0);
            }
        }
    }

    /// <inheritdoc/>
    public override void Apply(ParameterUpdate<T> update, T scale, int worker)
    {
        (int start, int count) = Partition.Share(Layer.InputCount, _scratch.Length, worker);
        _scratch[worker].LargestWeight = update.Apply(_parameters.Weights(start, count), scale);
        if (worker == 0)
        {
            update.Apply(_parameters.Biases(), scale);
        }
    }

    /// <inheritdoc/>
    public override (int Start, int Count) OutgoingUnits(int worker) => Partition.Share(Layer.OutputCount, _scratch.Length, worker);

    /// <inheritdoc/>
    public override MatrixView<T> OutgoingValues(int samples, int worker)
    {
        (int start, int count) = OutgoingUnits(worker);
        return _values.ValuesView(0, samples).RowRange(start, count);
    }
}
