using System.Numerics;
using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Data;
using NeuralNets.Core.Kernels;
using NeuralNets.Core.Optimizers;
using NeuralNets.Core.Tests.Training;
using NeuralNets.Core.Training;

namespace NeuralNets.Core.Tests.Optimizers;

/// <summary>Plain descent on gradients that lie in memory gives the bits of plain descent within the products.</summary>
[Collection(SimdWidthCollection.Name)]
public sealed class MaterializedUpdateTests
{
    private const int Features = 45;
    private const int Samples = 120;

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.6)]
    [InlineData(0.93)]
    public void Fit_GradientInMemory_GivesTheBitsOfTheFusedUpdateInFloat(double zeros) => Check<float>(zeros);

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.6)]
    [InlineData(0.93)]
    public void Fit_GradientInMemory_GivesTheBitsOfTheFusedUpdateInDouble(double zeros) => Check<double>(zeros);

    private static void Check<T>(double zeros)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Dataset<T> set = Draw<T>(zeros);
        string expected = Train(new Sgd(), set, workers: 1, byUnits: false, microBatchSize: 256);
        foreach (SimdWidth width in Enum.GetValues<SimdWidth>())
        {
            using IDisposable forced = Simd.Force(width);
            foreach ((int workers, bool byUnits) in ((int, bool)[])[(1, false), (1, true), (3, false), (3, true)])
            {
                foreach (int microBatchSize in (int[])[256, 16, 7])
                {
                    string because = $"with {width}, {workers} workers, by units: {byUnits}, micro-batches of {microBatchSize}";
                    Train(new MaterializedSgd(), set, workers, byUnits, microBatchSize).Should().Be(expected, because);
                    Train(new Sgd(), set, workers, byUnits, microBatchSize).Should().Be(expected, because);
                }
            }
        }
    }

    private static string Train<T>(Optimizer optimizer, Dataset<T> set, int workers, bool byUnits, int microBatchSize)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var network = new Network<T>([Features, 67, 7, 4], new LeakyRelu<T>(0.1), seed: 8);
        GradientDescentTrainer<T> trainer = new GradientDescentTrainer<T>(network)
        {
            Optimizer = optimizer,
            LearningRate = 0.2,
            BatchSize = 37,
            Seed = 2,
        }.With(workers, byUnits, microBatchSize);
        TrainingResult result = trainer.Fit(set, 2, set);
        trainer.BatchSize = null;
        trainer.Fit(set, 1);
        IEnumerable<string> scores = result.Epochs.Select(epoch => $"{epoch.Training} {epoch.Validation}");
        return $"{network.ComputeParametersSha256()} {string.Join(' ', scores)}";
    }

    /// <summary>Samples with a share of zeros; some features are zero in all of them, and one has a negative zero.</summary>
    private static Dataset<T> Draw<T>(double zeros)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new Random(5);
        Matrix<T> features = Matrix<T>.Build.Dense(Features, Samples, (i, _) =>
        {
            bool isZero = random.NextDouble() < zeros;
            T value = T.CreateChecked(random.NextDouble() - 0.5);
            return zeros > 0 && i % 11 == 3 ? T.Zero : isZero ? (i == 5 ? T.NegativeZero : T.Zero) : value;
        });
        return Dataset<T>.FromMatrix(features, [.. Enumerable.Range(0, Samples).Select(_ => random.Next(4))], 4);
    }
}
