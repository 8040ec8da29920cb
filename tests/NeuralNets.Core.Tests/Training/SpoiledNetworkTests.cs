using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Data;
using NeuralNets.Core.Tests.Data;
using NeuralNets.Core.Tests.Losses;
using NeuralNets.Core.Training;

namespace NeuralNets.Core.Tests.Training;

/// <summary>A network whose answers are not finite is never returned, reported, saved or counted, and the last good parameters
/// stay.</summary>
public sealed class SpoiledNetworkTests
{
    public static TheoryData<int, bool> Teams => new() { { 1, false }, { 3, false }, { 3, true } };

    [Theory]
    [InlineData(1, 1, false)]
    [InlineData(4, 1, false)]
    [InlineData(1, 3, false)]
    [InlineData(1, 3, true)]
    public void Fit_LastUpdateSpoilsTheNetwork_ThrowsAndNothingHasHappened(int epochs, int workers, bool byUnits)
    {
        using var folder = new TempDirectory();
        string path = folder.File("checkpoint");
        Dataset<float> set = SizesInBytes(30);
        var network = new Network<float>([3, 40, 20, 2], new Relu<float>(), seed: 2);
        string before = network.ComputeParametersSha256();
        GradientDescentTrainer<float> trainer = new GradientDescentTrainer<float>(network).With(workers, byUnits);
        trainer.Checkpoints = new CheckpointSchedule(path);
        var reports = new List<EpochResult>();

        NonFiniteCostException thrown = trainer.Invoking(it => it.Fit(set, epochs, set, reports.Add))
            .Should().Throw<NonFiniteCostException>().Which;

        (thrown.Epoch, thrown.Step).Should().Be((1, 1));
        double.IsFinite(thrown.Cost).Should().BeFalse();
        network.ComputeParametersSha256().Should().Be(before);
        network.Predict(set).Enumerate().Should().OnlyContain(probability => float.IsFinite(probability));
        reports.Should().BeEmpty();
        trainer.History.Should().BeEmpty();
        trainer.EpochsCompleted.Should().Be(0);
        File.Exists(path).Should().BeFalse();
    }

    /// <summary>Half squares with a rate that is too large: each step makes the weights larger by a factor, so that several epochs are
    /// good, and then one is not.</summary>
    [Theory]
    [MemberData(nameof(Teams))]
    public void Fit_LaterEpochDiverges_LeavesTheEndOfTheLastCompletedOne(int workers, bool byUnits)
    {
        using var folder = new TempDirectory();
        string path = folder.File("checkpoint");
        foreach (int? batchSize in (int?[])[null, 16])
        {
            GradientDescentTrainer<float> trainer = Diverging(batchSize).With(workers, byUnits, microBatchSize: 9);
            trainer.Checkpoints = new CheckpointSchedule(path);
            Network<float> network = trainer.Network;
            var ends = new List<string>();

            NonFiniteCostException thrown = trainer.Invoking(
                it => it.Fit(Line(60), 500, Line(60), _ => ends.Add(network.ComputeParametersSha256())))
                .Should().Throw<NonFiniteCostException>().Which;

            ends.Count.Should().BeGreaterThan(1);
            thrown.Epoch.Should().Be(ends.Count + 1);
            network.ComputeParametersSha256().Should().Be(ends[^1]);
            trainer.EpochsCompleted.Should().Be(ends.Count);
            trainer.History.Select(epoch => epoch.Epoch).Should().Equal(Enumerable.Range(1, ends.Count));
            trainer.History.Should().OnlyContain(
                epoch => double.IsFinite(epoch.Training.Cost.Sum) && double.IsFinite(epoch.Validation!.Cost.Sum));
            CheckpointFile.Load<float>(path).Network.ComputeParametersSha256().Should().Be(ends[^1]);
        }
    }

    [Theory]
    [MemberData(nameof(Teams))]
    public void Fit_CustomActivationWithoutBound_FindsTheSpoiledNetworkByEvaluation(int workers, bool byUnits)
    {
        Dataset<float> set = SizesInBytes(30);
        var network = new Network<float>([3, 40, 2], new Unbounded(), seed: 2);
        string before = network.ComputeParametersSha256();
        GradientDescentTrainer<float> trainer = new GradientDescentTrainer<float>(network) { LearningRate = 1e20 }.With(workers, byUnits);

        trainer.Invoking(it => it.Fit(set, 1)).Should().Throw<NonFiniteCostException>().Which.Epoch.Should().Be(1);

        network.ComputeParametersSha256().Should().Be(before);
        trainer.History.Should().BeEmpty();
    }

