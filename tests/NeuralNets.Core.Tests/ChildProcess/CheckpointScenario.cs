using System.Numerics;
using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Data;
using NeuralNets.Core.Losses;
using NeuralNets.Core.Optimizers;
using NeuralNets.Core.Optimizers.Schedules;
using NeuralNets.Core.Training;

namespace NeuralNets.Core.Tests.ChildProcess;

/// <summary>Training that writes a checkpoint after each epoch and takes up the one that it finds: to be killed.</summary>
internal static class CheckpointScenario
{
    /// <summary>Mini-batches in float with one worker; the whole set in double, in micro-batches, with three that share out the first
    /// layer; or with state.</summary>
    public static void Train(string type, string path, int epochs)
    {
        switch (type)
        {
            case "float":
                Train(() => Create<float>(batchSize: 37), path, epochs, workers: 1, byUnits: false);
                break;
            case "double":
                Train(() => Create<double>(batchSize: null), path, epochs, workers: 3, byUnits: true);
                break;
            default:
                Train(CreateWithState, path, epochs, workers: 2, byUnits: true);
                break;
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

    /// <summary>A trainer that has not begun, with every kind of state that a checkpoint has.</summary>
    public static GradientDescentTrainer<float> CreateWithState()
    {
        GradientDescentTrainer<float> trainer = Create<float>(batchSize: 37);
        trainer.LearningRate = 0.01;
        trainer.Optimizer = new Adam();
        trainer.L2 = 1e-3;
        trainer.MaxGradientNorm = 1;
        trainer.Schedule = new CosineDecay(totalEpochs: 100, warmUpEpochs: 2, lastFactor: 0.1);
        trainer.ReduceOnPlateau = new ReduceOnPlateau(patience: 1, monitor: MonitoredCost.Training);
        trainer.EarlyStopping = new EarlyStopping(patience: int.MaxValue, monitor: MonitoredCost.Training);
        trainer.Dropout = new Dropout(hiddenRate: 0.3, inputRate: 0.1);
        return trainer;
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

    private static void Train<T>(Func<GradientDescentTrainer<T>> create, string path, int epochs, int workers, bool byUnits)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        GradientDescentTrainer<T> trainer = File.Exists(path) ? CheckpointFile.Load<T>(path) : create();
        trainer.Hooks.WorkerCount = workers;
        trainer.Hooks.CutsFirstLayerByUnits = byUnits;
        trainer.Hooks.MicroBatchSize = 64;
        trainer.Checkpoints = new CheckpointSchedule(path);
        trainer.Fit(Samples<T>(), epochs - trainer.EpochsCompleted, onEpoch: (epoch => Console.WriteLine(epoch.Epoch)));
    }
}
