using System.Buffers;
using System.Numerics;
using NeuralNets.Core.Backends;
using NeuralNets.Core.Data;
using NeuralNets.Core.Kernels;
using NeuralNets.Core.Losses;

namespace NeuralNets.Core;

/// <summary>
/// One thread's forward pass through a network, a block of samples at a time, so that the values between the layers stay in the cache.
/// Its memory is borrowed: nothing is allocated in steady state.
/// </summary>
internal readonly ref struct ForwardPass<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The maximum number of samples of a block.</summary>
    public const int MostColumns = 96;

    /// <summary>Minimum samples for which it pays to look whether all weights are finite.</summary>
    private const int WorthLooking = 8;

    /// <summary>The maximum number of elements of a block of inputs, or of hidden values; wider layers go through in smaller
    /// blocks.</summary>
    private const int MostElements = 1 << 24;

    private readonly ReadOnlySpan<DenseLayer<T>> _layers;
    private readonly GemmBackend _backend;
    private readonly ReadOnlySpan<T> _inputs;
    private readonly Dataset<T>? _set; // null: the inputs are numbers already
    private readonly bool _perColumn;
    private readonly int _columns;
    private readonly int _widestHidden;
    private readonly T[] _gathered;
    private readonly T[] _values; // two hidden layers by turns, and the logits of callers without room for them
    private readonly ulong[] _nonzeros;
    private readonly int[] _list;

    /// <param name="layers">The layers of the network.</param>
    /// <param name="inputs">(features × samples).</param>
    /// <param name="backend">What computes the products.</param>
    public ForwardPass(ReadOnlySpan<DenseLayer<T>> layers, ReadOnlySpan<T> inputs, GemmBackend backend)
        : this(layers, inputs, null, backend)
    {
    }

    /// <param name="layers">The layers of the network.</param>
    /// <param name="set">The data set whose samples are taken through.</param>
    /// <param name="backend">What computes the products.</param>
    public ForwardPass(ReadOnlySpan<DenseLayer<T>> layers, Dataset<T> set, GemmBackend backend)
        : this(layers, [], set, backend)
    {
    }

    /// <exception cref="InvalidOperationException">The thread's arithmetic is not in the standard mode.</exception>
    private ForwardPass(
        ReadOnlySpan<DenseLayer<T>> layers, ReadOnlySpan<T> inputs, Dataset<T>? set, GemmBackend backend)
    {
        FloatingPointMode.Require();
        _layers = layers;
        _backend = backend;
        _inputs = inputs;
        _set = set;
        int samples = set?.Count ?? inputs.Length / layers[0].InputCount;
        _perColumn = samples < WorthLooking || !double.IsFinite(Magnitude.Max<T>(layers[0].WeightSpan));
        foreach (DenseLayer<T> layer in layers[..^1])
        {
            _widestHidden = Math.Max(_widestHidden, layer.OutputCount);
        }

        long width = Math.Max(layers[0].InputCount, (2L * _widestHidden) + layers[^1].OutputCount);
        _columns = (int)Math.Clamp(MostElements / width, 1, Math.Clamp(samples, 1, MostColumns));
        int words = Nonzeros.Words(layers[0].InputCount);
        _gathered = set is null ? [] : ArrayPool<T>.Shared.Rent(checked(layers[0].InputCount * _columns));
        _values = ArrayPool<T>.Shared.Rent(checked(((2 * _widestHidden) + layers[^1].OutputCount) * _columns));
        _nonzeros = ArrayPool<ulong>.Shared.Rent(words * _columns);
        _list = ArrayPool<int>.Shared.Rent(checked(64 * words));
    }

    private int Outputs => _layers[^1].OutputCount;

    /// <summary>Computes the values of the output layer.</summary>
    /// <param name="first">The first sample.</param>
    /// <param name="outputs">Receives (outputs × samples), for as many samples as there is room for.</param>
    public void Predict(int first, Span<T> outputs)
    {
        int samples = outputs.Length / Outputs;
        for (int start = 0; start < samples; start += _columns)
        {
            int count = Math.Min(_columns, samples - start);
            Span<T> block = outputs.Slice(start * Outputs, count * Outputs);
            ComputeLogits(first + start, count, block);
            _layers[^1].Activation.Evaluate(block, block, Outputs);
        }
    }

    /// <summary>Finds the labels.</summary>
    /// <param name="first">The first sample.</param>
    /// <param name="labels">Receives one label per sample; −1 if there is no answer. See <see cref="OutputHead{T}.LabelOf"/>.</param>
    public void PredictLabels(int first, Span<int> labels)
    {
        for (int start = 0; start < labels.Length; start += _columns)
        {
            int count = Math.Min(_columns, labels.Length - start);
            Span<T> logits = LogitsOf(count);
            ComputeLogits(first + start, count, logits);
            for (int j = 0; j < count; j++)
            {
                labels[start + j] = OutputHead<T>.LabelOf(logits.Slice(j * Outputs, Outputs));
            }
        }
    }

    /// <summary>Finds which outputs have a logit of at least a threshold.</summary>
    /// <param name="first">The first sample.</param>
    /// <param name="indicators">Receives (outputs × samples), for as many samples as there is room for: 1 or 0; NaN if there is no
    /// answer, since the logit is not finite.</param>
    /// <param name="threshold">The threshold.</param>
    public void PredictIndicators(int first, Span<T> indicators, double threshold)
    {
        int samples = indicators.Length / Outputs;
        for (int start = 0; start < samples; start += _columns)
        {
            int count = Math.Min(_columns, samples - start);
            Span<T> block = indicators.Slice(start * Outputs, count * Outputs);
            ComputeLogits(first + start, count, block);
            foreach (ref T element in block)
            {
                element = !T.IsFinite(element) ? T.NaN : double.CreateChecked(element) >= threshold ? T.One : T.Zero;
            }
        }
    }

    /// <summary>Compares the answers for samples of the data set with their targets.</summary>
    /// <param name="first">The first sample.</param>
    /// <param name="loss">The loss.</param>
    /// <param name="costs">Receives one cost per sample.</param>
    /// <param name="correct">Receives whether a sample was answered correctly; false where the targets are values.</param>
    public void Evaluate(int first, ILoss<T> loss, Span<double> costs, Span<bool> correct)
    {
        T[] derivatives = ArrayPool<T>.Shared.Rent(Outputs * _columns);
        for (int start = 0; start < costs.Length; start += _columns)
        {
            int count = Math.Min(_columns, costs.Length - start);
            Span<T> logits = LogitsOf(count);
            ComputeLogits(first + start, count, logits);
            OutputHead<T>.Evaluate(
                loss,
                logits,
                _set!.Targets.Batch(first + start, count),
                derivatives.AsSpan(0, logits.Length),
                costs.Slice(start, count),
                correct.Slice(start, count));
        }

        ArrayPool<T>.Shared.Return(derivatives);
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        ArrayPool<T>.Shared.Return(_values);
        ArrayPool<ulong>.Shared.Return(_nonzeros);
        ArrayPool<int>.Shared.Return(_list);
        if (_set is not null)
        {
            ArrayPool<T>.Shared.Return(_gathered);
        }
    }

    private ReadOnlySpan<T> Inputs(int start, int columns)
    {
        int features = _layers[0].InputCount;
        if (_set is null)
        {
            return _inputs.Slice(start * features, columns * features);
        }

        Span<T> block = _gathered.AsSpan(0, columns * features);
        _set.Gather(start, block);
        return block;
    }

    private Span<T> LogitsOf(int columns) => _values.AsSpan(2 * _widestHidden * columns, Outputs * columns);

    /// <summary>Computes the logits of a block.</summary>
    private void ComputeLogits(int start, int columns, Span<T> logits)
    {
        int width = _widestHidden * columns;
        ReadOnlySpan<T> input = Inputs(start, columns);
        for (int l = 0; l < _layers.Length; l++)
        {
            DenseLayer<T> layer = _layers[l];
            bool isLast = l == _layers.Length - 1;
            Span<T> z = isLast ? logits : _values.AsSpan((l % 2) * width, layer.OutputCount * columns);
            var a = MatrixView<T>.ColumnMajor(input, layer.InputCount, columns);
            if (l == 0 && _backend.LeavesOutZeros)
            {
                Span<ulong> nonzeros = _nonzeros.AsSpan(0, Nonzeros.Words(a.Rows) * columns);
                Nonzeros.Mark(input, a.Rows, nonzeros);
                _backend.InputProduct(layer.WeightView, a, new InputZeros(nonzeros, _perColumn, _list), z);
                Columns.Add(z, layer.BiasSpan, columns);
            }
            else
            {
                layer.Affine(a, z, _backend);
            }

            if (!isLast)
            {
                layer.Elementwise!.Evaluate(z, z);
                input = z;
            }
        }
    }
}
