using System.Numerics;
using System.Security.Cryptography;
using NeuralNets.Core.Losses;
using NeuralNets.Core.Serialization;

namespace NeuralNets.Core.Training;

/// <summary>
/// The tensors of a checkpoint beside those of the network: the history, [epochs, 14] in F64, and what the optimizer remembers, in the
/// element type, <c>optimizer.NAME.layers.0.weight</c> [inputs, outputs], <c>optimizer.NAME.layers.0.bias</c> [outputs] and so on;
/// with early stopping the parameters of the best epoch, <c>best.layers.0.weight</c> [inputs, outputs] and so on.
/// </summary>
internal sealed class CheckpointTensors<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const string HistoryName = "training.history";

    // Per epoch: the score of training, that of validation, the learning rate, the norm of the gradient; NaN where there is none.
    private const int HistoryColumns = (2 * ScoreColumns) + 2;

    // The sum of the costs, the number of samples, the accuracy; the sum of the weights, the unweighted sum, the unweighted accuracy.
    private const int ScoreColumns = 6;

    // Of files from before there were weights: the first three columns of both scores.
    private const int FirstScoreColumns = 3;

    private readonly double[] _history;
    private readonly List<(string Name, long[] Shape, T[] Values)> _slots;

    private CheckpointTensors(double[] history, OptimizerState<T> state, BestParameters<T>? best)
    {
        _history = history;
        _slots = [.. Slots(state), .. best is null ? [] : Best(best)];
    }

    /// <summary>Returns the tensors of a trainer.</summary>
    public static CheckpointTensors<T> Of(GradientDescentTrainer<T> trainer)
    {
        double[] history = new double[trainer.History.Count * HistoryColumns];
        for (int i = 0; i < trainer.History.Count; i++)
        {
            EpochResult epoch = trainer.History[i];
            Span<double> row = history.AsSpan(i * HistoryColumns, HistoryColumns);
            Write(epoch.Training, row);
            Write(epoch.Validation, row[ScoreColumns..]);
            row[^2] = epoch.LearningRate;
            row[^1] = epoch.GradientNorm ?? double.NaN;
        }

        return new(history, trainer.State, trainer.Best);
    }

    /// <summary>Returns the SHA-256 of all values, history first.</summary>
    public string ComputeSha256()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        LittleEndian.Append<double>(hash, _history);
        foreach ((_, _, T[] values) in _slots)
        {
            LittleEndian.Append<T>(hash, values);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Returns the tensors to write.</summary>
    public IEnumerable<SafetensorsTensor> ToWrite() =>
    [
        new(
            HistoryName,
            "F64",
            [_history.Length / HistoryColumns, HistoryColumns],
            stream => LittleEndian.Write<double>(stream, [.. _history])),
        .. _slots.Select(slot => new SafetensorsTensor(
            slot.Name, LayerTensors.Dtype<T>(), slot.Shape, stream => LittleEndian.Write<T>(stream, [.. slot.Values]))),
    ];

    /// <summary>Reads the tensors of a checkpoint into a trainer that was loaded from it.</summary>
    /// <param name="file">The file.</param>
    /// <param name="trainer">The trainer, with its network and the number of epochs that it has completed.</param>
    /// <param name="state">What the optimizer remembers: zeros, to be filled.</param>
    /// <param name="sha256">The SHA-256 that all values must have.</param>
    /// <exception cref="InvalidDataException">A tensor is not there, or not what it must be.</exception>
    public static void Read(SafetensorsReader file, GradientDescentTrainer<T> trainer, OptimizerState<T> state, string sha256)
    {
        SafetensorsEntry entry = file[HistoryName];
        if (entry.Dtype != "F64"
            || entry.Shape is not [var epochs, HistoryColumns or (2 * FirstScoreColumns)]
            || epochs > trainer.EpochsCompleted)
        {
            file.Throw($"the history must be F64 [epochs, {HistoryColumns}] of at most {trainer.EpochsCompleted} epochs, but is {entry}.");
            return;
        }

        int columns = (int)entry.Shape[1];
        double[] history = new double[epochs * columns];
        LittleEndian.Read<double>(file.Seek(entry), history);
        var read = new CheckpointTensors<T>(history, state, trainer.Best);
        foreach ((string name, long[] shape, T[] values) in read._slots)
        {
            SafetensorsEntry slot = file[name];
            if (slot.Dtype != LayerTensors.Dtype<T>() || !slot.Shape.SequenceEqual(shape))
            {
                file.Throw($"{StrictJson.Quote(name)} must be {LayerTensors.Dtype<T>()} [{string.Join(", ", shape)}], but is {slot}.");
            }

            LittleEndian.Read<T>(file.Seek(slot), values);
        }

        if (read.ComputeSha256() != sha256)
        {
            file.Throw(
                "the history and what the optimizer remembers must have the SHA-256 that the metadata says, but have another: the file "
                + "is damaged, or one of the tensors was changed.");
        }

        for (int i = 0; i < epochs; i++)
        {
            ReadOnlySpan<double> row = history.AsSpan(i * columns, columns);
            bool isWide = columns == HistoryColumns;
            int half = isWide ? ScoreColumns : FirstScoreColumns;
            trainer.Add(new EpochResult
            {
                Epoch = (int)(trainer.EpochsCompleted - epochs) + i + 1,
                Training = ReadScore(row[..half])!,
                Validation = ReadScore(row.Slice(half, half)),
                LearningRate = isWide ? row[^2] : trainer.LearningRate,
                GradientNorm = isWide ? Known(row[^1]) : null,
                TrainingTime = TimeSpan.Zero,
            });
        }
    }

    private static IEnumerable<(string Name, long[] Shape, T[] Values)> Best(BestParameters<T> best)
    {
        for (int l = 0; l < best.Layers.Count; l++)
        {
            (T[] weights, T[] biases) = best.Layers[l];
            yield return ($"best.{LayerTensors.Prefix(l)}.weight", [weights.Length / biases.Length, biases.Length], weights);
            yield return ($"best.{LayerTensors.Prefix(l)}.bias", [biases.Length], biases);
        }
    }

    private static IEnumerable<(string Name, long[] Shape, T[] Values)> Slots(OptimizerState<T> state)
    {
        for (int l = 0; l < state.Layers.Count; l++)
        {
            LayerSlots<T> slots = state.Layers[l];
            for (int slot = 0; slot < slots.Weights.Length; slot++)
            {
                string prefix = $"optimizer.{state.Optimizer.SlotNames[slot]}.{LayerTensors.Prefix(l)}";
                T[] biases = slots.Biases[slot];
                T[] weights = slots.Weights[slot];
                yield return ($"{prefix}.weight", [weights.Length / biases.Length, biases.Length], weights);
                yield return ($"{prefix}.bias", [biases.Length], biases);
            }
        }
    }

    private static void Write(Score? score, Span<double> destination)
    {
        destination[0] = score?.Cost.Sum ?? double.NaN;
        destination[1] = score?.Cost.SampleCount ?? double.NaN;
        destination[2] = score?.Accuracy ?? double.NaN;
        destination[3] = score?.Unweighted is null ? double.NaN : score.Cost.WeightSum;
        destination[4] = score?.Unweighted?.Cost.Sum ?? double.NaN;
        destination[5] = score?.Unweighted?.Accuracy ?? double.NaN;
    }

    private static Score? ReadScore(ReadOnlySpan<double> source)
    {
        if (double.IsNaN(source[1]))
        {
            return null;
        }

        int samples = (int)source[1];
        var score = new Score(new Cost(source[0], samples), Known(source[2]));
        return source.Length == FirstScoreColumns || double.IsNaN(source[3])
            ? score
            : new Score(score.Cost with { WeightSum = source[3] }, score.Accuracy)
            {
                Unweighted = new Score(new Cost(source[4], samples), Known(source[5])),
            };
    }

    private static double? Known(double value) => double.IsNaN(value) ? null : value;
}
