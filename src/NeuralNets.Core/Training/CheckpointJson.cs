using System.Numerics;
using System.Text;
using System.Text.Json;
using NeuralNets.Core.Data;
using NeuralNets.Core.Losses;
using NeuralNets.Core.Optimizers;
using NeuralNets.Core.Optimizers.Schedules;
using NeuralNets.Core.Serialization;

namespace NeuralNets.Core.Training;

/// <summary>What a checkpoint says of training in its metadata: the settings, and how far it has come.</summary>
/// <param name="Settings">The settings.</param>
/// <param name="EpochsCompleted">The number of epochs completed.</param>
/// <param name="LastUpdate">The numbers of the last update.</param>
/// <param name="Plateau">How far the reduction of the rate has come.</param>
/// <param name="Best">The smallest cost and the bad epochs of early stopping, and the best epoch; null without.</param>
/// <param name="TensorsSha256">The SHA-256 of the tensors beside the parameters; null in a file of format 1, which has none.</param>
/// <param name="TrainingSet">The fingerprint of the training set.</param>
internal sealed record CheckpointJson<T>(
    TrainingSettings<T> Settings,
    int EpochsCompleted,
    UpdateStep LastUpdate,
    PlateauState Plateau,
    (CostMonitor Monitor, int Epoch)? Best,
    string? TensorsSha256,
    DatasetFingerprint? TrainingSet)
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
            Write(json, "optimizer", settings.Optimizer.Saved);
            if (settings.Dropout is { } dropout)
            {
                json.WriteNumber("hiddenDropout", dropout.HiddenRate);
                json.WriteNumber("inputDropout", dropout.InputRate);
            }

            json.WriteNumber("l1", settings.L1);
            json.WriteNumber("l2", settings.L2);
            if (settings.MaxGradientNorm is { } norm)
            {
                json.WriteNumber("maxGradientNorm", norm);
            }

            Write(json, "schedule", settings.Schedule is { } schedule ? schedule.Saved ?? new MissingSchedule().Saved : null);
            Write(json, "reduceOnPlateau", settings.ReduceOnPlateau?.Saved);
            Write(json, "plateau", settings.ReduceOnPlateau is null ? null : Describe(trainer.Plateau.Monitor, "Plateau", [
                ("scale", [trainer.Plateau.Scale]), ("cooldown", [trainer.Plateau.Cooldown])]));
            Write(json, "earlyStopping", settings.EarlyStopping?.Saved);
            Write(json, "best", trainer.Best is not { } parameters ? null : Describe(parameters.Monitor, "Best", [
                ("epoch", [parameters.Epoch])]));
            UpdateStep last = trainer.State.LastUpdate;
            json.WriteNumber("updates", last.Number);
            json.WriteNumber("firstPower", last.FirstPower);
            json.WriteNumber("secondPower", last.SecondPower);
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
    public static CheckpointJson<T> Read(JsonFields fields, IReadOnlyList<CustomOptimizer> customOptimizers)
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
            Optimizer = isFirstFormat ? new Sgd() : ReadOptimizer(fields, customOptimizers),
            Dropout = fields.Has("hiddenDropout")
                ? new Dropout(ReadDropoutRate(fields, "hiddenDropout"), ReadDropoutRate(fields, "inputDropout"))
                : null,
            Schedule = ReadSetting(fields, "schedule", ScheduleCatalog.Create),
            ReduceOnPlateau = ReadSetting(fields, "reduceOnPlateau", ReduceOnPlateau.Create),
            EarlyStopping = ReadSetting(fields, "earlyStopping", EarlyStopping.Create),
            L1 = ReadFactor(fields, "l1"),
            L2 = ReadFactor(fields, "l2"),
            MaxGradientNorm = fields.Has("maxGradientNorm") && ReadFactor(fields, "maxGradientNorm") is > 0 and var norm ? norm : null,
            OwnLearningRate = rate,
            BatchSize = fields.IsNull("batchSize") ? null : fields.PositiveInteger("batchSize"),
            Seed = unchecked((long)fields.UnsignedInteger("seed")),
            Loss = ReadLoss(fields),
        };
        return new CheckpointJson<T>(
            settings,
            fields.NonNegativeInteger("epochsCompleted"),
            isFirstFormat ? new UpdateStep(0, 0) : ReadLastUpdate(fields),
            ReadSetting(fields, "plateau", ReadPlateau) ?? PlateauState.Start,
            ReadSetting(fields, "best", saved => ((CostMonitor, int)?)(ReadMonitor(saved), ToCount(saved, "epoch"))),
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

    private static SavedSetting Describe(CostMonitor monitor, string name, (string, double[])[] numbers) => new(
        name,
        [.. numbers, ("smallestCost", double.IsFinite(monitor.Best) ? [monitor.Best] : []), ("badEpochs", [monitor.BadEpochs])]);

    private static PlateauState? ReadPlateau(SavedSetting saved) => saved.Number("scale") is >= 0 and <= 1 and var scale
        ? new PlateauState(scale, ReadMonitor(saved), ToCount(saved, "cooldown"))
        : throw new ArgumentException(FormattableString.Invariant($"scale must be from 0 to 1, but is {saved.Number("scale")}"));

    private static CostMonitor ReadMonitor(SavedSetting saved) => new(
        saved.Values("smallestCost") is [var cost] ? cost : double.PositiveInfinity, ToCount(saved, "badEpochs"));

    private static int ToCount(SavedSetting saved, string key) =>
        saved.Number(key) is >= 0 and <= int.MaxValue and var value && value == Math.Floor(value)
            ? (int)value
            : throw new ArgumentException(FormattableString.Invariant($"{key} must be a non-negative integer, but is {saved.Number(key)}"));

    /// <summary>Returns a setting; its default where it is null or from before there was such a setting.</summary>
    private static TSetting? ReadSetting<TSetting>(JsonFields fields, string name, Func<SavedSetting, TSetting> create) =>
        !fields.Has(name) || fields.IsNull(name) ? default : Create(fields, fields.Setting(name), create);

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

    private static Optimizer ReadOptimizer(JsonFields fields, IReadOnlyList<CustomOptimizer> custom)
    {
        const string Name = "optimizer";

        // A name alone is in files from before there was more than plain descent.
        return fields.IsText(Name) && fields.Text(Name) == "Sgd"
            ? new Sgd()
            : Create(fields, fields.Setting(Name), saved => OptimizerCatalog.Create(saved, custom));
    }

    private static double ReadDropoutRate(JsonFields fields, string name) => fields.Number(name) is var rate && Dropout.IsRate(rate)
        ? rate
        : throw fields.Error(FormattableString.Invariant($"must have {name} from 0 to less than 1, but has {rate}"));

    private static double ReadFactor(JsonFields fields, string name)
    {
        double value = fields.Has(name) ? fields.Number(name) : 0;
        return TrainingSettings<T>.IsFactor(value)
            ? value
            : throw fields.Error(FormattableString.Invariant($"must have a non-negative number as {name}, but has {value}"));
    }

    private static UpdateStep ReadLastUpdate(JsonFields fields)
    {
        double Power(string name)
        {
            double value = fields.Has(name) ? fields.Number(name) : 1;
            return value is >= 0 and <= 1
                ? value
                : throw fields.Error(FormattableString.Invariant($"must have a number from 0 to 1 as {name}, but has {value}"));
        }

        return new UpdateStep(0, fields.NonNegativeInt64("updates"))
        {
            FirstPower = Power("firstPower"),
            SecondPower = Power("secondPower"),
        };
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
