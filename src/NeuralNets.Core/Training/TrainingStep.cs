using System.Numerics;
using NeuralNets.Core.Data;
using NeuralNets.Core.Kernels;
using NeuralNets.Core.Losses;

namespace NeuralNets.Core.Training;

/// <summary>
/// The forward and backward pass and the update for one chunk of a batch, cut into work for a team, with the memory that
/// it takes. A step has two phases, with a barrier after each:
/// <list type="number">
/// <item><see cref="Propagate"/>, over samples: each worker takes some columns of the chunk through all layers forward to the
/// cost and back to the derivatives. It reads the weights and writes its own columns only.</item>
/// <item><see cref="Descend"/>, over weights: each worker takes some columns of every weight matrix, computes that slice of the
/// gradient over the whole chunk, and updates the slice.</item>
/// </list>
/// No sum crosses from one worker to another, so their number does not change a bit.
/// </summary>
/// <remarks>
/// A batch larger than the chunk goes through in pieces, which accumulate into a gradient the size of the parameters; the update
/// comes with the last. So the memory does not depend on the size of the batch. Nothing here allocates after construction.
/// </remarks>
internal sealed class TrainingStep<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly DenseLayer<T>[] _layers;
    private readonly CrossEntropyLoss _loss;
    private readonly Dataset<T> _samples;
    private readonly T _rate;

    // Per layer, (units × chunk): inputs and values of its function, and the derivatives of the cost. The function of the output
    // layer is in the loss, so its values are not kept.
    private readonly T[] _input;
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
    /// <param name="chunkColumns">The most samples that go through at a time.</param>
    /// <param name="accumulates">Whether batches are larger than a chunk.</param>
    public TrainingStep(Network<T> network, CrossEntropyLoss loss, Dataset<T> samples, T rate, int chunkColumns, bool accumulates)
    {
        _layers = [.. network.Layers];
        _loss = loss;
        _samples = samples;
        _rate = rate;
        _input = new T[network.Inputs * chunkColumns];
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
    /// <param name="workers">The number of workers.</param>
    /// <returns>How many of the worker's samples were classified correctly.</returns>
    public int Propagate(ReadOnlySpan<int> chunk, int worker, int workers)
    {
        (int start, int count) = Partition.Share(chunk.Length, workers, worker);
        if (count == 0)
        {
            return 0;
        }

        _samples.Gather(chunk.Slice(start, count), Block(_input, _layers[0].Inputs, start, count));
        for (int j = start; j < start + count; j++)
        {
            _labels[j] = _samples.Labels[chunk[j]];
        }

        Forward(start, count);
        int hits = OutputDerivatives(start, count);
        Backward(start, count);
        return hits;
    }

    /// <summary>The second phase, for one worker: the gradient of its share of the weights, and the update with the batch's last chunk.</summary>
    /// <param name="columns">The number of samples of the chunk.</param>
    /// <param name="isFirst">Whether it is the first chunk of its batch.</param>
    /// <param name="batchSize">The number of samples of the batch if this is its last chunk, otherwise 0.</param>
    /// <param name="worker">The worker's index.</param>
    /// <param name="workers">The number of workers.</param>
    public void Descend(int columns, bool isFirst, int batchSize, int worker, int workers)
    {
        for (int l = 0; l < _layers.Length; l++)
        {
            DescendWeights(l, columns, isFirst, batchSize, Partition.Share(_layers[l].Inputs, workers, worker));

            // The biases of a layer are too few to share out: the layers are.
            if (l % workers == worker)
            {
                DescendBiases(l, columns, isFirst, batchSize);
            }
        }
    }

    private void Forward(int start, int count)
    {
        Span<T> input = Block(_input, _layers[0].Inputs, start, count);
        for (int l = 0; l < _layers.Length; l++)
        {
            DenseLayer<T> layer = _layers[l];
            Span<T> z = Block(_z[l], layer.Outputs, start, count);
            layer.Affine(MatrixView<T>.ColumnMajor(input, layer.Inputs, count), z);
            if (layer.Activation is { } activation)
            {
                Span<T> a = Block(_a[l], layer.Outputs, start, count);
                activation.Evaluate(z, a);
                input = a;
            }
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

    /// <summary>Computes <c>dZ = (Wᵀ·dZ of the next layer) ∘ f′(Z)</c> for the hidden layers, from the last to the first.</summary>
    private void Backward(int start, int count)
    {
        for (int l = _layers.Length - 2; l >= 0; l--)
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

    /// <summary><c>dW = dZ·Aᵀ</c> for some columns of W, and <c>W ← fma(−rate, dW/batch, W)</c> if the batch is complete.</summary>
    private void DescendWeights(int l, int columns, bool isFirst, int batchSize, (int Start, int Count) share)
    {
        DenseLayer<T> layer = _layers[l];
        int offset = share.Start * layer.Outputs;
        int length = share.Count * layer.Outputs;
        T[] input = l == 0 ? _input : _a[l - 1];
        var dz = MatrixView<T>.ColumnMajor(_dz[l], layer.Outputs, columns);
        var inputRows = MatrixView<T>.ColumnMajor(input, layer.Inputs, columns).RowRange(share.Start, share.Count);
        Span<T> gradient = _weightGradients[l].Length == 0 ? [] : _weightGradients[l].AsSpan(offset, length);
        if (batchSize > 0)
        {
            Gemm.Descend(
                dz, inputRows.Transposed, layer.WeightSpan.Slice(offset, length), isFirst ? [] : gradient, layer.Outputs, Reciprocal(batchSize), _rate);
        }
        else if (isFirst)
        {
            Gemm.Product(dz, inputRows.Transposed, gradient, layer.Outputs);
        }
        else
        {
            Gemm.Accumulate(dz, inputRows.Transposed, gradient, layer.Outputs);
        }
    }

    private void DescendBiases(int l, int columns, bool isFirst, int batchSize)
    {
        Span<T> gradient = _biasGradients[l];
        if (isFirst)
        {
            gradient.Clear();
        }

        Columns.Accumulate(_dz[l], gradient, columns);
        if (batchSize > 0)
        {
            Elementwise.Apply(gradient, _layers[l].BiasSpan, _layers[l].BiasSpan, new DescendOperator(Reciprocal(batchSize), -_rate));
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