    [Fact]
    public void Fit_CustomActivationWithAndWithoutBound_TrainsTheSameBitsAndEvaluatesOnlyWithout()
    {
        Dataset<float> set = SmallTraining.BlobsFloat(100);
        var unbounded = new Unbounded();
        var bounded = new Bounded();
        var without = new Network<float>([2, 10, 2], unbounded, seed: 1);
        var with = new Network<float>([2, 10, 2], bounded, seed: 1);

        new GradientDescentTrainer<float>(without) { BatchSize = 10 }.With(workers: 1).Fit(set, 3);
        new GradientDescentTrainer<float>(with) { BatchSize = 10 }.With(workers: 1).Fit(set, 3);

        without.ComputeParametersSha256().Should().Be(with.ComputeParametersSha256());
        bounded.Count.Should().Be(3 * 100 * 10);
        unbounded.Count.Should().Be(2 * 3 * 100 * 10);
    }

    [Theory]
    [MemberData(nameof(Teams))]
    public void Fit_CustomActivationThrowsWithinAnEpoch_LeavesTheStartOfTheEpochAndCanContinue(int workers, bool byUnits)
    {
        Dataset<double> set = SmallTraining.Blobs(64);
        var whole = new Network<double>([2, 40, 2], new Identity<double>(), seed: 1);
        new GradientDescentTrainer<double>(whole) { BatchSize = 16, Seed = 4 }.Fit(set, 5);
        var network = new Network<double>([2, 40, 2], new ThrowingActivation(calls: workers * 14), seed: 1);
        GradientDescentTrainer<double> trainer = new GradientDescentTrainer<double>(network) { BatchSize = 16, Seed = 4 }.With(workers,
            byUnits);
        var ends = new List<string> { network.ComputeParametersSha256() };

        trainer.Invoking(it => it.Fit(set, 5, onEpoch: _ => ends.Add(network.ComputeParametersSha256())))
            .Should().Throw<FormatException>();

        trainer.EpochsCompleted.Should().Be(ends.Count - 1).And.BeInRange(1, 4);
        trainer.History.Should().HaveCount(trainer.EpochsCompleted);
        network.ComputeParametersSha256().Should().Be(ends[^1]);
        trainer.Fit(set, 5 - trainer.EpochsCompleted);
        network.ComputeParametersSha256().Should().Be(whole.ComputeParametersSha256());
    }

    [Theory]
    [MemberData(nameof(Teams))]
    public void Fit_CancelledAfterAStepThatSpoiledTheNetwork_TakesTheEpochBack(int workers, bool byUnits)
    {
        using var source = new CancellationTokenSource();
        Network<float> network = SmallTraining.Hidden40();
        string before = network.ComputeParametersSha256();
        GradientDescentTrainer<float> trainer =
            new GradientDescentTrainer<float>(network) { LearningRate = 1e38, BatchSize = 8 }.With(workers, byUnits);
        trainer.Hooks.OnStep = worker =>
        {
            if (worker == 0)
            {
                source.Cancel();
            }
        };

        trainer.Invoking(it => it.Fit(SmallTraining.BlobsFloat(32), 3, cancellationToken: source.Token))
            .Should().Throw<OperationCanceledException>();

        network.ComputeParametersSha256().Should().Be(before);
        trainer.EpochsCompleted.Should().Be(0);
    }

    [Theory]
    [MemberData(nameof(Teams))]
    public void Fit_ValidationSetOnWhichTheNetworkOverflows_HasNoFiniteCostAndNoCorrectAnswer(int workers, bool byUnits)
    {
        Network<float> network = SmallTraining.Hidden40();
        network.Layers[0].Weights.Multiply(50, network.Layers[0].Weights);
        Dataset<float> validation = Dataset<float>.FromMatrix(Matrix<float>.Build.Dense(2, 5, 3e38f), [0, 0, 0, 0, 0], 2);
        GradientDescentTrainer<float> trainer = new GradientDescentTrainer<float>(network) { LearningRate = 1e-3 }.With(workers, byUnits);

        TrainingResult result = trainer.Fit(SmallTraining.BlobsFloat(32), 3, validation);

        result.Epochs.Should().HaveCount(3);
        foreach (EpochResult epoch in result.Epochs)
        {
            double.IsFinite(epoch.Validation!.Cost.Sum).Should().BeFalse();
            epoch.Validation.Accuracy.Should().Be(0);
            double.IsFinite(epoch.Training.Cost.Sum).Should().BeTrue();
        }

        network.Evaluate(validation).Accuracy.Should().Be(0);
        double.IsFinite(network.Evaluate(validation).Cost.Mean).Should().BeFalse();
    }

