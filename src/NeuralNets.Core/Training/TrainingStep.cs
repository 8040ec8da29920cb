using System.Numerics;
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

    // (features × chunk); a worker each if the first layer is cut by units, otherwise one for all.
    private readonly T[][] _inputs;

    // Per layer, (units × chunk): inputs and values of its function, and the derivatives of the cost. The function of the output
    // layer is in the loss, so its values are not kept.
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
    public TrainingStep(Network<T> network, CrossEntropyLoss loss, Dataset<T> samples, T rate, StepPlan plan, bool accumulates)
    {
        int chunkColumns = plan.ChunkColumns;
        _layers = [.. network.Layers];
        _loss = loss;
        _samples = samples;
        _rate = rate;
        _plan = plan;
        _inputs = new T[plan.CutsFirstLayerByUnits ? plan.Workers : 1][];
        for (int i = 0; i < _inputs.Length; i++)
        {
            _inputs[i] = new T[network.Inputs * chunkColumns];
        }

        _z = Array.ConvertAll(_layers, layer => new T[layer.Outputs * chunkColumns]);
        _a = Array.ConvertAll(_layers, layer => layer.Activation is null ? [] : new T[layer.Outputs * chunkColumns]);
        _dz = Array.ConvertAll(_layers, layer => new T[layer.Outputs * chunkColumns]);
        _weightGradients = Array.ConvertAll(_layers, layer => accumulates ? new T[layer.Inputs * layer.Outputs] : []);
        _biasGradients = Array.ConvertAll(_layers, layer => new T[layer.Outputs]);
        _labels = new int[chunkColumns];
        _costs = new double[chunkColumns];
        _scratch = new T[2 * chunkColumns];
    }

    /// <summary>Whether a sample's cost in the chunk was NaN or infinite. Valid after the barrier that follows <see cref="Propagate"/>.</summary>
    public bool HasNonFiniteCost => _hasNonFiniteCost;

    /// <summary>The samples' costs of the chunk. Valid after the barrier that follows <see cref="Propagate"/>.</summary>
    public ReadOnlySpan<double> Costs => _costs;

    /// <summary>The first phase, for one worker.</summary>
    /// <param name="chunk">The positions of the chunk's samples in the training set.</param>
    /// <param name="worker">The worker's index.</param>
    public void Begin(ReadOnlySpan<int> chunk, int worker)
    {
        if (!_plan.CutsFirstLayerByUnits)
        {
            return;
        }

        DenseLayer<T> layer = _layers[0];
        (int start, int units) = _plan.Units(layer.Outputs, worker);
        if (units == 0)
        {
            return;
        }

        Span<T> input = _inputs[worker].AsSpan(0, layer.Inputs * chunk.Length);
        _samples.Gather(chunk, input);
        Span<T> z = _z[0].AsSpan(start);
        Gemm.Product(layer.WeightView.RowRange(start, units), MatrixView<T>.ColumnMajor(input, layer.Inputs, chunk.Length), z, layer.Outputs);
        Columns.Add(z, layer.BiasSpan.Slice(start, units), chunk.Length, layer.Outputs);
        for (int j = 0; j < chunk.Length; j++)
        {
            int column = (j * layer.Outputs) + start;
            layer.Activation!.Evaluate(_z[0].AsSpan(column, units), _a[0].AsSpan(column, units));
        }
    }

    /// <summary>The second phase, for one worker.</summary>
    /// <param name="chunk">The positions of the chunk's samples in the training set.</param>
    /// <param name="worker">The worker's index.</param>
    /// <returns>How many of the worker's samples were classified correctly.</returns>
    public int Propagate(ReadOnlySpan<int> chunk, int worker)
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
            _samples.Gather(chunk.Slice(start, count), Block(_inputs[0], _layers[0].Inputs, start, count));
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
        int next = 0;
        if (_plan.CutsFirstLayerByUnits)
        {
            // The derivatives of these units take the next layer's weights for them, which this worker updates, too: afterwards.
            (int start, int units) = _plan.Units(_layers[0].Outputs, worker);
            if (units > 0)
            {
                BackwardUnits(columns, start, units);
                DescendWeights(0, columns, isFirst, batchSize, start, units, 0, _layers[0].Inputs, worker);
                DescendBiases(0, columns, isFirst, batchSize, start, units);
                DescendWeights(1, columns, isFirst, batchSize, 0, _layers[1].Outputs, start, units, worker);
            }

            if (worker == 1 % _plan.Workers)
            {
                DescendBiases(1, columns, isFirst, batchSize, 0, _layers[1].Outputs);
            }

            next = 2;
        }

        for (int l = next; l < _layers.Length; l++)
        {
            (int start, int inputs) = Partition.Share(_layers[l].Inputs, _plan.Workers, worker);
            DescendWeights(l, columns, isFirst, batchSize, 0, _layers[l].Outputs, start, inputs, worker);

            // The biases of a layer are too few to share out: the layers are.
            if (worker == l % _plan.Workers)
            {
                DescendBiases(l, columns, isFirst, batchSize, 0, _layers[l].Outputs);
            }
        }
    }

    private int FirstLayerOfSamples => _plan.CutsFirstLayerByUnits ? 1 : 0;

    private void Forward(int start, int count)
    {
        for (int l = FirstLayerOfSamples; l < _layers.Length; l++)
        {
            DenseLayer<T> layer = _layers[l];
            Span<T> input = Block(l == 0 ? _inputs[0] : _a[l - 1], layer.Inputs, start, count);
            Span<T> z = Block(_z[l], layer.Outputs, start, count);
            layer.Affine(MatrixView<T>.ColumnMajor(input, layer.Inputs, count), z);
            layer.Activation?.Evaluate(z, Block(_a[l], layer.Outputs, start, count));
        }
    }

    /// <summary>Computes the costs and, in the output layer, <c>dZ = P − Y</c>; counts the hits.</summary>
    private int OutputDerivatives(int start, int count)
    {
        int classes = _layers[^1].Outputs;
        ReadOnlySpan<int> labels = _labels.AsSpan(start, count);
        Span<T> probabilities = Block(_dz[^1], classes, start, count);
        Span<double> costs = _costs.AsSpan(start, count);
        _loss.Evaluate(Block(_z[^1], classes, start, count), labels, probabilities, _scratch.AsSpan(2 * start, 2 * count), costs);

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
            Span<T> dz = Block(_dz[l], layer.Outputs, start, count);
            var nextDz = MatrixView<T>.ColumnMajor(Block(_dz[l + 1], next.Outputs, start, count), next.Outputs, count);
            Gemm.Product(next.WeightView.Transposed, nextDz, dz, layer.Outputs);
            layer.Activation!.MultiplyByDerivative(
                Block(_z[l], layer.Outputs, start, count), Block(_a[l], layer.Outputs, start, count), dz);
        }
    }

    /// <summary>The same for some units of the first layer and all samples.</summary>
    private void BackwardUnits(int columns, int start, int units)
    {
        DenseLayer<T> layer = _layers[0];
        DenseLayer<T> next = _layers[1];
        Gemm.Product(
            next.WeightView.Transposed.RowRange(start, units),
            MatrixView<T>.ColumnMajor(_dz[1], next.Outputs, columns),
            _dz[0].AsSpan(start),
            layer.Outputs);
        for (int j = 0; j < columns; j++)
        {
            int column = (j * layer.Outputs) + start;
            layer.Activation!.MultiplyByDerivative(
                _z[0].AsSpan(column, units), _a[0].AsSpan(column, units), _dz[0].AsSpan(column, units));
        }
    }

    /// <summary><c>dW = dZ·Aᵀ</c> for a block of W, and <c>W ← fma(−rate, dW/batch, W)</c> if the batch is complete.</summary>
    private void DescendWeights(
        int l, int columns, bool isFirst, int batchSize, int firstUnit, int units, int firstInput, int inputs, int worker)
    {
        if (inputs == 0)
        {
            return;
        }

        DenseLayer<T> layer = _layers[l];
        T[] input = l > 0 ? _a[l - 1] : _inputs[_plan.CutsFirstLayerByUnits ? worker : 0];
        MatrixView<T> dz = MatrixView<T>.ColumnMajor(_dz[l], layer.Outputs, columns).RowRange(firstUnit, units);
        MatrixView<T> a = MatrixView<T>.ColumnMajor(input, layer.Inputs, columns).RowRange(firstInput, inputs).Transposed;
        int offset = (firstInput * layer.Outputs) + firstUnit;
        Span<T> gradient = _weightGradients[l].Length == 0 ? [] : _weightGradients[l].AsSpan(offset);
        if (batchSize > 0)
        {
            Gemm.Descend(dz, a, layer.WeightSpan[offset..], isFirst ? [] : gradient, layer.Outputs, Reciprocal(batchSize), _rate);
        }
        else if (isFirst)
        {
            Gemm.Product(dz, a, gradient, layer.Outputs);
        }
        else
        {
            Gemm.Accumulate(dz, a, gradient, layer.Outputs);
        }
    }

    private void DescendBiases(int l, int columns, bool isFirst, int batchSize, int firstUnit, int units)
    {
        Span<T> gradient = _biasGradients[l].AsSpan(firstUnit, units);
        if (isFirst)
        {
            gradient.Clear();
        }

        Columns.Accumulate(_dz[l].AsSpan(firstUnit), gradient, columns, _layers[l].Outputs);
        if (batchSize > 0)
        {
            Span<T> biases = _layers[l].BiasSpan.Slice(firstUnit, units);
            Elementwise.Apply(gradient, biases, biases, new DescendOperator(Reciprocal(batchSize), -_rate));
        }
    }

    private static T Reciprocal(int batchSize) => T.One / T.CreateChecked(batchSize);

    /// <summary>The memory of some columns.</summary>
    private static Span<T> Block(T[] matrix, int rows, int start, int count) => matrix.AsSpan(start * rows, count * rows);

    /// <summary><c>fma(−rate, gradient·scale, parameter)</c>, as <see cref="Gemm.Descend"/> does it.</summary>
    private readonly struct DescendOperator(T scale, T negatedRate) : IBinaryOperator<T>
    {
        public TVector Invoke<TVector, TLane>(TVector gradient, TVector parameter)
            where TVector : unmanaged
            where TLane : struct, ILane<T, TVector> =>
            TLane.FusedMultiplyAdd(TLane.Broadcast(negatedRate), TLane.Multiply(gradient, TLane.Broadcast(scale)), parameter);
    }
}
