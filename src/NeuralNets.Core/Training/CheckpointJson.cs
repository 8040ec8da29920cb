using System.Numerics;
using System.Text;
using System.Text.Json;
using NeuralNets.Core.Data;
using NeuralNets.Core.Losses;
using NeuralNets.Core.Optimizers;
using NeuralNets.Core.Serialization;

namespace NeuralNets.Core.Training;

/// <summary>What a checkpoint says of training in its metadata: the settings, and how far it has come.</summary>
/// <param name="Settings">The settings.</param>
/// <param name="EpochsCompleted">The number of epochs completed.</param>
/// <param name="UpdateCount">The number of updates so far.</param>
/// <param name="TensorsSha256">The SHA-256 of the tensors beside the parameters; null in a file of format 1, which has none.</param>
/// <param name="TrainingSet">The fingerprint of the training set.</param>
internal sealed record CheckpointJson<T>(
    TrainingSettings<T> Settings, int EpochsCompleted, long UpdateCount, string? TensorsSha256, DatasetFingerprint? TrainingSet)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Format = 2; // Format 1 has no history and no optimizer.

    /// <summary>Describes the training of a trainer.</summary>
    public static string Describe(GradientDescentTrainer<T> trainer, string tensorsSha256) =>
        Encoding.UTF8.GetString(StrictJson.Write(json =>
        {
            TrainingSettings<T> settings = trainer.SettingsInUse;
            json.WriteNumber("format", Format);
            json.WriteNumber("epochsCompleted", trainer.EpochsCompleted);
            json.WriteNumber("seed", unchecked((ulong)settings.Seed));
            json.WriteNumber("learningRate", settings.LearningRate);
            if (settings.BatchSize is { } size)
            {
                json.WriteNumber("batchSize", size);
            }
            else
            {
                json.WriteNull("batchSize");
            }

            Write(json, "loss", LossCatalog<T>.Describe(settings.Loss)); // The caller sets a custom one again.
            json.WriteString("optimizer", settings.Optimizer.Name);
            json.WriteNumber("updates", trainer.State.UpdateCount);
            json.WriteString("tensors", tensorsSha256);
            DatasetFingerprint? trainingSet = trainer.TrainingSet;
            json.WriteString("trainingSet", trainingSet?.Sha256);
            if (trainingSet is not null)
            {
                json.WriteNumber("trainingSetVersion", trainingSet.Version);
            }
        }));

    /// <summary>Reads a description.</summary>
    /// <exception cref="InvalidDataException">It is not one.</exception>
    public static CheckpointJson<T> Read(JsonFields fields, Optimizer? customOptimizer)
    {
        bool isFirstFormat = fields.PositiveInteger("format") == 1;
        if (!isFirstFormat)
        {
            fields.CheckFormat(Format);
        }

        double rate = fields.Number("learningRate");
        if (!TrainingSettings<T>.IsLearningRate(rate))
        {
            throw fields.Error(FormattableString.Invariant($"must have a positive and finite learningRate, but has {rate}"));
        }

        var settings = new TrainingSettings<T>
        {
            Optimizer = isFirstFormat ? new Sgd() : ReadOptimizer(fields, customOptimizer),
            OwnLearningRate = rate,
            BatchSize = fields.IsNull("batchSize") ? null : fields.PositiveInteger("batchSize"),
            Seed = unchecked((long)fields.UnsignedInteger("seed")),
            Loss = ReadLoss(fields),
        };
        return new CheckpointJson<T>(
            settings,
            fields.NonNegativeInteger("epochsCompleted"),
            isFirstFormat ? 0 : fields.NonNegativeInt64("updates"),
            isFirstFormat ? null : fields.Text("tensors"),
            fields.IsNull("trainingSet") ? null : new DatasetFingerprint(ReadFingerprintVersion(fields), fields.Text("trainingSet")));
    }

    private static void Write(Utf8JsonWriter json, string name, SavedSetting? setting)
    {
        if (setting is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        json.WriteString("name", setting.Name);
        foreach ((string key, double[] values) in setting.Numbers)
        {
            if (values is [var value])
            {
                json.WriteNumber(key, value);
                continue;
            }

            json.WriteStartArray(key);
            foreach (double number in values)
            {
                json.WriteNumberValue(number);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static ILoss<T>? ReadLoss(JsonFields fields)
    {
        const string Offset = "costOffset"; // in files from before there were other losses than cross-entropy
        if (!fields.Has(Offset))
        {
            return fields.IsNull("loss") ? null : Create(fields, fields.Setting("loss"), LossCatalog<T>.Create);
        }

        return fields.IsNull(Offset)
            ? null
            : Create(fields, new("CrossEntropy", ("offset", [fields.Number(Offset)]), ("labelSmoothing", [0])), LossCatalog<T>.Create);
    }

    private static TSetting Create<TSetting>(JsonFields fields, SavedSetting saved, Func<SavedSetting, TSetting> create)
    {
        try
        {
            return create(saved);
        }
        catch (ArgumentException exception)
        {
            throw fields.Error($"has a setting that is not one ({exception.Message.TrimEnd('.')})");
        }
    }

    private static Optimizer ReadOptimizer(JsonFields fields, Optimizer? custom)
    {
        string name = fields.Text("optimizer");
        Optimizer[] known = custom is null ? [.. OptimizerCatalog.All] : [.. OptimizerCatalog.All, custom];
        return known.FirstOrDefault(optimizer => optimizer.Name == name)
            ?? throw fields.Error($"must have an optimizer that is known, but has {StrictJson.Quote(name)}");
    }

    private static int ReadFingerprintVersion(JsonFields fields)
    {
        const string Name = "trainingSetVersion";
        if (!fields.Has(Name))
        {
            return DatasetFingerprint.Sampled; // A file from before there was another.
        }

        int version = fields.PositiveInteger(Name);
        return version is DatasetFingerprint.Sampled or DatasetFingerprint.Full
            ? version
            : throw fields.Error($"must have {Name} {DatasetFingerprint.Sampled} or {DatasetFingerprint.Full}, those that this version "
                + $"of the library knows, but has {version}");
    }
}
