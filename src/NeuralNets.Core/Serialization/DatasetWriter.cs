using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using NeuralNets.Core.Data;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Serialization;

/// <summary>Writes the file of a data set sample by sample, in memory that does not grow with their number.</summary>
/// <remarks>
/// <para>
/// The first sample decides for all whether features are bytes or numbers, and whether samples have weights. <see cref="Complete"/> makes
/// the file appear, whole, in the place of the one that was there before. Until then, what is written lies in temporary files beside it
/// (<c>.neuralnets-*.tmp</c>): a writer that is disposed without <see cref="Complete"/> deletes them, and those that a killed process
/// leaves behind are deleted by the next writer of the same file.
/// </para>
/// <para>A sample that is refused with an <see cref="ArgumentException"/> is not added, and others may follow. After an
/// <see cref="IOException"/> the writer can only be disposed. Use it from one thread at a time. Adding does not allocate.</para>
/// </remarks>
/// <typeparam name="T">The type of features and values that are numbers: <see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed class DatasetWriter<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The length of all that comes before the features, which so begin with a page.</summary>
    internal const int HeaderLength = 4096;

    private const int Alignment = 8;

    private readonly PendingFile _file;
    private readonly int _classCount; // 0: the targets are values
    private readonly int _valueCount;
    private readonly PixelScaling _scaling;
    private readonly TensorStream _features;
    private readonly TensorStream _targets;
    private TensorStream? _weights;
    private bool _areBytes;
    private double _largest;
    private double _weightSum;
    private State _state;

    internal DatasetWriter(string path, int featureCount, int classCount, int valueCount, PixelScaling scaling)
    {
        FeatureCount = featureCount;
        _classCount = classCount;
        _valueCount = valueCount;
        _scaling = scaling;
        _file = AtomicFile.Begin(path);
        try
        {
            _file.Stream.Write(new byte[HeaderLength]);
            _features = new TensorStream(_file.Stream);
            _targets = new TensorStream(_file.CreateScratch());
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    private enum State
    {
        Open,
        Failed,
        Completed,
        Disposed,
    }

    /// <summary>The number of features of a sample.</summary>
    public int FeatureCount { get; }

    /// <summary>The number of samples that were added.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a sample of a class.</summary>
    /// <param name="features"><see cref="FeatureCount"/> finite numbers.</param>
    /// <param name="label">The class, 0 … classes−1.</param>
    /// <param name="weight">How much the sample counts, finite and not negative; null, as for all samples, if all count the same.</param>
    /// <exception cref="ArgumentException">There are not <see cref="FeatureCount"/> features, one is NaN, infinite or a byte above the
    /// maximum of the scaling, the label or the weight is out of range, or the sample is of another kind than those before: numbers after
    /// bytes, or a weight after none. </exception>
    /// <exception cref="InvalidOperationException">The file has values instead of labels, has as many samples as a data set may have, was
    /// completed, or could not be written.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="ObjectDisposedException">The writer was disposed.</exception>
    public void Add(ReadOnlySpan<T> features, int label, double? weight = null)
    {
        CheckNumbers(features, out double largest);
        CheckLabel(label);
        Add(features, label, [], largest, weight);
    }

    /// <summary>Adds a sample of a class whose features are bytes.</summary>
    /// <param name="features"><see cref="FeatureCount"/> bytes.</param>
    /// <param name="label">The class, 0 … classes−1.</param>
    /// <param name="weight">How much the sample counts, finite and not negative; null, as for all samples, if all count the same.</param>
    /// <inheritdoc cref="Add(ReadOnlySpan{T}, int, double?)" path="/exception"/>
    public void Add(ReadOnlySpan<byte> features, int label, double? weight = null)
    {
        CheckBytes(features);
        CheckLabel(label);
        Add(features, label, [], largest: 0, weight);
    }

    /// <summary>Adds a sample with its values.</summary>
    /// <param name="features"><see cref="FeatureCount"/> finite numbers.</param>
    /// <param name="values">Finite numbers, as many for each sample.</param>
    /// <param name="weight">How much the sample counts, finite and not negative; null, as for all samples, if all count the same.</param>
    /// <exception cref="ArgumentException">There are not <see cref="FeatureCount"/> features or not as many values as there should be, a
    /// number is NaN or infinite, a byte is above the maximum of the scaling, the weight is out of range, or the sample is of another kind
    /// than those before: numbers after bytes, or a weight after none.</exception>
    /// <exception cref="InvalidOperationException">The file has labels instead of values, has as many samples as a data set may have, was
    /// completed, or could not be written.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="ObjectDisposedException">The writer was disposed.</exception>
    public void Add(ReadOnlySpan<T> features, ReadOnlySpan<T> values, double? weight = null)
    {
        CheckNumbers(features, out double largest);
        CheckValues(values);
        Add(features, label: 0, values, largest, weight);
    }

    /// <summary>Adds a sample with its values whose features are bytes.</summary>
    /// <param name="features"><see cref="FeatureCount"/> bytes.</param>
    /// <param name="values">Finite numbers, as many for each sample.</param>
    /// <param name="weight">How much the sample counts, finite and not negative; null, as for all samples, if all count the same.</param>
    /// <inheritdoc cref="Add(ReadOnlySpan{T}, ReadOnlySpan{T}, double?)" path="/exception"/>
    public void Add(ReadOnlySpan<byte> features, ReadOnlySpan<T> values, double? weight = null)
    {
        CheckBytes(features);
        CheckValues(values);
        Add(features, label: 0, values, largest: 0, weight);
    }

    /// <summary>Flushes all that was added to the disk, and puts the file in its place. Nothing can be added after that.</summary>
    /// <exception cref="InvalidOperationException">No sample was added, all weights are 0 or their sum is infinite, or the file was
    /// completed before or could not be written.</exception>
    /// <exception cref="IOException">The file cannot be written, or not be put in its place.</exception>
    /// <exception cref="ObjectDisposedException">The writer was disposed.</exception>
    public void Complete()
    {
        CheckOpen();
        if (Count == 0)
        {
            throw new InvalidOperationException("A data set needs at least one sample, but none was added.");
        }

        if (_weights is not null && !(double.IsFinite(_weightSum) && _weightSum / Count > 0))
        {
            throw new InvalidOperationException(FormattableString.Invariant(
                $"Weights must have a finite sum and a mean above 0, but the sum of these {Count} is {_weightSum}."));
        }

        _state = State.Failed; // Unless all goes well.
        WriteRest();
        try
        {
            _file.Commit();
        }
        catch (CannotReplaceException exception)
        {
            throw new IOException($"The file could be written, but not be put in its place: {exception.Message}", exception);
        }

        Dispose();
        _state = State.Completed;
    }

    /// <summary>Deletes what was written, unless <see cref="Complete"/> has made a file of it.</summary>
    public void Dispose()
    {
        if (_state is State.Completed or State.Disposed)
        {
            return;
        }

        _state = State.Disposed;
        _features?.Dispose();
        foreach (TensorStream? scratch in (TensorStream?[])[_targets, _weights])
        {
            scratch?.Dispose();
            scratch?.Stream.Dispose();
        }

        _file.Dispose();
    }

    private static string Dtype => LayerTensors.Dtype<T>();

    private bool AreLabels => _classCount > 0;

    private void Add<TFeature>(ReadOnlySpan<TFeature> features, int label, ReadOnlySpan<T> values, double largest, double? weight)
        where TFeature : unmanaged
    {
        if (Count == Array.MaxLength || (long)(Count + 1) * _valueCount > Array.MaxLength)
        {
            throw new InvalidOperationException(
                $"A data set has at most {Array.MaxLength} samples and values of samples, but {Count} samples were added before.");
        }

        CheckWeight(weight);
        _state = State.Failed; // Unless all goes well.
        _features.Append(features);
        if (AreLabels)
        {
            _targets.Append<int>(new(ref label));
        }
        else
        {
            _targets.Append(values);
        }

        if (weight is { } known)
        {
            _weights ??= new TensorStream(_file.CreateScratch());
            _weights.Append<double>(new(ref known));
            _weightSum += known;
        }

        _areBytes = typeof(TFeature) == typeof(byte);
        _largest = Math.Max(_largest, largest);
        Count++;
        _state = State.Open;
    }

    /// <summary>Writes what follows the features, and then the header, for which there is room before them.</summary>
    private void WriteRest()
    {
        var metadata = new Dictionary<string, string>
        {
            ["format"] = "pt", // Other readers expect it: tensors as PyTorch has them.
            ["neuralnets.version"] = LibraryVersion.Text,
            [DatasetDescription.Key] = new DatasetDescription(
                AreLabels ? _classCount : null, _areBytes ? _scaling : null, _areBytes ? null : _largest).ToJson(),
        };
        var tensors = new List<SafetensorsTensor>();
        string features = _areBytes ? "U8" : Dtype;
        Take(DatasetTensors.FeaturesName, features, [Count, FeatureCount], _features);
        int padding = (int)(-_file.Stream.Position & (Alignment - 1));
        if (padding > 0)
        {
            _file.Stream.Write(new byte[padding]);
            tensors.Add(Written(DatasetTensors.PaddingName, "U8", [padding]));
        }

        if (_weights is not null)
        {
            Take(DatasetTensors.WeightsName, "F64", [Count], _weights);
        }

        if (AreLabels)
        {
            Take(DatasetTensors.LabelsName, "I32", [Count], _targets);
        }
        else
        {
            Take(DatasetTensors.ValuesName, Dtype, [Count, _valueCount], _targets);
        }

        OwnMetadata.Seal(metadata);
        _file.Stream.Position = 0;
        _file.Stream.Write(SafetensorsWriter.Header(metadata, tensors, HeaderLength));

        void Take(string name, string dtype, long[] shape, TensorStream written)
        {
            metadata[DatasetDescription.Sha256Key(name)] = written.Finish();
            tensors.Add(Written(name, dtype, shape));
            if (written.Stream != _file.Stream)
            {
                written.Stream.Position = 0;
                written.Stream.CopyTo(_file.Stream);
            }
        }

        static SafetensorsTensor Written(string name, string dtype, long[] shape) => new(name, dtype, shape, _ => { });
    }

    private void CheckBytes(ReadOnlySpan<byte> features)
    {
        CheckKind(features.Length, areBytes: true, nameof(features));
        _scaling.Check(features, FeatureCount, nameof(features), Count);
    }

    private void CheckNumbers(ReadOnlySpan<T> features, out double largest)
    {
        CheckKind(features.Length, areBytes: false, nameof(features));
        largest = Magnitude.Max(features);
        if (!double.IsFinite(largest))
        {
            ThrowNotFinite(features, "Features", "feature", nameof(features));
        }
    }

    private void CheckKind(int length, bool areBytes, string parameter)
    {
        CheckOpen();
        if (length != FeatureCount)
        {
            throw new ArgumentException(
                $"A sample needs {FeatureCount} features, but sample {Count} has {length}.{Requirements.NullHint(length)}", parameter);
        }

        if (Count > 0 && areBytes != _areBytes)
        {
            throw new ArgumentException(
                $"The features of all samples must be of the same kind, but those of the {Count} before are "
                + $"{(_areBytes ? "bytes" : "numbers")}, and those of sample {Count} are {(areBytes ? "bytes" : "numbers")}.",
                parameter);
        }
    }

    private void CheckLabel(int label)
    {
        if (!AreLabels)
        {
            throw new InvalidOperationException(
                $"The file was begun for {_valueCount} values per sample, but sample {Count} has a label. "
                + $"{nameof(DatasetFile)}.{nameof(DatasetFile.Create)} begins one for labels.");
        }

        if ((uint)label >= (uint)_classCount)
        {
            throw new ArgumentOutOfRangeException(
                nameof(label), label, $"Labels must be between 0 and {_classCount - 1}, but sample {Count} has label {label}.");
        }
    }

    private void CheckValues(ReadOnlySpan<T> values)
    {
        if (AreLabels)
        {
            throw new InvalidOperationException(
                $"The file was begun for labels of {_classCount} classes, but sample {Count} has values. "
                + $"{nameof(DatasetFile)}.{nameof(DatasetFile.CreateForValues)} begins one for values.");
        }

        if (values.Length != _valueCount)
        {
            throw new ArgumentException(
                $"A sample needs {_valueCount} values, but sample {Count} has {values.Length}.{Requirements.NullHint(values.Length)}",
                nameof(values));
        }

        if (!double.IsFinite(Magnitude.Max(values)))
        {
            ThrowNotFinite(values, "Values", "value", nameof(values));
        }
    }

    private void CheckWeight(double? weight)
    {
        if (Count > 0 && weight is null != _weights is null)
        {
            throw new ArgumentException(
                $"All samples must have a weight, or none, but the {Count} before have {(_weights is null ? "none" : "one")}, and sample "
                + $"{Count} has {(weight is null ? "none" : "one")}.",
                nameof(weight));
        }

        if (weight is { } known && !(known >= 0 && double.IsFinite(known)))
        {
            throw new ArgumentOutOfRangeException(
                nameof(weight),
                known,
                FormattableString.Invariant($"Weights must be finite and not negative, but that of sample {Count} is {known}."));
        }
    }

    private void CheckOpen()
    {
        ObjectDisposedException.ThrowIf(_state == State.Disposed, this);
        if (_state != State.Open)
        {
            throw new InvalidOperationException(_state == State.Completed
                ? "Nothing can be added to a file that was completed: begin another one."
                : "The file could not be written, and so cannot be continued: begin another one.");
        }
    }

    [DoesNotReturn]
    private void ThrowNotFinite(ReadOnlySpan<T> numbers, string all, string one, string parameter)
    {
        int i = 0;
        while (T.IsFinite(numbers[i]))
        {
            i++;
        }

        throw new ArgumentException(
            FormattableString.Invariant($"{all} must be finite, but {one} {i} of sample {Count} is {numbers[i]}."), parameter);
    }
}
