using System.Numerics;
using System.Security.Cryptography;
using NeuralNets.Core.Data;

namespace NeuralNets.Core.Serialization;

/// <summary>Data sets in files, whose features stay there: a set may be larger than memory.</summary>
/// <remarks>
/// <para>
/// A file is a safetensors file, which other programs read and write, too: <c>features</c> [samples, features] U8, F32 or F64, beginning
/// with a page of the file; <c>labels</c> [samples] I32 or <c>values</c> [samples, values] F32 or F64; <c>weights</c> [samples] F64 if
/// there are any; and up to seven bytes of <c>padding</c> after the features. Its metadata has the number of classes, the scaling of bytes,
/// the largest absolute value of features that are numbers (<c>neuralnets.dataset</c>, JSON), the version of the library
/// (<c>neuralnets.version</c>), and the SHA-256 of each tensor (<c>neuralnets.features.sha256</c>, …) and of these texts
/// (<c>neuralnets.metadata.sha256</c>).
/// </para>
/// <para>
/// <see cref="Open"/> maps the file into memory and reads targets and weights (4 bytes per label), but not the features: those of a file
/// from here were checked when they were written, and the metadata says so. Targets, weights and metadata are checked against their
/// checksums each time, features only by <see cref="Verify(string)"/>, which reads them all. A number that is NaN, infinite or beyond the
/// bound in the metadata is found when its sample is read, during training or prediction, by an <see cref="InvalidDataException"/>.
/// </para>
/// <para>
/// Training on such a set gives the same bits as on the same samples in memory, and a checkpoint of either continues with the other. The
/// first checkpoint reads all features once, since it has a hash of them. Mini-batches are drawn in random order, and so read a large file
/// at random places: what the system cannot keep in memory comes from the disk again in each epoch.
/// </para>
/// <para>
/// There is nothing to dispose: the file is closed when the set and all parts of it are garbage. Until then it must not be changed in
/// place; it may be deleted or replaced as a whole (on Windows, it may not). If another program cuts it short in place, reading beyond the
/// new end ends the process.
/// </para>
/// </remarks>
public static class DatasetFile
{
    /// <summary>Begins a file of samples with class labels, which are added one at a time.</summary>
    /// <param name="path">The file; its folder must exist. Symbolic links are followed.</param>
    /// <param name="featureCount">The number of features of a sample.</param>
    /// <param name="classCount">The number of classes, 2 for yes or no.</param>
    /// <param name="scaling">What number a byte becomes, if the features will be bytes.</param>
    /// <returns>The writer. Nothing is at <paramref name="path"/> before its <see cref="DatasetWriter{T}.Complete"/>.</returns>
    /// <exception cref="ArgumentException"><paramref name="path"/> is null or empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="featureCount"/> is not positive or a sample takes more bytes than an
    /// array has, or <paramref name="classCount"/> is less than 2.</exception>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    /// <exception cref="IOException">It is a folder, a pipe or a device, or cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be written, or a new one must not be made.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public static DatasetWriter<T> Create<T>(
        string path, int featureCount, int classCount, PixelScaling scaling = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        CheckRows<T>(path, featureCount);
        Requirements.CheckSoftmaxClasses(classCount, nameof(classCount));
        return new DatasetWriter<T>(path, featureCount, classCount, valueCount: 0, scaling);
    }

    /// <summary>Begins a file of samples with values, which are added one at a time.</summary>
    /// <param name="path">The file; its folder must exist. Symbolic links are followed.</param>
    /// <param name="featureCount">The number of features of a sample.</param>
    /// <param name="valueCount">The number of values of a sample.</param>
    /// <param name="scaling">What number a byte becomes, if the features will be bytes.</param>
    /// <returns>The writer. Nothing is at <paramref name="path"/> before its <see cref="DatasetWriter{T}.Complete"/>.</returns>
    /// <exception cref="ArgumentException"><paramref name="path"/> is null or empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A count is not positive, or a sample takes more bytes than an array has.</exception>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    /// <exception cref="IOException">It is a folder, a pipe or a device, or cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be written, or a new one must not be made.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public static DatasetWriter<T> CreateForValues<T>(
        string path, int featureCount, int valueCount = 1, PixelScaling scaling = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        CheckRows<T>(path, featureCount);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(valueCount);
        return new DatasetWriter<T>(path, featureCount, classCount: 0, valueCount, scaling);
    }

    /// <summary>Writes a data set: bytes as bytes, numbers in the type of the set, in the order of the set.</summary>
    /// <param name="path">The file; its folder must exist. Symbolic links are followed. A file that is there is replaced as a whole.
    /// </param>
    /// <param name="data">The data set.</param>
    /// <exception cref="ArgumentException"><paramref name="path"/> is null or empty.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="data"/> is null.</exception>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    /// <exception cref="IOException">It is a folder, a pipe or a device, or cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be written, or a new one must not be made.</exception>
    public static void Save<T>(string path, Dataset<T> data)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(data);
        PixelScaling scaling = data.Scaling ?? PixelScaling.UnitInterval;
        using DatasetWriter<T> writer = data.ClassCount > 0
            ? Create<T>(path, data.FeatureCount, data.ClassCount, scaling)
            : CreateForValues<T>(path, data.FeatureCount, data.ValueCount, scaling);
        byte[] bytes = new byte[data.Scaling is null ? 0 : data.FeatureCount];
        T[] numbers = new T[data.Scaling is null ? data.FeatureCount : 0];
        for (int i = 0; i < data.Count; i++)
        {
            double? weight = data.Weights.IsEmpty ? null : data.Weights[i];
            ReadOnlySpan<T> values = data.Values.Slice(i * data.ValueCount, data.ValueCount);
            if (data.Scaling is null)
            {
                data.Gather(i, numbers);
                if (data.ClassCount > 0)
                {
                    writer.Add(numbers, data.Labels[i], weight);
                }
                else
                {
                    writer.Add(numbers, values, weight);
                }
            }
            else
            {
                data.ReadBytes(i, bytes);
                if (data.ClassCount > 0)
                {
                    writer.Add(bytes, data.Labels[i], weight);
                }
                else
                {
                    writer.Add(bytes, values, weight);
                }
            }
        }

        writer.Complete();
    }

    /// <summary>Opens a file as a data set, whose features stay in the file.</summary>
    /// <param name="path">The file: from here, or a safetensors file of another program with the same tensors, whose features may also be
    /// images, [samples, rows, columns], and its labels U8 or I64. Features of another program that are numbers are read once.</param>
    /// <param name="classCount">The number of classes of labels of another program. A file from here knows it.</param>
    /// <param name="scaling">What number a byte of another program becomes, <see cref="PixelScaling.UnitInterval"/> unless given. A file
    /// from here knows it.</param>
    /// <returns>The data set, in the order of the file. It is used as any other, from any thread.</returns>
    /// <exception cref="ArgumentException"><paramref name="path"/> is null or empty, or the labels are another program's and
    /// <paramref name="classCount"/> is null, or an argument is not what the file says.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="classCount"/> is less than 2.</exception>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    /// <exception cref="InvalidDataException">It is not such a file, was cut short or is damaged, has doubles that are to be floats, or has
    /// a number that is NaN or infinite, as far as is known without reading the features of a file from here.</exception>
    /// <exception cref="IOException">It is a folder or a pipe, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be read.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public static Dataset<T> Open<T>(string path, int? classCount = null, PixelScaling? scaling = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ElementType.Check<T>();
        CheckArguments(classCount);
        FileStream stream = OpenFile(path);
        try
        {
            DatasetContent<T> content = DatasetContent<T>.Read(stream, path, classCount, scaling);
            return content.Map(stream);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Reads the whole file, and checks all that it holds against its checksums.</summary>
    /// <param name="path">A file from here.</param>
    /// <exception cref="ArgumentException"><paramref name="path"/> is null or empty.</exception>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    /// <exception cref="InvalidDataException">It is not a file from here, or is damaged.</exception>
    /// <exception cref="IOException">It is a folder or a pipe, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be read.</exception>
    public static void Verify(string path)
    {
        using FileStream stream = OpenFile(path);
        Verify(stream, path);
    }

    /// <inheritdoc cref="Verify(string)"/>
    internal static void Verify(Stream stream, string name)
    {
        DatasetContent<double> content = DatasetContent<double>.Read(stream, name, classCount: null, scaling: null, isOwn: true);
        SafetensorsReader file = content.File;
        string key = DatasetDescription.Sha256Key(DatasetTensors.FeaturesName);
        if (!file.Metadata.TryGetValue(key, out string? expected))
        {
            file.Throw($"the metadata must have {key} for the features to be checked, but has not.");
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        double largest = new FeatureScan(file, content.Tensors).Run(hash);
        DatasetTensors.CheckSha256(file, content.Tensors.Features, expected, Convert.ToHexStringLower(hash.GetHashAndReset()));
        if (largest > content.Largest)
        {
            file.Throw(FormattableString.Invariant(
                $"features must be from {-content.Largest} to {content.Largest}, as {DatasetDescription.Key} says, but reach {largest}."));
        }
    }

    /// <summary>Checks what is given to open a file.</summary>
    internal static void CheckArguments(int? classCount)
    {
        if (classCount is { } classes)
        {
            Requirements.CheckSoftmaxClasses(classes, nameof(classCount));
        }
    }

    private static FileStream OpenFile(string path)
    {
        FileStream stream = InputFile.Open(path, bufferSize: 1 << 16);
        if (!stream.CanSeek)
        {
            stream.Dispose();
            throw new IOException($"The file of a data set must be one that can seek, but '{path}' is a pipe: copy it to a file first.");
        }

        return stream;
    }

    private static void CheckRows<T>(string path, int featureCount)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ElementType.Check<T>();
        ArgumentException.ThrowIfNullOrEmpty(path);
        int maxCount = Array.MaxLength / (typeof(T) == typeof(float) ? sizeof(float) : sizeof(double));
        if (featureCount < 1 || featureCount > maxCount)
        {
            throw new ArgumentOutOfRangeException(
                nameof(featureCount), featureCount, $"The number of features must be between 1 and {maxCount}.");
        }

    }
}
