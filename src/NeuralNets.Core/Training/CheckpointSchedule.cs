using System.Numerics;
using NeuralNets.Core.Serialization;

namespace NeuralNets.Core.Training;

/// <summary>When <see cref="GradientDescentTrainer{T}.Fit"/> saves a checkpoint, and where.</summary>
/// <remarks>
/// A checkpoint is saved at the end of an epoch, before the epoch is reported, and replaces the last one as a whole: a run that
/// is killed at any moment leaves the one or the other. What it holds, and how to continue from it, is told at
/// <see cref="CheckpointFile"/>.
/// </remarks>
public sealed class CheckpointSchedule
{
    /// <summary>Describes a schedule.</summary>
    /// <param name="path">The file; its folder must exist when training begins. A relative path counts from the present current
    /// folder.</param>
    /// <param name="everyEpochs">A checkpoint is saved when the number of epochs that the trainer has completed is a multiple of
    /// this, and after the last epoch of a call; positive.</param>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="path"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="everyEpochs"/> is not positive.</exception>
    public CheckpointSchedule(string path, int everyEpochs = 1)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(everyEpochs);
        Path = System.IO.Path.GetFullPath(path); // A run may change the current folder.
        EveryEpochs = everyEpochs;
    }

    /// <summary>The file, as the full path that it was when the schedule was made.</summary>
    public string Path { get; }

    /// <summary>The number of epochs from one checkpoint to the next.</summary>
    public int EveryEpochs { get; }

    /// <summary>Checks before training what would be wrong with the first checkpoint.</summary>
    /// <exception cref="ArgumentException">An activation has no name that can be saved.</exception>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    internal void Check<T>(Network<T> network)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        AtomicFile.CheckFolder(Path);
        _ = NetworkFile.Metadata(network);
    }

    /// <summary>Saves a checkpoint at the end of an epoch if there is to be one.</summary>
    internal void SaveIfDue<T>(GradientDescentTrainer<T> trainer, bool isLast)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (isLast || trainer.EpochsCompleted % EveryEpochs == 0)
        {
            CheckpointFile.Save(Path, trainer);
        }
    }
}
