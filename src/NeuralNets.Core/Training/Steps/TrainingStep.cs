using System.Numerics;
using NeuralNets.Core.Backends;
using NeuralNets.Core.Data;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Training.Steps;

/// <summary>
/// The forward and backward pass and the update for one micro-batch, cut into work for a team, with the memory that it takes. A step
/// has three phases, with a barrier after each of the first two:
/// <list type="number">
/// <item><see cref="ForwardUnits"/>, over units: a first layer that is cut by units gathers the micro-batch and computes its values.</item>
/// <item><see cref="PropagateSamples"/>, over samples: each worker takes some samples through the other layers forward to the costs and
/// back to the derivatives. It reads the weights and writes its own columns only.</item>
/// <item><see cref="Update"/>, over weights: each worker takes a shard of every weight matrix, computes that part of the gradient over
/// the whole micro-batch, and updates the shard. The next step may begin at once, since <see cref="ForwardUnits"/> reads no weights but
/// the worker's own.</item>
/// </list>
/// No sum crosses from one worker to another, so neither their number nor the cut changes a bit.
/// </summary>
/// <remarks>
/// A batch larger than a micro-batch goes through in pieces, whose gradients are added; the update comes with the last. So the memory
/// does not depend on the size of the batch. Nothing here allocates after construction.
/// </remarks>
internal sealed class TrainingStep<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int _workers;
    private readonly GemmBackend _backend;
    private readonly FirstLayer<T> _first;
    private readonly LayerValues<T>[] _values; // of the layers that are cut by samples; null for a first layer that is cut by units
    private readonly LayerParameters<T>[] _parameters; // the same
    private readonly OutputHead<T> _head;
    private readonly GradientSquares<T>?[] _squares; // of each layer; null unless updates wait for the norm
    private volatile bool _hasNonFiniteCost;

    /// <param name="network">The network to train.</param>
    /// <param name="settings">The settings of the run.</param>
    /// <param name="state">What the optimizer remembers.</param>
    /// <param name="samples">The training set.</param>
    /// <param name="plan">How the work is cut.</param>
    /// <param name="accumulates">Whether batches are larger than a micro-batch.</param>
    public TrainingStep(
        Network<T> network,
        TrainingSettings<T> settings,
        OptimizerState<T> state,
        Dataset<T> samples,
        StepPlan plan,
        bool accumulates)
    {
        _workers = plan.WorkerCount;
        _backend = settings.Backend;
        bool keepsSums = accumulates || !settings.UpdatesAreLinear;
        int layers = network.Layers.Count;
        _values = new LayerValues<T>[layers];
        _parameters = new LayerParameters<T>[layers];
        for (int l = plan.CutsFirstLayerByUnits ? 1 : 0; l < layers; l++)
        {
            _values[l] = new(network.Layers[l], plan.MicroBatchSize, isOutput: l == layers - 1, DropoutOf(l), _backend);
            _parameters[l] = new(network.Layers[l], state.Layers[l], keepsSums, _backend);
        }

        _first = plan.CutsFirstLayerByUnits
            ? new FirstLayerByUnits<T>(network.Layers[0], state.Layers[0], samples, plan, keepsSums, settings)
            : new FirstLayerBySamples<T>(_values[0], _parameters[0], samples, plan, settings);
        _head = new(settings.Loss!, samples.Targets, plan.MicroBatchSize);
        _squares = [.. network.Layers.Select(layer => settings.MaxGradientNorm is null ? null : new GradientSquares<T>(layer))];

        LayerDropout<T>? DropoutOf(int l) =>
            l == layers - 1 ? null : LayerDropout<T>.OfHidden(settings, l, network.Layers[l].OutputCount);
    }

    /// <summary>Whether a cost in the micro-batch was NaN or infinite. Valid after the barrier that follows
    /// <see cref="PropagateSamples"/>.</summary>
    public bool HasNonFiniteCost => _hasNonFiniteCost;

    /// <summary>The costs of the micro-batch. Valid after the barrier that follows <see cref="PropagateSamples"/>.</summary>
    public ReadOnlySpan<double> Costs => _head.Costs;

    /// <summary>Whether the samples of the micro-batch were answered correctly. Valid when <see cref="Costs"/> is.</summary>
    public ReadOnlySpan<bool> Correct => _head.Correct;

    /// <summary>Takes the parameters from the network, for one worker: before the first step of an epoch.</summary>
    public void Load(int worker) => _first.Load(worker);

    /// <summary>Brings the parameters of the network up to date, for one worker: those that a step has changed since.</summary>
    public void Save(int worker) => _first.Save(worker);

    /// <summary>Does the first phase, for one worker.</summary>
    public void ForwardUnits(MicroBatch batch, int worker) => _first.ForwardUnits(batch, worker);

    /// <summary>Does the second phase, for one worker.</summary>
    public void PropagateSamples(MicroBatch batch, int worker)
    {
        (int start, int count) = Partition.Share(batch.Samples.Length, _workers, worker);
        if (count == 0)
        {
            return;
        }

        _first.ForwardSamples(batch, worker);
        for (int l = 1; l < _values.Length; l++)
        {
            Forward(l, batch, start, count);
        }

        LayerValues<T> output = _values[^1];
        if (_head.Evaluate(batch.Samples.Slice(start, count), start, output.Z(start, count).Span, output.Dz(start, count).Span))
        {
            _hasNonFiniteCost = true;
        }

        for (int l = _values.Length - 2; l > 0; l--)
        {
            _values[l].Backward(_values[l + 1], batch, start, count);
        }

        if (_values.Length > 1)
        {
            _first.BackwardSamples(_values[1], batch, start, count);
        }
    }

    /// <summary>Does the third phase, for one worker: the gradient of its shard of the weights, and with the batch's last micro-batch the
    /// update, which comes with <see cref="Apply"/> if it waits for the norm.</summary>
    public void Update(MicroBatch batch, ParameterUpdate<T> update, int worker)
    {
        if (_values.Length > 1)
        {
            // Takes the weights of the layer behind as they were: the worker updates the same ones below.
            _first.BackwardUnits(_values[1], batch, worker);
        }

        _first.Update(batch, update, _squares[0], worker);
        int samples = batch.Samples.Length;
        for (int l = 1; l < _values.Length; l++)
        {
            (int start, int count) = Inputs(l, worker);
            MatrixView<T> inputs = l == 1
                ? _first.OutgoingValues(samples, worker)
                : _values[l - 1].ValuesView(0, samples).RowRange(start, count);
            var gradient = new GradientProduct<T>(_backend, _values[l].DerivativesView(0, samples), inputs);
            ParameterBlock<T> weights = _parameters[l].Weights(start, count);
            weights.Take(batch, gradient, update);
            if (batch.IsLast)
            {
                _squares[l]?.TakeWeights(weights.Sums.Span, 0, start, count);
            }

            if (HasBiases(l, worker))
            {
                ParameterBlock<T> biases = _parameters[l].Biases();
                biases.TakeBiases(batch, _values[l].Dz(0, samples).Span, update);
                if (batch.IsLast)
                {
                    _squares[l]?.TakeBiases(biases.Sums.Span, 0);
                }
            }
        }
    }

    /// <summary>Applies updates that have waited for the norm of the gradient, for one worker. A barrier is before it.</summary>
    /// <param name="update">What becomes of the gradient.</param>
    /// <param name="maxNorm">The norm up to which the gradient is taken as it is.</param>
    /// <param name="worker">The worker.</param>
    /// <returns>The norm.</returns>
    public double Apply(ParameterUpdate<T> update, double maxNorm, int worker)
    {
        double squares = 0;
        foreach (GradientSquares<T>? layer in _squares)
        {
            squares += layer!.Sum();
        }

        double norm = Math.Sqrt(squares);
        T scale = !double.IsFinite(norm) ? T.NaN // not 0: that nothing was learned must not go unseen
            : norm > maxNorm ? T.CreateChecked(maxNorm / norm) : T.One;
        _first.Apply(update, scale, worker);
        for (int l = 1; l < _values.Length; l++)
        {
            (int start, int count) = Inputs(l, worker);
            update.Apply(_parameters[l].Weights(start, count), scale);
            if (HasBiases(l, worker))
            {
                update.Apply(_parameters[l].Biases(), scale);
            }
        }

        return norm;
    }

    /// <summary>Returns the inputs of a layer behind the first one whose weights the worker updates.</summary>
    private (int Start, int Count) Inputs(int l, int worker) => l == 1
        ? _first.OutgoingUnits(worker)
        : Partition.Share(_values[l].Layer.InputCount, _workers, worker);

    /// <summary>Returns whether the worker updates the biases of a layer: they are too few to share out, but the layers are.</summary>
    private bool HasBiases(int l, int worker) => worker == l % _workers;

    /// <summary>Computes the values of a layer from those of the layer before, for some samples.</summary>
    private void Forward(int l, MicroBatch batch, int start, int count)
    {
        LayerValues<T> values = _values[l];
        MatrixTarget<T> z = values.Z(start, count);
        if (l == 1)
        {
            _first.MultiplyValues(values.Layer, start, count, z);
            Columns.Add(z.Span, values.Layer.BiasSpan, count);
        }
        else
        {
            values.Layer.Affine(_values[l - 1].ValuesView(start, count), z, _backend);
        }

        values.Activate(batch, start, count);
    }
}
