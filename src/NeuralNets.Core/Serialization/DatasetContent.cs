using System.Numerics;
using NeuralNets.Core.Data;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Serialization;

/// <summary>A file of a data set that was checked, with all that was read of it: everything but the features.</summary>
/// <param name="File">The file.</param>
/// <param name="Tensors">Its tensors.</param>
/// <param name="Targets">What was read.</param>
/// <param name="Scaling">What becomes of features that are bytes.</param>
/// <param name="Largest">No feature that is a number is larger in absolute value.</param>
internal sealed record DatasetContent<T>(
    SafetensorsReader File, DatasetTensors Tensors, Targets<T> Targets, PixelScaling Scaling, double Largest)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private bool AreBytes => Tensors.Features.Dtype == "U8";

    /// <summary>Reads and checks a file.</summary>
    /// <param name="stream">A stream that can seek.</param>
    /// <param name="name">Its name in messages.</param>
    /// <param name="classCount">The number of classes, if the caller knows it.</param>
    /// <param name="scaling">What becomes of bytes, if the caller knows it.</param>
    /// <param name="isOwn">Whether the file must be from here.</param>
    /// <exception cref="ArgumentException">The caller and the file do not agree, or neither knows the number of classes.</exception>
    /// <exception cref="InvalidDataException">It is not such a file.</exception>
    public static DatasetContent<T> Read(Stream stream, string name, int? classCount, PixelScaling? scaling, bool isOwn = false)
    {
        var file = new SafetensorsReader(stream, name);
        DatasetDescription? description = DatasetDescription.Of(file);
        DatasetTensors tensors = DatasetTensors.Find<T>(file);
        if (description is null)
        {
            if (isOwn)
            {
                file.Throw($"the metadata must have {DatasetDescription.Key} and checksums, which this library writes, but has not: there "
                    + "is nothing to check the file against.");
            }

            return ReadOther(file, tensors, classCount, scaling);
        }

        bool areBytes = tensors.Features.Dtype == "U8";
        if (tensors.AreLabels != description.ClassCount is not null
            || areBytes != description.Scaling is not null
            || areBytes != description.Largest is null)
        {
            file.Throw($"{DatasetDescription.Key} must have classes for labels, and scaling for bytes or largest for numbers, but is "
                + $"{StrictJson.Quote(description.ToJson())} for {tensors.Features} and {StrictJson.Quote(tensors.Targets.Name)}.");
        }

        CheckAgrees(file, "number of classes", classCount, description.ClassCount, nameof(classCount));
        CheckAgrees(file, "scaling", scaling, description.Scaling, nameof(scaling));
        return new DatasetContent<T>(
            file,
            tensors,
            tensors.ReadTargets<T>(file, description.ClassCount ?? 0),
            description.Scaling ?? PixelScaling.UnitInterval,
            description.Largest ?? 0);
    }

    /// <summary>Returns the data set.</summary>
    /// <param name="stream">The file, which the data set takes over.</param>
    /// <exception cref="InvalidDataException">The file has become shorter.</exception>
    public Dataset<T> Map(FileStream stream)
    {
        long start = File.OffsetOf(Tensors.Features);
        long end = start + ((long)Tensors.Count * Tensors.RowLength);
        if (stream.Length < end)
        {
            File.Throw($"the features must end within the file, but end after {end} bytes, and the file now has {stream.Length}: it was "
                + "cut short while it was opened.");
        }

        var rows = new MappedRows(new MappedMemory(stream, end), File.Name, start, Tensors.RowLength);
        return Dataset<T>.FromSource(Source(rows), Targets);
    }

    private static DatasetContent<T> ReadOther(SafetensorsReader file, DatasetTensors tensors, int? classCount, PixelScaling? scaling)
    {
        if (tensors.AreLabels && classCount is null)
        {
            throw new ArgumentException(
                $"{file.Name}: the file has labels, but does not say of how many classes, since it is not from this library: give "
                + $"{nameof(classCount)}.",
                nameof(classCount));
        }

        if (!tensors.AreLabels)
        {
            CheckAgrees(file, "number of classes", classCount, null, nameof(classCount));
        }

        bool areBytes = tensors.Features.Dtype == "U8";
        if (!areBytes)
        {
            CheckAgrees(file, "scaling", scaling, null, nameof(scaling));
        }

        Targets<T> targets = tensors.ReadTargets<T>(file, classCount ?? 0);
        var scan = new FeatureScan(file, tensors);
        double largest = areBytes ? 0 : scan.Run(hash: null);
        if (areBytes)
        {
            scan.Check(scaling ?? PixelScaling.UnitInterval);
        }

        return new DatasetContent<T>(file, tensors, targets, scaling ?? PixelScaling.UnitInterval, largest);
    }

    private static void CheckAgrees<TSetting>(
        SafetensorsReader file, string what, TSetting? given, TSetting? actual, string parameter)
        where TSetting : struct
    {
        if (given is { } value && !value.Equals(actual))
        {
            throw new ArgumentException(
                $"{file.Name}: the {what} must be that of the file, {actual?.ToString() ?? "which has none"}, but was {value}. It need not "
                + "be given.",
                parameter);
        }
    }

    private FeatureSource<T> Source(MappedRows rows) => AreBytes
        ? new MappedBytes<T>(rows, Tensors.FeatureCount, Scaling)
        : Tensors.Features.Dtype == "F32"
        ? new MappedNumbers<T, float>(rows, Tensors.FeatureCount, Largest)
        : new MappedNumbers<T, double>(rows, Tensors.FeatureCount, Largest);
}
