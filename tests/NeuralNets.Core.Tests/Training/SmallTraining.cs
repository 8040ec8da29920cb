using System.Numerics;
using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Data;
using NeuralNets.Core.Initialization;
using NeuralNets.Core.Training;

namespace NeuralNets.Core.Tests.Training;

/// <summary>Small networks and data sets for the tests of training, and the orders and picks of samples.</summary>
internal static class SmallTraining
{
    /// <summary>Two classes of points in the plane that hardly overlap.</summary>
    public static Dataset<double> Blobs(int count, int seed = 1)
    {
        var random = new Random(seed);
        int[] labels = [.. Enumerable.Range(0, count).Select(_ => random.Next(2))];
        Matrix<double> features = Matrix<double>.Build.Dense(2, count, (i, j) => ((i == labels[j] ? 1 : -1) * 0.8)
            + random.NextDouble() - 0.5);
        return Dataset<double>.FromMatrix(features, labels, classCount: 2);
    }

    /// <summary>The same points.</summary>
    public static Dataset<float> BlobsFloat(int count, int seed = 1)
    {
        Dataset<double> set = Blobs(count, seed);
        return Dataset<float>.FromMatrix(set.ToMatrix().Map(value => (float)value), set.Labels, 2);
    }

    public static Network<double> Small() => new([2, 5, 2], new Tanh<double>(), seed: 1);

    public static Network<float> SmallFloat() => new([2, 5, 2], new Relu<float>(), seed: 1);

    /// <summary>A network whose first layer three workers can share.</summary>
    public static Network<float> Hidden40() => new([2, 40, 2], new Relu<float>(), seed: 1);

    public static void Halve(Network<float> network)
    {
        foreach (DenseLayer<float> layer in network.Layers)
        {
            layer.Weights.Multiply(0.5f, layer.Weights);
        }
    }

    /// <summary>The order in which an epoch takes the samples.</summary>
    public static int[] Order(long seed, int epoch, int count)
    {
        int[] order = new int[count];
        RandomSequence.ForShuffle(seed, epoch).Permutation(order);
        return order;
    }

    /// <summary>Some samples of a set.</summary>
    public static Dataset<double> Pick(Dataset<double> set, int[] indices)
    {
        Matrix<double> features = set.ToMatrix();
        int[] labels = set.Labels.ToArray();
        return Dataset<double>.FromMatrix(
            Matrix<double>.Build.DenseOfColumnVectors(indices.Select(features.Column)), [.. indices.Select(i =>
                labels[i])], set.ClassCount);
    }

    /// <summary>Makes a trainer work with so many threads, cut in one way.</summary>
    public static GradientDescentTrainer<T> With<T>(
        this GradientDescentTrainer<T> trainer, int workers, bool byUnits = false, int? microBatchSize = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        trainer.Hooks.WorkerCount = workers;
        trainer.Hooks.CutsFirstLayerByUnits = byUnits;
        trainer.Hooks.MicroBatchSize = microBatchSize;
        return trainer;
    }
}
