using System.Numerics;
using NeuralNets.Core.Backends;
using NeuralNets.Core.Data;
using NeuralNets.Core.Kernels;
using NeuralNets.Core.Losses;

namespace NeuralNets.Core.Training;

/// <summary>
/// The forward and backward pass and the update for one chunk of a batch, cut into work for a team, with the memory that
/// it takes. A step has three phases, with a barrier after each of the first two:
/// <list type="number">
/// <item><see cref="Begin"/>, over units: if the first layer is cut by units, each worker computes the activations of its units
/// for all samples of the chunk. Otherwise there is nothing to do.</item>
/// <item><see cref="Propagate"/>, over samples: each worker takes some columns of the chunk through the other layers forward to
/// the cost and back to the derivatives. It reads the weights and writes its own columns only.</item>
/// <item><see cref="Descend"/>, over weights: each worker takes a share of every weight matrix, computes that slice of the
/// gradient over the whole chunk, and updates the slice: its units of a first layer that is cut by units, otherwise some inputs.
/// The next step may begin at once, since <see cref="Begin"/> reads no weights but the worker's own.</item>
/// </list>
/// No sum crosses from one worker to another, so neither their number nor the cut changes a bit.
/// </summary>
/// <remarks>
/// <para>The first layer mostly has most of the weights. Cut by units, each stays in the cache of the core that updates it;
/// the price is that every worker gathers the whole batch for itself.</para>
/// <para>A batch larger than the chunk goes through in pieces, which accumulate into a gradient the size of the parameters; the
/// update comes with the last. So the memory does not depend on the size of the batch. Nothing here allocates after
/// construction.</para>
/// </remarks>
internal sealed class TrainingStep<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly DenseLayer<T>[] _layers;
    private readonly CrossEntropyLoss _loss;
    private readonly Dataset<T> _samples;
    private readonly T _rate;
    private readonly StepPlan _plan;
    private readonly GemmBackend _backend;

    // A worker each if the first layer is cut by units; otherwise empty, and the first layer's inputs are here.
    private readonly FirstLayerSlab<T>[] _slabs;
    private readonly ChunkInput<T>? _input;
    private readonly ChunkInput<T>.Scratch[] _inputScratch;

    // Per layer that is cut by samples, (units × chunk): inputs and values of its function, and the derivatives of the cost. The
    // function of the output layer is in the loss, so its values are not kept.
    private readonly T[][] _z;
    private readonly T[][] _a;
    private readonly T[][] _dz;

    // Per layer, the sums over the chunks so far; empty where a batch is one chunk.
    private readonly T[][] _weightGradients;
    private readonly T[][] _biasGradients;

    // Per sample of the chunk.
    private readonly int[] _labels;
    private readonly double[] _costs;
    private readonly T[] _scratch;
    private volatile bool _hasNonFiniteCost;

    /// <param name="network">The network to train.</param>
    /// <param name="loss">The loss.</param>
    /// <param name="samples">The training set.</param>
    /// <param name="rate">The learning rate.</param>
    /// <param name="plan">How the work is cut.</param>
    /// <param name="accumulates">Whether batches are larger than a chunk.</param>
    /// <param name="backend">What computes the products.</param>
    public TrainingStep(Network<T> network, CrossEntropyLoss loss, Dataset<T> samples, T rate, StepPlan plan, bool accumulates, GemmBackend backend)
    {
        int chunkColumns = plan.ChunkColumns;
        _layers = [.. network.Layers];
        _loss = loss;
        _samples = samples;
        _rate = rate;
        _plan = plan;
        _backend = backend;
        _slabs = new FirstLayerSlab<T>[plan.CutsFirstLayerByUnits ? plan.Workers : 0];
        for (int worker = 0; worker < _slabs.Length; worker++)
        {
            (int start, int units) = plan.Units(_layers[0].Outputs, worker);
            _slabs[worker] = new FirstLayerSlab<T>(samples, _layers[0], _layers[1], start, units, chunkColumns, accumulates, backend);
        }

        bool IsInSlabs(DenseLayer<T> layer) => plan.CutsFirstLayerByUnits && layer == _layers[0];
        T[] PerSample(DenseLayer<T> layer) => IsInSlabs(layer) ? [] : new T[layer.Outputs * chunkColumns];
        _input = plan.CutsFirstLayerByUnits ? null : new ChunkInput<T>(samples, chunkColumns, backend);
        _inputScratch = new ChunkInput<T>.Scratch[plan.CutsFirstLayerByUnits ? 0 : plan.Workers];
        for (int worker = 0; worker < _inputScratch.Length; worker++)
        {
            _inputScratch[worker] = new ChunkInput<T>.Scratch(network.Inputs, chunkColumns);
        }

        _z = Array.ConvertAll(_layers, PerSample);
        _a = Array.ConvertAll(_layers, layer => layer.Activation is null ? [] : PerSample(layer));
        _dz = Array.ConvertAll(_layers, PerSample);
        _weightGradients = Array.ConvertAll(
            _layers, layer => accumulates && !IsInSlabs(layer) ? new T[layer.Inputs * layer.Outputs] : []);
        _biasGradients = Array.ConvertAll(_layers, layer => new T[layer.Outputs]);
        _labels = new int[chunkColumns];
        _costs = new double[chunkColumns];
        _scratch = new T[2 * chunkColumns];
    }

    /// <summary>Whether a sample's cost in the chunk was NaN or infinite. Valid after the barrier that follows <see cref="Propagate"/>.</summary>
    public bool HasNonFiniteCost => _hasNonFiniteCost;

    /// <summary>The samples' costs of the chunk. Valid after the barrier that follows <see cref="Propagate"/>.</summary>
    public ReadOnlySpan<double> Costs => _costs;

    /// <summary>Takes the parameters from the network, for one worker: before the first step of an epoch.</summary>
    public void Load(int worker)
    {
        if (_plan.CutsFirstLayerByUnits)
        {
            _slabs[worker].Load();
        }
        else
        {
            _inputScratch[worker].Bound = Magnitude.Max<T>(_layers[0].WeightSpan);
        }
    }

    /// <summary>Brings the parameters of the network up to date, for one worker: those that a step has changed since.</summary>
    public void Save(int worker)
    {
        if (_plan.CutsFirstLayerByUnits)
        {
            _slabs[worker].Save();
        }
    }

    /// <summary>The first phase, for one worker.</summary>
    /// <param name="chunk">The positions of the chunk's samples in the training set.</param>
    /// <param name="nextChunk">Those of the chunk that comes next, as far as it is known.</param>
    /// <param name="worker">The worker's index.</param>
    public void Begin(ReadOnlySpan<int> chunk, ReadOnlySpan<int> nextChunk, int worker)
    {
        if (_plan.CutsFirstLayerByUnits)
        {
            _slabs[worker].Forward(chunk, nextChunk);
        }
    }

    /// <summary>The second phase, for one worker.</summary>
    /// <param name="chunk">The positions of the chunk's samples in the training set.</param>
    /// <param name="nextChunk">Those of the chunk that comes next, as far as it is known.</param>
    /// <param name="worker">The worker's index.</param>
    /// <returns>How many of the worker's samples were classified correctly.</returns>
    public int Propagate(ReadOnlySpan<int> chunk, ReadOnlySpan<int> nextChunk, int worker)
    {
        (int start, int count) = Partition.Share(chunk.Length, _plan.Workers, worker);
        if (count == 0)
        {
            return 0;
        }

        for (int j = start; j < start + count; j++)
        {
            _labels[j] = _samples.Labels[chunk[j]];
        }

        if (!_plan.CutsFirstLayerByUnits)
        {
            (int nextStart, int nextCount) = Partition.Share(nextChunk.Length, _plan.Workers, worker);
            FirstLayer(chunk.Slice(start, count), nextChunk.Slice(nextStart, nextCount), start, worker);
        }

        Forward(start, count);
        int hits = OutputDerivatives(start, count);
        Backward(start, count);
        return hits;
    }

    /// <summary>The third phase, for one worker: the gradient of its share of the weights, and the update with the batch's last chunk.</summary>
    /// <param name="columns">The number of samples of the chunk.</param>
    /// <param name="isFirst">Whether it is the first chunk of its batch.</param>
    /// <param name="batchSize">The number of samples of the batch if this is its last chunk, otherwise 0.</param>
    /// <param name="worker">The worker's index.</param>
    public void Descend(int columns, bool isFirst, int batchSize, int worker)
    {
        var update = new ChunkUpdate<T>(_backend, isFirst, batchSize > 0, batchSize > 0 ? T.One / T.CreateChecked(batchSize) : T.Zero, _rate);
        if (_plan.CutsFirstLayerByUnits)
        {
            // The slab takes the next layer's weights for its units as they were: Descend below has the same share of them for
            // this worker to update.
            _slabs[worker].Backward(Derivatives(1, columns));
            _slabs[worker].Descend(update, columns);
        }

        for (int l = FirstLayerOfSamples; l < _layers.Length; l++)
        {
            DescendInputs(update, l, columns, worker);

            // The biases of a layer are too few to share out: the layers are.
            if (worker == l % _plan.Workers)
            {
                update.Biases(_dz[l], _layers[l].BiasSpan, _biasGradients[l], columns);
            }
        }
    }

    /// <summary>The gradient, and the update, of the weights of a worker's share of a layer's inputs.</summary>
    private void DescendInputs(ChunkUpdate<T> update, int l, int columns, int worker)
    {
        DenseLayer<T> layer = _layers[l];
        bool takesSlab = l == 1 && _plan.CutsFirstLayerByUnits;
        (int start, int count) = takesSlab
            ? (_slabs[worker].FirstUnit, _slabs[worker].Units)
            : Partition.Share(layer.Inputs, _plan.Workers, worker);
        int offset = start * layer.Outputs;
        int length = count * layer.Outputs;
        MatrixTarget<T> weights = layer.WeightPart(offset, length);
        MatrixTarget<T> gradient = _weightGradients[l].Length == 0 ? _weightGradients[l] : MatrixTarget<T>.Part(_weightGradients[l], offset, length);
        if (l == 0)
        {
            _input!.Descend(update, Derivatives(0, columns), start, count, _inputScratch[worker], weights, gradient);
            return;
        }

        MatrixView<T> a = takesSlab
            ? _slabs[worker].Values(0, columns)
            : MatrixView<T>.ColumnMajor(_a[l - 1], layer.Inputs, columns).RowRange(start, count);
        update.Weights(Derivatives(l, columns), a, weights, gradient, layer.Outputs);
    }

    private MatrixView<T> Derivatives(int l, int columns) =>
        Block(_dz[l], _layers[l].Outputs, 0, columns).View(_layers[l].Outputs, columns);

    private int FirstLayerOfSamples => _plan.CutsFirstLayerByUnits ? 1 : 0;

    /// <summary>Gathers samples and takes them through the first layer, to the columns from <paramref name="start"/> on.</summary>
    private void FirstLayer(ReadOnlySpan<int> samples, ReadOnlySpan<int> next, int start, int worker)
    {
        DenseLayer<T> layer = _layers[0];
        MatrixTarget<T> z = Block(_z[0], layer.Outputs, start, samples.Length);
        _input!.Multiply(start, samples, next, layer.WeightView, _inputScratch[worker], z);
        Columns.Add(z.Span, layer.BiasSpan, samples.Length);
        layer.Activation?.Evaluate(z.Span, Block(_a[0], layer.Outputs, start, samples.Length).Span);
    }

    /// <summary>Takes some columns from the first layer's values to the logits.</summary>
    private void Forward(int start, int count)
    {
        for (int l = 1; l < _layers.Length; l++)
        {
            DenseLayer<T> layer = _layers[l];
            MatrixTarget<T> z = Block(_z[l], layer.Outputs, start, count);
            if (l == 1 && _plan.CutsFirstLayerByUnits)
            {
                AffineOfSlabs(layer, start, count, z.Span);
            }
            else
            {
                layer.Affine(Block(_a[l - 1], layer.Inputs, start, count).View(layer.Inputs, count), z, _backend);
            }

            layer.Activation?.Evaluate(z.Span, Block(_a[l], layer.Outputs, start, count).Span);
        }
    }

    /// <summary>Computes the costs and, in the output layer, <c>dZ = P − Y</c>; counts the hits.</summary>
    private int OutputDerivatives(int start, int count)
    {
        int classes = _layers[^1].Outputs;
        ReadOnlySpan<int> labels = _labels.AsSpan(start, count);
        Span<T> probabilities = Block(_dz[^1], classes, start, count).Span;
        Span<double> costs = _costs.AsSpan(start, count);
        _loss.Evaluate(Block(_z[^1], classes, start, count).Span, labels, probabilities, _scratch.AsSpan(2 * start, 2 * count), costs);

        int hits = 0;
        for (int j = 0; j < count; j++)
        {
            hits += SoftmaxKernel.ArgMax<T>(probabilities.Slice(j * classes, classes)) == labels[j] ? 1 : 0;
            if (!double.IsFinite(costs[j]))
            {
                _hasNonFiniteCost = true;
            }
        }

        CrossEntropyLoss.SubtractOneHot(probabilities, labels);
        return hits;
    }

    /// <summary>Computes <c>dZ = (Wᵀ·dZ of the next layer) ∘ f′(Z)</c> for the hidden layers that are cut by samples, from the last on.</summary>
    private void Backward(int start, int count)
    {
        for (int l = _layers.Length - 2; l >= FirstLayerOfSamples; l--)
        {
            DenseLayer<T> layer = _layers[l];
            DenseLayer<T> next = _layers[l + 1];
            MatrixTarget<T> dz = Block(_dz[l], layer.Outputs, start, count);
            MatrixView<T> nextDz = Block(_dz[l + 1], next.Outputs, start, count).View(next.Outputs, count);
            _backend.Product(next.WeightView.Transposed, nextDz, dz, layer.Outputs);
            layer.Activation!.MultiplyByDerivative(
                Block(_z[l], layer.Outputs, start, count).Span, Block(_a[l], layer.Outputs, start, count).Span, dz.Span);
        }
    }

    /// <summary><c>z = W·a + b</c> with the inputs in slabs: one chain over all of them in order, as in one piece.</summary>
    private void AffineOfSlabs(DenseLayer<T> layer, int start, int count, Span<T> z)
    {
        foreach (FirstLayerSlab<T> slab in _slabs)
        {
            MatrixView<T> weights = layer.WeightView.ColumnRange(slab.FirstUnit, slab.Units);
            if (slab.FirstUnit == 0)
            {
                _backend.Product(weights, slab.Values(start, count), z, layer.Outputs);
            }
            else
            {
                _backend.Accumulate(weights, slab.Values(start, count), z, layer.Outputs);
            }
        }

        Columns.Add(z, layer.BiasSpan, count);
    }

    /// <summary>The memory of some columns.</summary>
    private static MatrixTarget<T> Block(T[] matrix, int rows, int start, int count) =>
        MatrixTarget<T>.Part(matrix, start * rows, count * rows);
}
