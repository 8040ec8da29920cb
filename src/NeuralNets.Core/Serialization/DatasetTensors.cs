using System.Numerics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using NeuralNets.Core.Data;

namespace NeuralNets.Core.Serialization;

/// <summary>The tensors of a data set: features [samples, features], labels [samples] or values [samples, values], and perhaps weights
/// [samples].</summary>
/// <param name="Features">U8, F32 or F64; the last dimensions of images count as one.</param>
/// <param name="Targets">Labels: U8, I32 or I64. Values: F32 or F64.</param>
/// <param name="Weights">F32 or F64, or null if all samples count the same.</param>
internal sealed record DatasetTensors(SafetensorsEntry Features, SafetensorsEntry Targets, SafetensorsEntry? Weights)
{
    public const string FeaturesName = "features";
    public const string LabelsName = "labels";
    public const string ValuesName = "values";
    public const string WeightsName = "weights";

    /// <summary>Bytes without a meaning, by which what follows is aligned.</summary>
    public const string PaddingName = "padding";

    private const int MaxDimensions = SafetensorsEntry.KeptDimensions - 1;

    /// <summary>The number of samples.</summary>
    public int Count => (int)Features.Shape[0];

    /// <summary>The number of features of a sample.</summary>
    public int FeatureCount => (int)Product(Features.Shape.AsSpan(1))!.Value;

    /// <summary>Whether the targets are class labels.</summary>
    public bool AreLabels => Targets.Name == LabelsName;

    /// <summary>The number of bytes of a sample's features.</summary>
    public int RowLength => FeatureCount * (SafetensorsEntry.BitsOf(Features.Dtype) / 8);

    /// <summary>Finds the tensors, and checks their types and shapes. Reads nothing yet.</summary>
    /// <exception cref="InvalidDataException">A tensor is not there, or not what it must be.</exception>
    public static DatasetTensors Find<T>(SafetensorsReader file)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        SafetensorsEntry features = file[FeaturesName];
        CheckDtype<T>(file, features, ["U8", "F32", "F64"]);
        if (features.Shape.Length is < 2 or > MaxDimensions || features.Shape.Contains(0))
        {
            file.Throw($"features must be [samples, features], both positive (images with up to {MaxDimensions} dimensions do, too), but "
                + $"are {features}.");
        }

        int size = SafetensorsEntry.BitsOf(features.Dtype) / 8;
        if (features.Shape[0] > Array.MaxLength || !(Product(features.Shape.AsSpan(1)) <= (ulong)(Array.MaxLength / size)))
        {
            file.Throw($"there must be at most {Array.MaxLength} samples of at most {Array.MaxLength} bytes each, but the features are "
                + $"{features}.");
        }

        if (file.Contains(LabelsName) == file.Contains(ValuesName))
        {
            file.Throw($"the file must have either the tensor {StrictJson.Quote(LabelsName)} or {StrictJson.Quote(ValuesName)}, but has "
                + $"{(file.Contains(LabelsName) ? "both" : "neither")}.");
        }

        SafetensorsEntry targets = file[file.Contains(LabelsName) ? LabelsName : ValuesName];
        CheckTargets<T>(file, features, targets);
        SafetensorsEntry? weights = file.Contains(WeightsName) ? file[WeightsName] : null;
        if (weights is not null)
        {
            CheckDtype<double>(file, weights, ["F32", "F64"]);
            CheckPerSample(file, features, weights, isVector: true);
        }

