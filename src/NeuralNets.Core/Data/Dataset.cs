using System.Numerics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using MathNet.Numerics.LinearAlgebra;

namespace NeuralNets.Core.Data;

/// <summary>
/// Samples and their targets, class labels or values: what a network is trained and evaluated on. Pixels stay bytes; they become numbers
/// when a batch is gathered.
/// </summary>
/// <remarks>Immutable, and safe to use from several threads at once.</remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed partial class Dataset<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly FeatureSource<T> _source;
    private readonly int[]? _positions; // in the source; null: the same as here
    private readonly Lazy<DatasetFingerprint> _fingerprint;

    private Dataset(FeatureSource<T> source, int[]? positions, Targets<T> targets)
    {
        if (targets.HasWeights && !targets.Weights.ContainsAnyExcept(0))
        {
            throw new ArgumentException(
                $"At least one sample needs a weight above 0, but all {targets.Count} weights are 0. Leave such samples out of the set "
                + "before a part of it is taken.");
        }

        _source = source;
        _positions = positions;
        Targets = targets;
        _fingerprint = new Lazy<DatasetFingerprint>(ComputeFingerprint);
    }

    /// <summary>The number of features of a sample.</summary>
    public int FeatureCount => _source.FeatureCount;

    /// <summary>The number of classes; 0 where the targets are values.</summary>
    public int ClassCount => Targets.AreLabels ? Targets.OutputCount : 0;

    /// <summary>The number of samples.</summary>
    public int Count => Targets.Count;

    /// <summary>One label per sample, 0 … <see cref="ClassCount"/>−1; empty where the targets are values.</summary>
    public ReadOnlySpan<int> Labels => Targets.Labels;

    /// <summary>The number of values per sample; 0 where the targets are labels.</summary>
    public int ValueCount => Targets.AreLabels ? 0 : Targets.OutputCount;

    /// <summary>The values that are the targets, (values × samples), column-major; empty where the targets are labels.</summary>
    public ReadOnlySpan<T> Values => Targets.Values;

    /// <summary>How much each sample counts, as it was given; empty if all count the same.</summary>
    public ReadOnlySpan<double> Weights => Targets.Weights;

    /// <summary>What a network is to answer for each sample.</summary>
    internal Targets<T> Targets { get; }

    /// <summary>No feature is larger in absolute value.</summary>
    internal double LargestFeature => _source.Largest;

    /// <summary>What becomes of the bytes that the features are kept as; null if they are kept as numbers.</summary>
    internal PixelScaling? Scaling => _source.Scaling;

    /// <summary>Creates a data set from images, whose bytes it keeps without a copy.</summary>
    /// <param name="images">The images and their labels; one pixel is one feature.</param>
    /// <param name="classCount">The number of classes.</param>
    /// <param name="scaling">What number a pixel byte becomes; byte/255 unless given.</param>
    /// <returns>The data set, in the order of the images.</returns>
    /// <exception cref="ArgumentException">There is no image, a label is not below <paramref name="classCount"/>, or a pixel is above the
    /// maximum of <paramref name="scaling"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="classCount"/> is less than 2.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="images"/> is null.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public static Dataset<T> FromImages(LabeledImages images, int classCount = 10, PixelScaling scaling = default)
    {
        ElementType.Check<T>();
        ArgumentNullException.ThrowIfNull(images);
        scaling.Check(images.Pixels.Span, images.PixelsPerImage, nameof(images));
        int[] labels = new int[images.Count];
        for (int i = 0; i < labels.Length; i++)
        {
            labels[i] = images.Labels.Span[i];
        }

        return Create(new ByteFeatures<T>(images.Pixels, images.PixelsPerImage, scaling), labels, classCount, nameof(images));
    }

    /// <summary>Creates a data set from a matrix and targets of any kind.</summary>
    /// <param name="features">(features × samples), finite numbers.</param>
    /// <param name="targets">As many as samples.</param>
    internal static Dataset<T> FromMatrix(Matrix<T> features, Targets<T> targets) => new(Features(features), null, targets);

    /// <summary>Creates a data set from features and targets that were checked.</summary>
    /// <param name="features">As many samples as targets.</param>
    /// <param name="targets">At least one.</param>
    internal static Dataset<T> FromSource(FeatureSource<T> features, Targets<T> targets) => new(features, null, targets);

    /// <summary>Returns the same samples with other targets.</summary>
    /// <param name="targets">As many as samples.</param>
    internal Dataset<T> WithTargets(Targets<T> targets) => new(_source, _positions, targets);

    /// <summary>Returns the first samples, without copying their features.</summary>
    /// <param name="count">How many, from 1 to <see cref="Count"/>.</param>
    /// <returns>A data set of that many samples.</returns>
    /// <exception cref="ArgumentException">All of them have the weight 0.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is not from 1 to <see cref="Count"/>.</exception>
    public Dataset<T> Take(int count)
    {
        if (count < 1 || count > Count)
        {
            throw new ArgumentOutOfRangeException(nameof(count), count, $"The number of samples must be between 1 and {Count}.");
        }

        return new Dataset<T>(_source, _positions?[..count], Targets.Take(count));
    }

    /// <summary>Counts the samples of each class.</summary>
    /// <returns>One count per class.</returns>
    public int[] CountLabels()
    {
        int[] counts = new int[ClassCount];
        foreach (int label in Labels)
        {
            counts[label]++;
        }

        return counts;
    }

    /// <summary>Returns the sizes of the set.</summary>
    /// <returns>For instance <c>60000 samples of 784 features in 10 classes</c>, in the invariant culture; whether there are weights, too.
    /// </returns>
    public override string ToString() => FormattableString.Invariant(
        $"{Count} samples of {FeatureCount} features {(Targets.AreLabels ? "in" : "with")} {Targets.OutputCount} ")
        + (Targets.AreLabels ? "classes" : Targets.OutputCount == 1 ? "value each" : "values each")
        + (Targets.HasWeights ? ", with weights" : string.Empty);

    /// <summary>Returns the features as numbers.</summary>
    /// <returns>A new matrix, (features × samples).</returns>
    /// <exception cref="InvalidOperationException">They are more than an array holds.</exception>
    public Matrix<T> ToMatrix()
    {
        if ((long)FeatureCount * Count > Array.MaxLength)
        {
            throw new InvalidOperationException(
                $"A matrix holds at most {Array.MaxLength} numbers, but {Count} samples of {FeatureCount} features have "
                + $"{(long)FeatureCount * Count}. Take a part of the set first.");
        }

        T[] values = new T[FeatureCount * Count];
        Gather(0, values);
        return Matrix<T>.Build.Dense(FeatureCount, Count, values);
    }

    /// <summary>A hash of all that the set holds. Computed once, when it is first asked for: 47 MB of bytes, which 60,000 images have,
    /// take some 40 ms.</summary>
    internal DatasetFingerprint Fingerprint => _fingerprint.Value;

    /// <summary>Returns whether this is the set of which a checkpoint has the fingerprint.</summary>
    internal bool Has(DatasetFingerprint fingerprint) =>
        fingerprint == (fingerprint.Version == DatasetFingerprint.Full ? Fingerprint : ComputeSampledFingerprint());

    /// <summary>Writes consecutive samples, as many as <paramref name="destination"/> holds. Does not allocate.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Gather(int start, Span<T> destination)
    {
        for (int j = 0; j < destination.Length / FeatureCount; j++)
        {
            _source.Read(Position(start + j), destination.Slice(j * FeatureCount, FeatureCount));
        }
    }

    /// <summary>Writes the samples at <paramref name="indices"/>, one after the other. Does not allocate.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Gather(ReadOnlySpan<int> indices, Span<T> destination)
    {
        for (int j = 0; j < indices.Length; j++)
        {
            _source.Read(Position(indices[j]), destination.Slice(j * FeatureCount, FeatureCount));
        }
    }

    /// <summary>Writes the bytes that the features of a sample are kept as, where <see cref="Scaling"/> is not null.</summary>
    internal void ReadBytes(int index, Span<byte> destination) => _source.ReadBytes(Position(index), destination);

    /// <summary>Asks for the samples at <paramref name="indices"/>, which will be gathered soon, to be brought near the
    /// processor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Prefetch(ReadOnlySpan<int> indices)
    {
        foreach (int index in indices)
        {
            _source.Prefetch(Position(index));
        }
    }

    private DatasetFingerprint ComputeFingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        LittleEndian.Append<int>(hash, [FeatureCount, Targets.OutputCount, Count, _source.Form]);
        LittleEndian.Append<int>(hash, Labels);
        LittleEndian.Append<T>(hash, Targets.Values);
        LittleEndian.Append<double>(hash, Targets.Weights);
        int start = 0;
        while (start < Count)
        {
            // Samples that follow each other in the source, too, are hashed at once.
            int end = start + 1;
            while (end < Count && Position(end) == Position(end - 1) + 1)
            {
                end++;
            }

            _source.Append(hash, Position(start), end - start);
            start = end;
        }

        return new(DatasetFingerprint.Full, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    private DatasetFingerprint ComputeSampledFingerprint()
    {
        const int MaxSamples = 256;
        const int MaxElements = 1 << 18;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        LittleEndian.Append<int>(hash, [FeatureCount, ClassCount, Count]);
        LittleEndian.Append<int>(hash, Labels);
        int samples = Math.Min(Count, Math.Clamp(MaxElements / FeatureCount, 2, MaxSamples));
        T[] sample = new T[FeatureCount];
        for (int i = 0; i < samples; i++)
        {
            // The first one, the last one, and those between at equal distances.
            Gather(samples == 1 ? 0 : (int)((long)i * (Count - 1) / (samples - 1)), sample);
            LittleEndian.Append<T>(hash, sample);
        }

        return new(DatasetFingerprint.Sampled, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    private static Dataset<T> Create(FeatureSource<T> source, int[] labels, int classCount, string parameter)
    {
        Requirements.CheckSoftmaxClasses(classCount, nameof(classCount));
        if (labels.Length == 0)
        {
            throw new ArgumentException("A data set needs at least one sample, but there was none.", parameter);
        }

        Requirements.CheckLabels(labels, classCount, parameter);
        return new Dataset<T>(source, null, Targets<T>.FromLabels(labels, classCount));
    }

    private Dataset<T> Select(ReadOnlySpan<int> indices)
    {
        int[] positions = new int[indices.Length];
        for (int i = 0; i < indices.Length; i++)
        {
            positions[i] = Position(indices[i]);
        }

        return new Dataset<T>(_source, positions, Targets.Select(indices));
    }

    private int Position(int index) => _positions is null ? index : _positions[index];
}
