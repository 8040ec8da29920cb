using System.Numerics;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Data;
using NeuralNets.Core.Kernels;
using NeuralNets.Core.Tests.Activations;
using NeuralNets.Core.Training;

namespace NeuralNets.Core.Tests.ChildProcess;

/// <summary>Training runs whose resulting bits are compared.</summary>
internal static class BitsScenario
{
    public static IReadOnlyList<string> Activations => HiddenActivations.Names;

    /// <summary>What the process computes with: the first line that a scenario prints.</summary>
    public static string Hardware =>
        $"{Simd.Width} accelerated: {Vector128.IsHardwareAccelerated} fused: "
            + $"{Fma.IsSupported || System.Runtime.Intrinsics.Arm.AdvSimd.IsSupported}";

    public static void PrintSmallNetworks()
    {
        Console.WriteLine(Hardware);
        foreach (string activation in Activations)
        {
            Console.WriteLine($"{activation} float {TrainSmall<float>(activation, workers: 1, microBatchSize: 256)}");
            Console.WriteLine($"{activation} double {TrainSmall<double>(activation, workers: 2, microBatchSize: 7, byUnits: true)}");
        }
    }

    public static void PrintMnist(int workers, int microBatchSize, bool byUnits)
    {
        Console.WriteLine(Hardware);
        Console.WriteLine(TrainMnist(workers, microBatchSize, byUnits));
    }

    /// <summary>
    /// Two epochs in mini-batches and two with all 300 samples at a time, of a network with awkward sizes, on inputs of which a
    /// third are zero: about 5 million multiply-adds. Returns the hash of the parameters.
    /// </summary>
    public static string TrainSmall<T>(string activation, int workers, int microBatchSize, bool byUnits = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new Random(5);
        Matrix<T> features = Matrix<T>.Build.Dense(
            13, 300, (i, _) => i % 3 > 0 && random.Next(2) == 0 ? T.Zero : T.CreateChecked(random.NextDouble() - 0.5));
        int[] labels = [.. Enumerable.Range(0, 300).Select(_ => random.Next(5))];
        var set = Dataset<T>.FromMatrix(features, labels, 5);
        var network = new Network<T>([13, 67, 7, 5], HiddenActivations.Create<T>(activation), seed: 8);
        Fit(network, set, batchSize: 37, epochs: 2, workers, microBatchSize, byUnits);
        Fit(network, set, batchSize: null, epochs: 2, workers, microBatchSize, byUnits);
        return network.ComputeParametersSha256();
    }

    /// <summary>Two epochs of the sample's training: 784-128-32-10 on 20,000 images.</summary>
    public static string TrainMnist(int workers, int microBatchSize, bool byUnits)
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "data");
        LabeledImages images = IdxReader.ReadImages(
            Path.Combine(folder, "train-images-idx3-ubyte.gz"), Path.Combine(folder, "train-labels-idx1-ubyte.gz"));
        var network = new Network<float>([784, 128, 32, 10], new Relu<float>(), seed: 1);
        Fit(network, Dataset<float>.FromImages(images).Take(20_000), batchSize: 32, epochs: 2, workers, microBatchSize, byUnits);
        return network.ComputeParametersSha256();
    }

    private static void Fit<T>(
        Network<T> network, Dataset<T> set, int? batchSize, int epochs, int workers, int microBatchSize, bool byUnits)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var threads = new System.Collections.Concurrent.ConcurrentDictionary<int, int>();
        var trainer = new GradientDescentTrainer<T>(network)
        {
            BatchSize = batchSize,
            Seed = 6,
            Hooks =
            {
                WorkerCount = workers,
                IsAlone = () => false,
                CutsFirstLayerByUnits = byUnits,
                MicroBatchSize = microBatchSize,
                OnStep = worker => threads[worker] = Environment.CurrentManagedThreadId,
            },
        };
        TrainingResult result = trainer.Fit(set, epochs);
        if (result.WorkerCount != workers || threads.Values.Distinct().Count() != workers)
        {
            throw new InvalidOperationException($"{workers} threads were asked for, but {threads.Count} ran.");
        }
    }
}
