using System.Numerics;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Optimizers;
using NeuralNets.Core.Serialization;

namespace NeuralNets.Core.Training;

/// <summary>Saves and loads a network together with the state of its trainer, so that training can go on as if it had not
/// stopped.</summary>
/// <remarks>
/// <para>
/// A checkpoint is a file of <see cref="NetworkFile"/> that has the trainer's state in its metadata, too
/// (<c>neuralnets.training</c>, JSON): the number of epochs completed, the seed, the settings, such as the loss, the optimizer and
/// the rates of dropout, and a fingerprint of the training set (the SHA-256 of its sizes, targets, weights and features). That is all
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
/// What the caller gives again: the training set, which <see cref="GradientDescentTrainer{T}.Fit"/> checks; the validation set
/// and the handler of epochs; and what does not change the result, such as
/// <see cref="GradientDescentTrainer{T}.MaxDegreeOfParallelism"/> and <see cref="GradientDescentTrainer{T}.Checkpoints"/>.
/// </para>
/// <para>
/// After a call of Fit that was cancelled, the parameters are those of some step within an epoch, and a checkpoint that is saved then
/// continues at the start of that epoch: not what an uninterrupted run gives. The checkpoints that the trainer writes itself are all
/// from the end of an epoch, and so are the parameters after a call that failed.
/// </para>
/// </remarks>
public static class CheckpointFile
{
    private const string TrainingKey = "neuralnets.training";

    /// <summary>Saves a trainer and its network to a file. A regular file is replaced as a whole: whatever happens, there is the
    /// old one or the new one, as <see cref="NetworkFile.Save{T}(string, Network{T}, Tables.TableEncoder?)"/> tells.</summary>
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
            trainer.Network, (TrainingKey, CheckpointJson<T>.Describe(trainer, tensors.ComputeSha256())));
        AtomicFile.Write(path, stream => SafetensorsWriter.Write(
            stream, metadata, [.. LayerTensors.Of(trainer.Network), .. tensors.ToWrite()]));
    }

    /// <summary>Loads a trainer and its network.</summary>
    /// <param name="path">A file that <see cref="Save"/> or a trainer has written; of a pipe, at most 2 GiB.</param>
    /// <param name="customActivations">The activations of the network that are not this library's, in any order: a layer gets the
    /// one whose name (<see cref="object.ToString"/>) is that in the file.</param>
    /// <param name="customOptimizers">The rules that are not this library's: a trainer gets the one whose name is that in the file.</param>
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
    public static GradientDescentTrainer<T> Load<T>(
        string path, IEnumerable<IActivation<T>>? customActivations = null, IEnumerable<CustomOptimizer>? customOptimizers = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using Stream stream = NetworkFile.Open(path);
        return Load(stream, path, customActivations, customOptimizers);
    }

    internal static GradientDescentTrainer<T> Load<T>(
        Stream stream,
        string name,
        IEnumerable<IActivation<T>>? customActivations = null,
        IEnumerable<CustomOptimizer>? customOptimizers = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ElementType.Check<T>();
        Dictionary<string, IActivation<T>> custom = NetworkFile.ByName(customActivations);
        SafetensorsReader file = NetworkFile.Read(stream, name);
        string? sha256 = OwnMetadata.Check(file);
        string what = $"{name}: {TrainingKey}";
        string text = NetworkFile.Metadata(file, TrainingKey);
        CheckpointJson<T> state = StrictJson.Parse(
            text, what, json => CheckpointJson<T>.Read(new JsonFields(json, what), [.. customOptimizers ?? []]));
        var trainer = new GradientDescentTrainer<T>(NetworkFile.ReadNetwork(file, custom, ElementConversion.None, sha256))
        {
            Settings = state.Settings,
            EpochsCompleted = state.EpochsCompleted,
            TrainingSet = state.TrainingSet,
            IsResumed = true,
        };
        CheckLoss(trainer, what);
        trainer.Plateau = state.Plateau;
        if (state.Best is { } best)
        {
            trainer.Best = new BestParameters<T>(trainer.Network) { Monitor = best.Monitor, Epoch = best.Epoch };
        }

        if (state.TensorsSha256 is { } tensors)
        {
            trainer.State = new OptimizerState<T>(trainer.Network, state.Settings.Optimizer) { LastUpdate = state.LastUpdate };
            CheckpointTensors<T>.Read(file, trainer, trainer.State, tensors);
        }

        return trainer;
    }

    private static void CheckLoss<T>(GradientDescentTrainer<T> trainer, string what)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        try
        {
            trainer.Loss?.CheckOutput(trainer.Network.OutputActivation, trainer.Network.OutputCount);
        }
        catch (ArgumentException exception)
        {
            throw new InvalidDataException($"{what} has a loss that does not belong to the network: {exception.Message}", exception);
        }
    }
}
