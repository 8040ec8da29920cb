using System.Numerics;
using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Data;
using NeuralNets.Core.Losses;
using NeuralNets.Core.Training;

namespace NeuralNets.Core.Tests.ChildProcess;

/// <summary>Training that writes a checkpoint after each epoch and takes up the one that it finds: to be killed.</summary>
internal static class CheckpointScenario
{
    /// <summary>Mini-batches in float with one worker; the whole set in double, in micro-batches, with three that share out the first
    /// layer.</summary>
    public static void Train(string type, string path, int epochs)
    {
        if (type == "float")
        {
            Train<float>(path, epochs, batchSize: 37, workers: 1, byUnits: false);
        }
        else
        {
            Train<double>(path, epochs, batchSize: null, workers: 3, byUnits: true);
        }
    }

    /// <summary>A trainer that has not begun.</summary>
    public static GradientDescentTrainer<T> Create<T>(int? batchSize)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        new(new Network<T>([24, 192, 16, 5], new LeakyRelu<T>(0.02), seed: 3))
        {
            BatchSize = batchSize,
            Seed = -5,
            LearningRate = 0.1 + 0.2,
            Loss = new CrossEntropyLoss<T>(1e-9),
        };

    /// <summary>200 samples of 24 features in 5 classes.</summary>
    public static Dataset<T> Samples<T>(int seed = 5)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new Random(seed);
        Matrix<T> features = Matrix<T>.Build.Dense(24, 200, (_, _) => T.CreateChecked(random.NextDouble() - 0.5));
        return Dataset<T>.FromMatrix(features, [.. Enumerable.Range(0, 200).Select(_ => random.Next(5))], 5);
    }

    /// <summary>Trains with a schedule for a relative path in a folder that is current only when the schedule is made.</summary>
    public static void TrainAndLeave(string folder)
    {
        Environment.CurrentDirectory = folder;
        GradientDescentTrainer<float> trainer = Create<float>(batchSize: 37);
        trainer.Checkpoints = new CheckpointSchedule("relative");
        Environment.CurrentDirectory = Path.GetPathRoot(folder)!;
        trainer.Fit(Samples<float>(), epochs: 2, onEpoch: _ => Environment.CurrentDirectory = Path.GetTempPath());
    }

    private static void Train<T>(string path, int epochs, int? batchSize, int workers, bool byUnits)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        GradientDescentTrainer<T> trainer = File.Exists(path) ? CheckpointFile.Load<T>(path) : Create<T>(batchSize);
        trainer.Hooks.WorkerCount = workers;
        trainer.Hooks.CutsFirstLayerByUnits = byUnits;
        trainer.Hooks.MicroBatchSize = 64;
        trainer.Checkpoints = new CheckpointSchedule(path);
        trainer.Fit(Samples<T>(), epochs - trainer.EpochsCompleted, onEpoch: (epoch => Console.WriteLine(epoch.Epoch)));
    }
}