        return new DatasetTensors(features, targets, weights);
    }

    /// <summary>Reads the targets and the weights, and checks them.</summary>
    /// <param name="file">The file.</param>
    /// <param name="classCount">The number of classes of labels.</param>
    /// <exception cref="InvalidDataException">A label or number is not what it may be, or they are not those that were written.</exception>
    public Targets<T> ReadTargets<T>(SafetensorsReader file, int classCount)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Targets<T> targets = AreLabels
            ? Targets<T>.FromLabels(ReadLabels(file, classCount), classCount)
            : Targets<T>.FromValues(ReadNumbers<T>(file, Targets), (int)(Targets.Shape is [_, var values] ? values : 1));
        if (Weights is null)
        {
            return targets;
        }

        double[] weights = ReadNumbers<double>(file, Weights);
        double sum = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            sum += weights[i];
            if (weights[i] < 0)
            {
                file.Throw(FormattableString.Invariant($"weights must not be negative, but that of sample {i} is {weights[i]}."));
            }
        }

        if (!(double.IsFinite(sum) && sum / Count > 0))
        {
            file.Throw(FormattableString.Invariant($"weights must have a finite sum and a mean above 0, but the sum is {sum}."));
        }

        return targets.WithWeights(weights);
    }

    /// <summary>Checks a tensor that was read.</summary>
    /// <exception cref="InvalidDataException">It is not the one that was written.</exception>
    public static void CheckSha256(SafetensorsReader file, SafetensorsEntry entry, string expected, string actual)
    {
        if (actual != expected)
        {
            file.Throw($"{StrictJson.Quote(entry.Name)} must have the SHA-256 that {DatasetDescription.Sha256Key(entry.Name)} says, "
                + $"{StrictJson.Quote(expected)}, but has {actual}: the file is damaged, or the tensor was changed and the "
                + "metadata was not.");
        }
    }

    private static ulong? Product(ReadOnlySpan<long> dimensions)
    {
        ulong? product = 1;
        foreach (long dimension in dimensions)
        {
            product = SafetensorsEntry.Times(product, dimension);
        }

        return product;
    }

    private static void CheckTargets<T>(SafetensorsReader file, SafetensorsEntry features, SafetensorsEntry targets)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        bool areLabels = targets.Name == LabelsName;
        CheckDtype<T>(file, targets, areLabels ? ["U8", "I32", "I64"] : ["F32", "F64"]);
        CheckPerSample(file, features, targets, isVector: areLabels);
        if (!(Product(targets.Shape) is > 0 and var count && count <= (ulong)Array.MaxLength))
        {
            file.Throw($"there must be a target per sample, and at most {Array.MaxLength} in all, but {StrictJson.Quote(targets.Name)} is "
                + $"{targets}.");
        }
    }

    private static void CheckPerSample(SafetensorsReader file, SafetensorsEntry features, SafetensorsEntry tensor, bool isVector)
    {
        if (!(tensor.Shape.Length == 1 || (tensor.Shape.Length == 2 && !isVector)) || tensor.Shape[0] != features.Shape[0])
        {
            string shape = isVector ? "[samples]" : "[samples, values]";
            file.Throw($"{StrictJson.Quote(tensor.Name)} must be {shape} for the {features.Shape[0]} samples of the features, but is "
                + $"{tensor}.");
        }
    }

    private static void CheckDtype<T>(SafetensorsReader file, SafetensorsEntry tensor, ReadOnlySpan<string> allowed)
        where T : unmanaged
    {
        if (!allowed.Contains(tensor.Dtype))
        {
            file.Throw($"{StrictJson.Quote(tensor.Name)} must be {string.Join(", ", allowed[..^1].ToArray())} or {allowed[^1]}, but is "
                + $"{tensor}.");
        }

        if (tensor.Dtype == "F64" && typeof(T) == typeof(float))
        {
            file.Throw($"doubles must be opened as doubles, since floats would round them, but {StrictJson.Quote(tensor.Name)} is {tensor} "
                + "and was to be opened as floats.");
        }
    }

    private int[] ReadLabels(SafetensorsReader file, int classCount) => Targets.Dtype switch
    {
        "U8" => ReadLabels<byte>(file, classCount),
        "I32" => ReadLabels<int>(file, classCount),
        _ => ReadLabels<long>(file, classCount),
    };

    private int[] ReadLabels<TFile>(SafetensorsReader file, int classCount)
        where TFile : unmanaged, IBinaryInteger<TFile>
    {
        TFile[] read = Read<TFile>(file, Targets);
        int[] labels = read as int[] ?? new int[read.Length];
        for (int i = 0; i < read.Length; i++)
        {
            long label = long.CreateChecked(read[i]);
            if (label < 0 || label >= classCount)
            {
                file.Throw($"labels must be between 0 and {classCount - 1}, but sample {i} has label {label}.");
            }

            labels[i] = (int)label;
        }

        return labels;
    }

    private static T[] ReadNumbers<T>(SafetensorsReader file, SafetensorsEntry entry)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => entry.Dtype == "F32"
            ? ReadNumbers<float, T>(file, entry)
            : ReadNumbers<double, T>(file, entry);

    private static T[] ReadNumbers<TFile, T>(SafetensorsReader file, SafetensorsEntry entry)
        where TFile : unmanaged, IBinaryFloatingPointIeee754<TFile>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        TFile[] read = Read<TFile>(file, entry);
        T[] values = read as T[] ?? new T[read.Length];
        int perSample = (int)(entry.Shape is [_, var columns] ? columns : 1);
        for (int i = 0; i < read.Length; i++)
        {
            if (!TFile.IsFinite(read[i]))
            {
                file.Throw(FormattableString.Invariant(
                    $"{entry.Name} must be finite, but number {i % perSample} of sample {i / perSample} is {read[i]}."));
            }

            values[i] = T.CreateChecked(read[i]); // Exact: the type is not narrower.
        }

        return values;
    }

    /// <summary>Reads a tensor that is small enough, and checks it against its checksum if there is one.</summary>
    private static TFile[] Read<TFile>(SafetensorsReader file, SafetensorsEntry entry)
        where TFile : unmanaged
    {
        TFile[] values = new TFile[(entry.End - entry.Begin) / Unsafe.SizeOf<TFile>()];
        LittleEndian.Read<TFile>(file.Seek(entry), values);
        if (file.Metadata.TryGetValue(DatasetDescription.Sha256Key(entry.Name), out string? expected))
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            LittleEndian.Append<TFile>(hash, values);
            CheckSha256(file, entry, expected, Convert.ToHexStringLower(hash.GetHashAndReset()));
        }

        return values;
    }
}
