using System.Buffers;
using System.Numerics;
using NeuralNets.Core.Backends;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core;

/// <summary>
/// One thread's way through a network, a block of samples at a time, so that what passes between the layers stays in the cache.
/// Its memory is borrowed: nothing is allocated in steady state.
/// </summary>
internal readonly ref struct ForwardPass<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The most samples of a block.</summary>
    public const int BlockColumns = 96;

    /// <summary>From this number of samples on it is worth looking whether all weights are finite.</summary>
    private const int WorthLooking = 8;

    /// <summary>From this share of nonzero inputs on there is too little to leave out.</summary>
    private const double Dense = 0.9;

    private readonly ReadOnlySpan<DenseLayer<T>> _layers;
    private readonly GemmBackend _backend;
    private readonly bool _singly;
    private readonly int _widestHidden;
    private readonly T[] _values;
    private readonly ulong[] _nonzeros;
    private readonly int[] _list;

    /// <param name="layers">The layers of the network.</param>
    /// <param name="samples">How many samples will be taken through.</param>
    /// <param name="backend">What computes the products.</param>
    /// <exception cref="InvalidOperationException">The thread's arithmetic is not in the standard mode.</exception>
    public ForwardPass(ReadOnlySpan<DenseLayer<T>> layers, int samples, GemmBackend backend)
    {
        FloatingPointMode.Require();
        _layers = layers;
        _backend = backend;
        _singly = samples < WorthLooking || !double.IsFinite(Magnitude.Max<T>(layers[0].WeightSpan));
        foreach (DenseLayer<T> layer in layers[..^1])
        {
            _widestHidden = Math.Max(_widestHidden, layer.Outputs);
        }

        // Two hidden layers at a time, the maxima and sums of the softmax, and probabilities for whoever has no room for them.
        int columns = Math.Min(samples, BlockColumns);
        int words = Nonzeros.Words(layers[0].Inputs);
        _values = ArrayPool<T>.Shared.Rent(((2 * _widestHidden) + 2 + layers[^1].Outputs) * columns);
        _nonzeros = ArrayPool<ulong>.Shared.Rent(words * columns);
        _list = ArrayPool<int>.Shared.Rent(64 * words);
    }

    private int Classes => _layers[^1].Outputs;

    /// <summary>Computes the probabilities of a block.</summary>
    /// <param name="inputs">(features × samples).</param>
    /// <param name="columns">The number of samples, at most <see cref="BlockColumns"/> and what the constructor was told.</param>
    /// <param name="probabilities">Receives (classes × samples).</param>
    public void Probabilities(ReadOnlySpan<T> inputs, int columns, Span<T> probabilities)
    {
        int width = _widestHidden * columns;
        ReadOnlySpan<T> input = inputs;
        for (int l = 0; l < _layers.Length; l++)
        {
            DenseLayer<T> layer = _layers[l];
            Span<T> z = l == _layers.Length - 1 ? probabilities : _values.AsSpan((l % 2) * width, layer.Outputs * columns);
            if (l == 0 && _backend.IsManaged)
            {
                MultiplyInput(layer, MatrixView<T>.ColumnMajor(input, layer.Inputs, columns), z);
                Columns.Add(z, layer.BiasSpan, columns);
            }
            else
            {
                layer.Affine(MatrixView<T>.ColumnMajor(input, layer.Inputs, columns), z, _backend);
            }

            layer.Activation?.Evaluate(z, z);
            input = z;
        }

        Span<T> maximaAndSums = _values.AsSpan(2 * width, 2 * columns);
        SoftmaxKernel.Evaluate(probabilities, probabilities, Classes, maximaAndSums[..columns], maximaAndSums[columns..]);
    }

    /// <summary>Finds the most probable classes of a block; the first of several.</summary>
    /// <param name="inputs">(features × samples).</param>
    /// <param name="labels">Receives one label a sample; as many as for <see cref="Probabilities"/>.</param>
    public void Labels(ReadOnlySpan<T> inputs, Span<int> labels)
    {
        Span<T> probabilities = _values.AsSpan(((2 * _widestHidden) + 2) * labels.Length, Classes * labels.Length);
        Probabilities(inputs, labels.Length, probabilities);
        for (int j = 0; j < labels.Length; j++)
        {
            labels[j] = SoftmaxKernel.ArgMax<T>(probabilities.Slice(j * Classes, Classes));
        }
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        ArrayPool<T>.Shared.Return(_values);
        ArrayPool<ulong>.Shared.Return(_nonzeros);
        ArrayPool<int>.Shared.Return(_list);
    }

    /// <summary><c>z = W·x</c>, without the terms in which x is zero.</summary>
    private void MultiplyInput(DenseLayer<T> layer, MatrixView<T> x, Span<T> z)
    {
        Span<ulong> nonzeros = _nonzeros.AsSpan(0, Nonzeros.Words(x.Rows) * x.Columns);
        Nonzeros.Mark(x.Data[..(x.Rows * x.Columns)], x.Rows, nonzeros);
        if (!_singly && Nonzeros.Count(nonzeros) > Dense * x.Rows * x.Columns)
        {
            Gemm.Product(layer.WeightView, x, z, layer.Outputs);
        }
        else
        {
            ZeroSkippingGemm.Product(layer.WeightView, x, nonzeros, _singly, _list, accumulate: false, z, layer.Outputs);
        }
    }
}
