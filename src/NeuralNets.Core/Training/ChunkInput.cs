using System.Numerics;
using NeuralNets.Core.Backends;
using NeuralNets.Core.Data;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Training;

/// <summary>
/// The inputs of a chunk's samples, and the products of the first layer with them: <c>Z = W·X</c> and <c>dW = dZ·Xᵀ</c>. The managed
/// kernels leave out what is zero.
/// </summary>
/// <remarks>Several workers may use one at once, each with a scratch of its own, as long as they gather different columns.</remarks>
internal sealed class ChunkInput<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>
    /// The samples gathered at a time. The order of an epoch is random and memory is slow to answer: while one block is
    /// multiplied, the next is on its way. 24 are whole tiles of every width.
    /// </summary>
    private const int BlockColumns = 24;

    /// <summary>A bound below which no sum of the step overflows in either element type, with a wide margin.</summary>
    private const double SurelyFinite = 1e30;

    /// <summary>From this share of nonzero inputs on there is too little to leave out.</summary>
    private const double Dense = 0.9;

    private readonly Dataset<T> _samples;
    private readonly GemmBackend _backend;
    private readonly int _words;
    private readonly AlignedMemory<T> _values; // (features × chunk)
    private readonly ulong[] _nonzeros; // what of them is not zero

    public ChunkInput(Dataset<T> samples, int chunkColumns, GemmBackend backend)
    {
        _samples = samples;
        _backend = backend;
        _words = Nonzeros.Words(samples.Features);
        _values = new(samples.Features * chunkColumns, exact: backend.CopiesParts);
        _nonzeros = new ulong[backend.IsManaged ? _words * chunkColumns : 0];
    }

    /// <summary>Gathers samples and computes their <c>Z = W·X</c>.</summary>
    /// <param name="start">The first column that the samples take.</param>
    /// <param name="chunk">The positions of the samples in the training set.</param>
    /// <param name="next">Those of the samples that will be gathered next.</param>
    /// <param name="weights">(units × features).</param>
    /// <param name="scratch">The worker's.</param>
    /// <param name="z">Receives (units × samples).</param>
    public void Multiply(
        int start, ReadOnlySpan<int> chunk, ReadOnlySpan<int> next, MatrixView<T> weights, Scratch scratch, MatrixTarget<T> z)
    {
        int features = _samples.Features;
        bool singly = !(scratch.Bound < SurelyFinite);
        for (int done = 0; done < chunk.Length; done += BlockColumns)
        {
            int count = Math.Min(BlockColumns, chunk.Length - done);
            Span<T> values = _values.Span.Slice((start + done) * features, count * features);
            _samples.Gather(chunk.Slice(done, count), values);

            ReadOnlySpan<int> following = done + count < chunk.Length ? chunk[(done + count)..] : next;
            _samples.Prefetch(following[..Math.Min(BlockColumns, following.Length)]);
            if (!_backend.IsManaged)
            {
                continue; // It takes the chunk in one piece.
            }

            Span<ulong> nonzeros = _nonzeros.AsSpan((start + done) * _words, count * _words);
            Nonzeros.Mark(values, features, nonzeros);
            var block = MatrixView<T>.ColumnMajor(values, features, count);
            Span<T> result = z.Span.Slice(done * weights.Rows, count * weights.Rows);
            if (!singly && IsDense(nonzeros, count))
            {
                Gemm.Product(weights, block, result, weights.Rows);
            }
            else
            {
                ZeroSkippingGemm.Product(weights, block, nonzeros, singly, scratch.List, accumulate: false, result, weights.Rows);
            }
        }

        if (!_backend.IsManaged)
        {
            MatrixView<T> inputs = _values.Part(start * features, chunk.Length * features).View(features, chunk.Length);
            _backend.Product(weights, inputs, z, weights.Rows);
        }
    }

    /// <summary>The gradient of weights, and their update; see <see cref="ChunkUpdate{T}"/>.</summary>
    /// <param name="update">What the chunk adds.</param>
    /// <param name="dz">(units × samples).</param>
    /// <param name="firstFeature">The first of the features that the weights are for.</param>
    /// <param name="features">The number of features.</param>
    /// <param name="scratch">The worker's.</param>
    /// <param name="weights">(units × features).</param>
    /// <param name="gradient">The sums so far, in the same places; may be empty where a batch is one chunk.</param>
    public void Descend(
        ChunkUpdate<T> update,
        MatrixView<T> dz,
        int firstFeature,
        int features,
        Scratch scratch,
        MatrixTarget<T> weights,
        MatrixTarget<T> gradient)
    {
        int samples = dz.Columns;
        MatrixView<T> x = _values.Part(0, _samples.Features * samples).View(_samples.Features, samples).RowRange(firstFeature, features);
        if (!_backend.IsManaged)
        {
            update.Weights(dz, x, weights, gradient, dz.Rows);
            return;
        }

        scratch.Bound += Magnitude.Max(dz.Data) * _samples.LargestFeature * samples * Math.Max(1, double.CreateChecked(update.Rate));
        bool singly = !(scratch.Bound < SurelyFinite);
        if (!singly && IsDense(_nonzeros.AsSpan(0, samples * _words), samples))
        {
            update.Weights(dz, x, weights, gradient, dz.Rows);
            return;
        }

        int words = Nonzeros.Words(samples);
        Nonzeros.Transpose(_nonzeros, _samples.Features, samples, scratch.Transposed);
        ReadOnlySpan<ulong> nonzeros = scratch.Transposed.AsSpan(firstFeature * words, features * words);
        update.Weights(dz, x, nonzeros, singly, scratch.List, weights.Span, gradient.Span, dz.Rows);
    }

    private bool IsDense(ReadOnlySpan<ulong> nonzeros, int samples) =>
        Nonzeros.Count(nonzeros) > Dense * _samples.Features * samples;

    /// <summary>What a worker needs to leave out zeros.</summary>
    public sealed class Scratch(int features, int chunkColumns)
    {
        /// <summary>
        /// No weight of the worker's, and no sum of a gradient, is larger in absolute value: NaN if that is not known. A step
        /// changes a weight by at most rate · max |dZ| · max |X|, whatever the number of samples; counting each sample and
        /// neglecting a rate below 1 covers the sums and all rounding, too.
        /// </summary>
        public double Bound { get; set; } = double.NaN;

        /// <summary>Room to list features or samples.</summary>
        public int[] List { get; } = new int[64 * Math.Max(Nonzeros.Words(features), Nonzeros.Words(chunkColumns))];

        /// <summary>Which samples of the chunk have a nonzero value, feature by feature.</summary>
        public ulong[] Transposed { get; } = new ulong[64 * Nonzeros.Words(features) * Nonzeros.Words(chunkColumns)];
    }
}
