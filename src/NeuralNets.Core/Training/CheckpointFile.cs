using System.Numerics;
using System.Text;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Data;
using NeuralNets.Core.Losses;
using NeuralNets.Core.Optimizers;
using NeuralNets.Core.Serialization;

namespace NeuralNets.Core.Training;

/// <summary>Saves and loads a network together with the state of its trainer, so that training can go on as if it had not
/// stopped.</summary>
/// <remarks>
/// <para>
/// A checkpoint is a file of <see cref="NetworkFile"/> that has the trainer's state in its metadata, too
/// (<c>neuralnets.training</c>, JSON): the number of epochs completed, the seed, the learning rate, the batch size, the loss
/// with its settings, and a fingerprint of the training set (the SHA-256 of its sizes, labels and features). That is all
/// that training with the managed kernels depends on, since the order of the samples is a function of the seed and the epoch: a
/// run that is killed, loaded and continued ends with the bits of one that was not. The state is among the texts of which the file
/// has a SHA-256, so a checkpoint that was damaged loads as it was saved or is refused. <see cref="NetworkFile"/> loads the network
/// alone.
/// </para>
/// <para>
/// The backend is not stored: a trainer that is loaded has the managed kernels until another
/// <see cref="GradientDescentTrainer{T}.Backend"/> is set, and with another one the bits of the continued run are that library's.
/// </para>
/// <para>
/// What the caller gives again: the training set, which <see cref="GradientDescentTrainer{T}.Fit"/> checks; a loss that is not the
/// library's, without which <see cref="GradientDescentTrainer{T}.Fit"/> refuses to run; the validation set and the handler of epochs;
/// and what does not change the result, such as <see cref="GradientDescentTrainer{T}.MaxDegreeOfParallelism"/> and
/// <see cref="GradientDescentTrainer{T}.Checkpoints"/>.
/// </para>
/// <para>
/// After a call of Fit that was cancelled, the parameters are those of some step within an epoch, and a checkpoint that is saved then
/// continues at the start of that epoch: not what an uninterrupted run gives. The checkpoints that the trainer writes itself are all
/// from the end of an epoch, and so are the parameters after a call that failed.
/// </para>
/// </remarks>
public static class CheckpointFile
{
    private const int Format = 2; // Format 1 has no history and no optimizer.
    private const string TrainingKey = "neuralnets.training";

    /// <summary>Saves a trainer and its network to a file. A regular file is replaced as a whole: whatever happens, there is the
    /// old one or the new one, as <see cref="NetworkFile.Save{T}(string, Network{T})"/> tells.</summary>
    /// <param name="path">The file; its folder must exist. Symbolic links are followed.</param>
    /// <param name="trainer">The trainer. It must not be training, except in a handler of epochs on this thread.</param>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty, an activation that is not this library's has no
    /// name (<see cref="object.ToString"/>) that can be saved, or the names and layers are more than a file may describe: a million
    /// characters.</exception>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    /// <exception cref="IOException">It is a folder or a socket, or cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be written, or a new one must not be made.</exception>
    public static void Save<T>(string path, GradientDescentTrainer<T> trainer)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(trainer);
        CheckpointTensors<T> tensors = CheckpointTensors<T>.Of(trainer);
        Dictionary<string, string> metadata = NetworkFile.Metadata(
            trainer.Network, (TrainingKey, Describe(trainer, tensors.ComputeSha256())));
        AtomicFile.Write(path, stream => SafetensorsWriter.Write(
            stream, metadata, [.. LayerTensors.Of(trainer.Network), .. tensors.ToWrite()]));
    }

    /// <summary>Loads a trainer and its network.</summary>
    /// <param name="path">A file that <see cref="Save"/> or a trainer has written; of a pipe, at most 2 GiB.</param>
    /// <param name="customActivations">The activations of the network that are not this library's, in any order: a layer gets the
    /// one whose name (<see cref="object.ToString"/>) is that in the file.</param>
    /// <returns>A trainer with a new network. It continues on the training set that it was trained on, and no other: to train the
    /// network on other data, give its network to a new trainer.</returns>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty, or two of <paramref name="customActivations"/> have the
    /// same name, or one has none that can be saved.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="path"/> or one of <paramref name="customActivations"/> is
    /// null.</exception>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    /// <exception cref="InvalidDataException">It is not a checkpoint of a network of <typeparamref name="T"/>, does not have the
    /// content that its checksums say, or has an activation that is not given.</exception>
    /// <exception cref="IOException">It is a folder, or cannot be read.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be read.</exception>
    public static GradientDescentTrainer<T> Load<T>(string path, IEnumerable<IActivation<T>>? customActivations = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using Stream stream = NetworkFile.Open(path);
        return Load(stream, path, customActivations);
    }

    internal static GradientDescentTrainer<T> Load<T>(
        Stream stream, string name, IEnumerable<IActivation<T>>? customActivations = null, Optimizer? customOptimizer = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ElementType.Check<T>();
        Dictionary<string, IActivation<T>> custom = NetworkFile.ByName(customActivations);
        SafetensorsReader file = NetworkFile.Read(stream, name);
        string? sha256 = OwnMetadata.Check(file);
        string what = $"{name}: {TrainingKey}";
        string text = NetworkFile.Metadata(file, TrainingKey);
        State<T> state = StrictJson.Parse(text, what, json => ReadState<T>(new JsonFields(json, what), customOptimizer));
        var trainer = new GradientDescentTrainer<T>(NetworkFile.ReadNetwork(file, custom, ElementConversion.None, sha256))
        {
            EpochsCompleted = state.EpochsCompleted,
            Seed = unchecked((long)state.Seed),
            LearningRate = state.LearningRate,
            BatchSize = state.BatchSize,
            Optimizer = state.Optimizer,
            TrainingSet = state.TrainingSet,
            IsResumed = true,
        };
        CheckpointLoss.Set(trainer, state.Loss, what);

        if (state.TensorsSha256 is { } tensors)
        {
            trainer.State = new OptimizerState<T>(trainer.Network, state.Optimizer) { UpdateCount = state.UpdateCount };
            CheckpointTensors<T>.Read(file, trainer, trainer.State, tensors);
        }

        return trainer;
    }

    private static string Describe<T>(GradientDescentTrainer<T> trainer, string tensorsSha256)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Encoding.UTF8.GetString(StrictJson.Write(json =>
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

            CheckpointLoss.Write(json, settings.Loss);
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

    private static State<T> ReadState<T>(JsonFields fields, Optimizer? customOptimizer)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
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

        return new State<T>(
            fields.NonNegativeInteger("epochsCompleted"),
            fields.UnsignedInteger("seed"),
            rate,
            fields.IsNull("batchSize") ? null : fields.PositiveInteger("batchSize"),
            CheckpointLoss.Read<T>(fields),
            isFirstFormat ? new Sgd() : ReadOptimizer(fields, customOptimizer),
            isFirstFormat ? 0 : fields.NonNegativeInt64("updates"),
            isFirstFormat ? null : fields.Text("tensors"),
            fields.IsNull("trainingSet") ? null : new DatasetFingerprint(ReadFingerprintVersion(fields), fields.Text("trainingSet")));
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

    /// <summary>What training depends on beside the parameters and the data.</summary>
    private sealed record State<T>(
        int EpochsCompleted,
        ulong Seed,
        double LearningRate,
        int? BatchSize,
        ILoss<T>? Loss,
        Optimizer Optimizer,
        long UpdateCount,
        string? TensorsSha256,
        DatasetFingerprint? TrainingSet)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}
