using System.Numerics;
using NeuralNets.Core.Backends;
using NeuralNets.Core.Data;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Training.Steps;

/// <summary>
/// The inputs of a micro-batch, and the products of the first layer with them: <c>Z = W·X</c>, and <c>dZ·Xᵀ</c> for the gradient. The
/// managed kernels leave out what is zero.
/// </summary>
/// <remarks>Several workers may use one at once, each with a scratch of its own, as long as they gather different columns.</remarks>
internal sealed class MicroBatchInput<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>
    /// The samples gathered at a time. The order of an epoch is random and memory is slow to answer: while one block is
    /// multiplied, the next is on its way. 24 are whole tiles of every width.
    /// </summary>
    private const int BlockColumns = 24;

    private readonly Dataset<T> _samples;
    private readonly GemmBackend _backend;
    private readonly LayerDropout<T>? _dropout;
    private readonly double _largest;
    private readonly int _words;
    private readonly AlignedMemory<T> _values; // (features × micro-batch)
    private readonly ulong[] _nonzeros; // what of them is not zero

    /// <param name="samples">The training set.</param>
    /// <param name="columns">The maximum number of samples of a micro-batch.</param>
    /// <param name="settings">The settings of the run.</param>
    public MicroBatchInput(Dataset<T> samples, int columns, TrainingSettings<T> settings)
    {
        GemmBackend backend = settings.Backend;
        _samples = samples;
        _backend = backend;
        _dropout = LayerDropout<T>.OfInputs(settings, samples.FeatureCount);
        _largest = samples.LargestFeature * (_dropout?.Factor ?? 1);
        _words = Nonzeros.Words(samples.FeatureCount);
        _values = new(checked(samples.FeatureCount * columns), exact: backend.CopiesParts);
        _nonzeros = new ulong[backend.LeavesOutZeros ? _words * columns : 0];
    }

    /// <summary>Gathers samples and computes their <c>Z = W·X</c>.</summary>
    /// <param name="batch">The micro-batch.</param>
    /// <param name="start">The first of its samples, and the first column that they take.</param>
    /// <param name="sampleCount">The number of samples.</param>
    /// <param name="next">Those of the samples that will be gathered next.</param>
    /// <param name="weights">(units × features).</param>
    /// <param name="largestWeight">A bound of the weights; NaN if it is not known.</param>
    /// <param name="scratch">The worker's.</param>
    /// <param name="z">Receives (units × samples).</param>
    public void Multiply(
        MicroBatch batch,
        int start,
        int sampleCount,
        ReadOnlySpan<int> next,
        MatrixView<T> weights,
        double largestWeight,
        InputScratch scratch,
        MatrixTarget<T> z)
    {
        int features = _samples.FeatureCount;
        ReadOnlySpan<int> samples = batch.Samples.Slice(start, sampleCount);
        for (int done = 0; done < samples.Length; done += BlockColumns)
        {
            int count = Math.Min(BlockColumns, samples.Length - done);
            Span<T> values = _values.Span.Slice((start + done) * features, count * features);
            _samples.Gather(samples.Slice(done, count), values);
            _dropout?.Apply(batch, start + done, values);

            ReadOnlySpan<int> following = done + count < samples.Length ? samples[(done + count)..] : next;
            _samples.Prefetch(following[..Math.Min(BlockColumns, following.Length)]);
            if (!_backend.LeavesOutZeros)
            {
                continue; // It takes the micro-batch in one piece.
            }

            Span<ulong> nonzeros = _nonzeros.AsSpan((start + done) * _words, count * _words);
            Nonzeros.Mark(values, features, nonzeros);
            _backend.InputProduct(
                weights,
                MatrixView<T>.ColumnMajor(values, features, count),
                new InputZeros(nonzeros, InputScratch.IsPerColumn(largestWeight), scratch.List),
                z.Span.Slice(done * weights.Rows, count * weights.Rows));
        }

        if (!_backend.LeavesOutZeros)
        {
            MatrixView<T> inputs = _values.Part(start * features, samples.Length * features).View(features, samples.Length);
            _backend.Product(weights, inputs, z, weights.Rows);
        }
    }

    /// <summary>Takes the gradient of weights of the first layer, and with the last micro-batch of a batch updates them.</summary>
    /// <param name="batch">The micro-batch.</param>
    /// <param name="dz">(units × samples).</param>
    /// <param name="firstFeature">The first of the features that the weights are for.</param>
    /// <param name="features">The number of features.</param>
    /// <param name="scratch">The worker's.</param>
    /// <param name="weights">(units × features).</param>
    /// <param name="update">What becomes of the gradient.</param>
    public void Update(
        MicroBatch batch,
        MatrixView<T> dz,
        int firstFeature,
        int features,
        InputScratch scratch,
        ParameterBlock<T> weights,
        ParameterUpdate<T> update)
    {
        int samples = dz.Columns;
        MatrixView<T> x = _values.Part(0, _samples.FeatureCount * samples)
            .View(_samples.FeatureCount, samples)
            .RowRange(firstFeature, features);
        if (!_backend.LeavesOutZeros)
        {
            weights.Take(batch, new GradientProduct<T>(_backend, dz, x), update);
            return;
        }

        scratch.LargestSum = (batch.IsFirst ? 0 : scratch.LargestSum) + (Magnitude.Max(dz.Data) * _largest * samples);
        bool isPerColumn = InputScratch.IsPerColumn(scratch.LargestSum);
        GradientProduct<T> gradient = new(_backend, dz, x);
        if (!new InputZeros(_nonzeros.AsSpan(0, samples * _words), isPerColumn, default).AreFew(_samples.FeatureCount, samples))
        {
            int words = Nonzeros.Words(samples);
            Nonzeros.Transpose(_nonzeros, _samples.FeatureCount, samples, scratch.Transposed);
            ReadOnlySpan<ulong> nonzeros = scratch.Transposed.AsSpan(firstFeature * words, features * words);
            gradient = new(dz, x, new InputZeros(nonzeros, isPerColumn, scratch.List));
        }

        double? largest = weights.Take(batch, gradient, update);
        if (batch.IsLast && !update.WaitsForNorm)
        {
            scratch.LargestWeight = largest ?? update.LargestAfterLinear(scratch.LargestWeight, scratch.LargestSum);
        }
    }
}
