using System.Numerics;
using System.Text;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Losses;
using NeuralNets.Core.Training;

namespace NeuralNets.Core.Serialization;

/// <summary>Saves and loads a network together with the state of its trainer, so that training can go on as if it had not
/// stopped.</summary>
/// <remarks>
/// <para>
/// A checkpoint is a file of <see cref="NetworkFile"/> that has the trainer's state in its metadata, too
/// (<c>neuralnets.training</c>, JSON): the number of epochs completed, the seed, the learning rate, the batch size, the offset of
/// the loss, and a fingerprint of the training set (its sizes, its labels, and the features of up to 256 samples). That is all
/// that training with the managed kernels depends on, since the order of the samples is a function of the seed and the epoch: a
/// run that is killed, loaded and continued ends with the bits of one that was not. <see cref="NetworkFile"/> loads the network
/// alone.
/// </para>
/// <para>
/// The backend is not stored: a trainer that is loaded has the managed kernels until another
/// <see cref="GradientDescentTrainer{T}.Backend"/> is set, and with another one the bits of the continued run are that library's.
/// </para>
/// <para>
/// What the caller gives again: the training set, which <see cref="GradientDescentTrainer{T}.Fit"/> checks; the validation set
/// and the progress handler; and what does not change the result, such as <see cref="GradientDescentTrainer{T}.MaxWorkers"/> and
/// <see cref="GradientDescentTrainer{T}.Checkpoints"/>.
/// </para>
/// <para>
/// After a call of Fit that was cancelled or failed, the parameters are those of some step within an epoch, and a checkpoint that
/// is saved then continues at the start of that epoch: not what an uninterrupted run gives. The checkpoints that the
/// trainer writes itself are all from the end of an epoch.
/// </para>
/// </remarks>
public static class CheckpointFile
{
    private const int Format = 1;
    private const string TrainingKey = "neuralnets.training";

    /// <summary>Saves a trainer and its network to a file, which is replaced as a whole: whatever happens, there is the old one
    /// or the new one.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="trainer">The trainer. It must not be training, except in a progress handler on this thread.</param>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty, or an activation that is not this library's has no
    /// name (<see cref="object.ToString"/>) that can be saved: see the remarks of <see cref="IActivation{T}"/>.</exception>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be written.</exception>
    public static void Save<T>(string path, GradientDescentTrainer<T> trainer)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(trainer);
        Dictionary<string, string> metadata = NetworkFile.Metadata(trainer.Network);
        metadata[TrainingKey] = Describe(trainer);
        AtomicFile.Write(path, stream => SafetensorsWriter.Write(stream, metadata, LayerTensors.Of(trainer.Network)));
    }

    /// <summary>Loads a trainer and its network.</summary>
    /// <param name="path">A file that <see cref="Save"/> or a trainer has written.</param>
    /// <param name="ownActivations">The activations of the network that are not this library's, in any order: a layer gets the
    /// one whose name (<see cref="object.ToString"/>) is that in the file.</param>
    /// <returns>A trainer with a new network. It continues on the training set that it was trained on, and no other: to train the
    /// network on other data, give its network to a new trainer.</returns>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty, or two of <paramref name="ownActivations"/> have the
    /// same name, or one has none that can be saved.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="path"/> or one of <paramref name="ownActivations"/> is
    /// null.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is no checkpoint of a network of <typeparamref name="T"/>, or has an activation
    /// that is not given.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be read.</exception>
    public static GradientDescentTrainer<T> Load<T>(string path, IEnumerable<IActivation<T>>? ownActivations = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using FileStream stream = NetworkFile.Open(path);
        return Load(stream, path, ownActivations);
    }

    internal static GradientDescentTrainer<T> Load<T>(Stream stream, string name, IEnumerable<IActivation<T>>? ownActivations = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ElementType.Check<T>();
        Dictionary<string, IActivation<T>> own = NetworkFile.ByName(ownActivations);
        SafetensorsReader file = NetworkFile.Read(stream, name);
        string what = $"{name}: {TrainingKey}";
        string text = NetworkFile.Metadata(file, TrainingKey);
        State state = StrictJson.Parse(text, what, json => ReadState<T>(new JsonFields(json, what)));
        if (file.Entries.FirstOrDefault(entry => entry.Dtype != LayerTensors.Dtype<T>()) is { } other)
        {
            file.Throw($"training must continue in the type in which it began, but was to continue in {LayerTensors.Dtype<T>()}, and "
                + $"{StrictJson.Quote(other.Name)} is {other}. {nameof(NetworkFile)} loads the network alone.");
        }

        return new GradientDescentTrainer<T>(NetworkFile.ReadNetwork(file, own, allowRounding: false))
        {
            EpochsCompleted = state.EpochsCompleted,
            Seed = state.Seed,
            LearningRate = state.LearningRate,
            BatchSize = state.BatchSize,
            Loss = new CrossEntropyLoss(state.CostOffset),
            TrainingSet = state.TrainingSet,
            IsResumed = true,
        };
    }

    private static string Describe<T>(GradientDescentTrainer<T> trainer)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Encoding.UTF8.GetString(StrictJson.Write(json =>
        {
            json.WriteNumber("format", Format);
            json.WriteNumber("epochsCompleted", trainer.EpochsCompleted);
            json.WriteNumber("seed", trainer.Seed);
            json.WriteNumber("learningRate", trainer.LearningRate);
            if (trainer.BatchSize is { } size)
            {
                json.WriteNumber("batchSize", size);
            }
            else
            {
                json.WriteNull("batchSize");
            }

            json.WriteNumber("costOffset", trainer.Loss.Offset);
            json.WriteString("trainingSet", trainer.TrainingSet);
        }));

    private static State ReadState<T>(JsonFields fields)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        fields.CheckFormat(Format);
        double rate = fields.Number("learningRate");
        double offset = fields.Number("costOffset");
        if (!GradientDescentTrainer<T>.IsLearningRate(rate))
        {
            throw fields.Error(FormattableString.Invariant($"must have a positive and finite learningRate, but has {rate}"));
        }

        if (offset is not (>= 0 and <= 1))
        {
            throw fields.Error(FormattableString.Invariant($"must have a costOffset from 0 to 1, but has {offset}"));
        }

        return new State(
            fields.NonNegativeInteger("epochsCompleted"),
            fields.UnsignedInteger("seed"),
            rate,
            fields.IsNull("batchSize") ? null : fields.PositiveInteger("batchSize"),
            offset,
            fields.IsNull("trainingSet") ? null : fields.Text("trainingSet"));
    }

    /// <summary>What training depends on beside the parameters and the data.</summary>
    private sealed record State(
        int EpochsCompleted, ulong Seed, double LearningRate, int? BatchSize, double CostOffset, string? TrainingSet);
}