    [Fact]
    public void Evaluate_SomeSamplesOverflow_CountsTheOthers()
    {
        Network<float> network = SmallTraining.SmallFloat();
        network.Layers[0].Weights.Multiply(50, network.Layers[0].Weights);
        Matrix<float> features = Matrix<float>.Build.Dense(2, 4, (_, j) => j % 2 == 0 ? 3e38f : 0.5f);
        int[] labels = [0, network.PredictLabels(features.SubMatrix(0, 2, 1, 1))[0], 1, 0];
        labels[3] = 1 - labels[1];

        network.Evaluate(Dataset<float>.FromMatrix(features, labels, 2)).Accuracy.Should().Be(0.25);
    }

    /// <summary>A column that nobody has scaled, and nearly all samples of one class.</summary>
    private static Dataset<float> SizesInBytes(int count) => Dataset<float>.FromMatrix(
        Matrix<float>.Build.Dense(3, count, (i, j) => i == 1 ? 2.5e12f + (j * 3e9f) : (i + j) % 4),
        [.. Enumerable.Range(0, count).Select(j => j == 11 ? 1 : 0)],
        2);

    private static GradientDescentTrainer<float> Diverging(int? batchSize) =>
        new(new Network<float>(3, [new(40, new Tanh<float>()), new(2, new Identity<float>())], seed: 3))
        {
            Loss = new HalfSquares<float>(),
            LearningRate = 0.5,
            BatchSize = batchSize,
        };

    /// <summary>The check of the training set and the evaluation of the validation set use one buffer for their costs, one after the
    /// other.</summary>
    [Fact]
    public void Fit_TrainingSetIsEvaluatedBeforeAValidationSetThatOverflows_TakesNoCostOfTheOther()
    {
        Dataset<float> validation = Dataset<float>.FromMatrix(Matrix<float>.Build.Dense(2, 64, 3e38f), new int[64], 2);
        var network = new Network<float>([2, 8, 2], new Unbounded(), seed: 1);
        network.Layers[0].Weights.Multiply(10, network.Layers[0].Weights);
        GradientDescentTrainer<float> trainer =
            new GradientDescentTrainer<float>(network) { LearningRate = 1e-3, BatchSize = 16 }.With(3, byUnits: false);

        TrainingResult result = trainer.Fit(SmallTraining.BlobsFloat(64), 300, validation);

        result.Epochs.Should().HaveCount(300).And.OnlyContain(
            epoch => double.IsFinite(epoch.Training.Cost.Sum) && !double.IsFinite(epoch.Validation!.Cost.Sum));
    }

    /// <summary>Values that are linear in the features.</summary>
    private static Dataset<float> Line(int count)
    {
        float[] features = RandomValues.Create<float>(4, 3 * count, limit: 3);
        float[] values = [.. Enumerable.Range(0, 2 * count).Select(i => (features[i / 2 * 3] * 2) - features[(i / 2 * 3) + 1 + (i % 2)])];
        return Dataset<float>.FromMatrix(Matrix<float>.Build.Dense(3, count, features), Targets<float>.FromValues(values, 2));
    }

    /// <summary>The identity without a bound, and how many elements it has computed.</summary>
    private class Unbounded : IActivation<float>
    {
        private long _count;

        public long Count => _count;

        public void Evaluate(ReadOnlySpan<float> z, Span<float> a)
        {
            Interlocked.Add(ref _count, z.Length);
            z.CopyTo(a);
        }

        public void MultiplyByDerivative(ReadOnlySpan<float> z, ReadOnlySpan<float> a, Span<float> gradient)
        {
        }
    }

    private sealed class Bounded : Unbounded, IActivation<float>
    {
        public double Bound(double z) => z;
    }
}
