using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Data;
using NeuralNets.Core.Kernels;
using NeuralNets.Core.Losses;
using NeuralNets.Core.Training;

namespace NeuralNets.Core.Tests.Training;

/// <summary>Training on samples with weights: the bits, what a step allocates, and samples of weight 0.</summary>
[Collection(SimdWidthCollection.Name)]
public sealed class WeightedTrainingTests
{
    [Fact]
    public void Fit_AnyWidthWorkersCutAndMicroBatch_GivesTheSameBits()
    {
        Dataset<float> set = Weighted(150);
        string Train(int workers, bool byUnits, int microBatchSize)
        {
            Network<float> network = SmallTraining.Hidden40();
            var trainer = new GradientDescentTrainer<float>(network) { BatchSize = 37, LearningRate = 0.1 };
            EpochResult last = trainer.With(workers, byUnits, microBatchSize).Fit(set, 2, set).Epochs[^1];
            return $"{network.ComputeParametersSha256()} {last.Training.Cost.Sum:R} {last.Training.Accuracy:R} "
                + $"{last.Validation!.Cost.Sum:R} {last.Validation.Unweighted!.Cost.Sum:R}";
        }

        string expected = Train(workers: 1, byUnits: false, microBatchSize: 256);
        foreach (SimdWidth width in Enum.GetValues<SimdWidth>())
        {
            using IDisposable forced = Simd.Force(width);
            foreach (int workers in (int[])[1, 3])
            {
                foreach (int microBatchSize in (int[])[7, 256])
                {
                    Train(workers, byUnits: workers == 3, microBatchSize).Should().Be(expected, $"{width}, {workers}, {microBatchSize}");
                }
            }
        }
    }

    [Fact]
    public void Step_SteadyState_DoesNotAllocate()
    {
        const int Steps = 50;
        long start = 0;
        long end = 0;
        int step = 0;
        var trainer = new GradientDescentTrainer<float>(SmallTraining.Hidden40()) { BatchSize = 32 };
        trainer.With(workers: 1, microBatchSize: 16).Hooks.OnStep = _ =>
        {
            long bytes = GC.GetAllocatedBytesForCurrentThread();
            start = ++step <= 20 ? bytes : start;
            end = bytes;
        };

        trainer.Fit(Weighted(Steps * 32), 1);

        step.Should().Be(Steps);
        (end - start).Should().Be(0);
    }

    [Fact]
    public void Evaluate_InfiniteCostOfWeight0_CountsInThePlainNumberAlone()
    {
        Dataset<double> set = Dataset<double>.FromRows([[1, 2], [3, 4], [5, 6]], new double[] { 1, 1e200, 2 });
        var network = new Network<double>([2, 3, 1], new Tanh<double>(), new Identity<double>(), seed: 1);

        Score score = network.Evaluate(set.WithWeights([1, 0, 3]), new MeanSquaredErrorLoss<double>());

        double first = network.Evaluate(set.Subset([0])).Cost.Mean;
        double last = network.Evaluate(set.Subset([2])).Cost.Mean;
        score.Cost.Mean.Should().BeApproximately((first + (3 * last)) / 4, 1e-14);
        score.Unweighted!.Cost.Mean.Should().Be(double.PositiveInfinity);
    }

    [Fact]
    public void Parts_WhoseWeightsAreAll0_AreRefused()
    {
        Dataset<double> set = SmallTraining.Blobs(6).WithWeights([0, 0, 0, 0, 0, 1]);

        foreach (Action part in (Action[])[
            () => set.Take(5), () => set.Subset([1, 2]), () => set.Split(0.5, seed: 1), () => set.Folds(3, seed: 1)])
        {
            part.Should().Throw<ArgumentException>().WithMessage("At least one sample needs a weight above 0, but all * weights are 0.*");
        }

        set.Subset([5, 0]).Weights.ToArray().Should().Equal(1, 0);
    }

    [Fact]
    public void Predict_SamplesAsRows_PointsToTheFormsForRows()
    {
        Network<double> network = SmallTraining.Small();

        network.Invoking(it => it.Predict(Matrix<double>.Build.Dense(5, 2))).Should().Throw<ArgumentException>().WithMessage(
            "*expects 2 rows, but the input was 5 x 2. A sample is a column: if yours are rows, use PredictRows, or FromRows of a data*");
    }

    private static Dataset<float> Weighted(int count) =>
        SmallTraining.BlobsFloat(count).WithWeights([.. Enumerable.Range(0, count).Select(i => 0.3 * (i % 5))]);
}
