using NeuralNets.Core.Data;
using NeuralNets.Core.Optimizers;
using NeuralNets.Core.Optimizers.Schedules;
using NeuralNets.Core.Tests.Data;
using NeuralNets.Core.Training;

namespace NeuralNets.Core.Tests.Training;

/// <summary>What watches the cost: early stopping, and the reduction of the rate; and the time budget.</summary>
public sealed class EarlyStoppingTests
{
    private static readonly Dataset<double> s_training = Noisy(40, seed: 1);
    private static readonly Dataset<double> s_validation = Noisy(30, seed: 2);

    [Theory]
    [InlineData(3, 0)]
    [InlineData(1, 0)]
    [InlineData(2, 0.01)]
    public void Fit_CostThatDoesNotFall_EndsWithTheBestParameters(int patience, double minDelta)
    {
        // A large rate: the cost goes up and down.
        GradientDescentTrainer<double> trainer = Restless();
        trainer.EarlyStopping = new EarlyStopping(patience, minDelta);
        var parameters = new List<string>();

        TrainingResult result = trainer.Fit(
            s_training, 200, s_validation, _ => parameters.Add(trainer.Network.ComputeParametersSha256()));

        double[] costs = [.. result.Epochs.Select(epoch => epoch.Validation!.Cost.Mean)];
        (int end, int best) = Expected(costs, patience, minDelta);
        result.End.Should().Be(TrainingEnd.StoppedEarly);
        costs.Should().HaveCount(end).And.HaveCountLessThan(200);
        result.BestEpoch.Should().Be(best);
        trainer.Network.ComputeParametersSha256().Should().Be(parameters[best - 1]);
        trainer.Network.Evaluate(s_validation).Cost.Mean.Should().Be(costs.Min());
    }

    [Fact]
    public void Fit_AllEpochs_HasTheBestParametersToo()
    {
        GradientDescentTrainer<double> trainer = Restless();
        trainer.EarlyStopping = new EarlyStopping(1000, monitor: MonitoredCost.Training);

        TrainingResult result = trainer.Fit(s_training, 20);

        result.End.Should().Be(TrainingEnd.Completed);
        double[] costs = [.. result.Epochs.Select(epoch => epoch.Training.Cost.Mean)];
        result.BestEpoch.Should().Be(Array.IndexOf(costs, costs.Min()) + 1);
    }

    [Fact]
    public void Fit_Cancelled_HasTheBestParameters()
    {
        GradientDescentTrainer<double> trainer = Restless();
        trainer.EarlyStopping = new EarlyStopping(1000);
        using var source = new CancellationTokenSource();
        var parameters = new List<(double Cost, string Sha256)>();

        trainer.Invoking(it => it.Fit(
            s_training,
            20,
            s_validation,
            epoch =>
            {
                parameters.Add((epoch.Validation!.Cost.Mean, trainer.Network.ComputeParametersSha256()));
                if (epoch.Epoch == 9)
                {
                    source.Cancel();
                }
            },
            source.Token)).Should().Throw<OperationCanceledException>();

        trainer.Network.ComputeParametersSha256().Should().Be(parameters.MinBy(epoch => epoch.Cost).Sha256);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Fit_ResumedAtAnyEpoch_GivesTheBitsOfTheUninterruptedRun(int workers)
    {
        using var folder = new TempDirectory();
        GradientDescentTrainer<double> whole = New(workers);
        whole.Checkpoints = new CheckpointSchedule(folder.File("last"));
        var files = new List<byte[]>();
        TrainingResult expected = whole.Fit(
            s_training, 60, s_validation, _ => files.Add(File.ReadAllBytes(folder.File("last"))));
        expected.End.Should().Be(TrainingEnd.StoppedEarly);

        for (int epochs = 1; epochs <= files.Count; epochs++)
        {
            File.WriteAllBytes(folder.File("resumed"), files[epochs - 1]);
            GradientDescentTrainer<double> resumed = CheckpointFile.Load<double>(folder.File("resumed")).With(workers);
            resumed.Checkpoints = new CheckpointSchedule(folder.File("resumed"));

            TrainingResult result = resumed.Fit(s_training, 60 - epochs, s_validation);

            result.End.Should().Be(TrainingEnd.StoppedEarly);
            File.ReadAllBytes(folder.File("resumed")).Should().Equal(files[^1], $"after {epochs} epochs");
            resumed.Network.ComputeParametersSha256().Should().Be(whole.Network.ComputeParametersSha256());
            resumed.History.Select(epoch => epoch with { TrainingTime = TimeSpan.Zero })
                .Should().Equal(whole.History.Select(epoch => epoch with { TrainingTime = TimeSpan.Zero }));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Fit_ResumedAfterTheLastEpoch_EndsWithTheBestParameters(int workers)
    {
        using var folder = new TempDirectory();
        GradientDescentTrainer<double> whole = Restless().With(workers, byUnits: workers > 1);
        whole.EarlyStopping = new EarlyStopping(1000);
        whole.Checkpoints = new CheckpointSchedule(folder.File("last"));
        TrainingResult expected = whole.Fit(s_training, 20, s_validation);
        expected.BestEpoch.Should().BeLessThan(20);
        GradientDescentTrainer<double> resumed = CheckpointFile.Load<double>(folder.File("last")).With(workers, byUnits: workers > 1);
        resumed.Network.ComputeParametersSha256().Should().NotBe(whole.Network.ComputeParametersSha256(), "it has those of the last epoch");

        TrainingResult result = resumed.Fit(s_training, 20 - resumed.EpochsCompleted, s_validation);

        resumed.Network.ComputeParametersSha256().Should().Be(whole.Network.ComputeParametersSha256());
        result.BestEpoch.Should().Be(expected.BestEpoch);
        result.End.Should().Be(TrainingEnd.Completed);
        result.Epochs.Should().BeEmpty();
        whole.Fit(s_training, 3, s_validation);
        resumed.Fit(s_training, 3, s_validation);
        resumed.Network.ComputeParametersSha256().Should().Be(whole.Network.ComputeParametersSha256(), "both go on from the same state");
    }

    [Fact]
    public void Fit_ResumedAfterItStopped_IsAResultOfNoEpochs()
    {
        using var folder = new TempDirectory();
        GradientDescentTrainer<double> whole = New(1);
        whole.Checkpoints = new CheckpointSchedule(folder.File("last"));
        int? best = whole.Fit(s_training, 60, s_validation).BestEpoch;

        TrainingResult result = CheckpointFile.Load<double>(folder.File("last")).Fit(s_training, 5, s_validation);

        result.End.Should().Be(TrainingEnd.StoppedEarly);
        result.BestEpoch.Should().Be(best);
        result.SamplesPerSecond.Should().Be(0);
        result.WorkerCount.Should().Be(0);
    }

    [Fact]
    public void Load_RateThatWasLoweredToZero_IsWhatWasSaved()
    {
        using var folder = new TempDirectory();
        GradientDescentTrainer<double> trainer = Restless();
        trainer.ReduceOnPlateau = new ReduceOnPlateau(factor: 1e-200, patience: 1, minDelta: 100);
        trainer.Fit(s_training, 4, s_validation);
        trainer.Plateau.Scale.Should().Be(0);

        CheckpointFile.Save(folder.File("zero"), trainer);

        CheckpointFile.Load<double>(folder.File("zero")).Plateau.Should().Be(trainer.Plateau);
    }

    [Fact]
    public void IsBest_OfEqualCosts_IsTheFirst()
    {
        new CostMonitor(Best: 1, BadEpochs: 0).IsBest(1).Should().BeFalse();
        new CostMonitor(Best: 1, BadEpochs: 0).IsBest(double.NaN).Should().BeFalse();
        CostMonitor.Start.IsBest(1).Should().BeTrue();
    }

    [Fact]
    public void ReduceOnPlateau_CostsByHand_FollowsKeras()
    {
        // Keras 2.12: factor 0.5, patience 2, min_delta 0.1, cooldown 2, min_lr 0.2, starting at 1.
        double[] costs = [1, 0.95, 0.94, 0.93, 0.92, 0.91, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5];
        double[] rates = [1, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2];
        var setting = new ReduceOnPlateau(factor: 0.5, patience: 2, minDelta: 0.1, cooldown: 2, minimum: 0.2);
        PlateauState state = PlateauState.Start;
        for (int i = 0; i < costs.Length; i++)
        {
            state = state.Next(setting, learningRate: 1, costs[i]);
            state.Rate(1, setting.Minimum).Should().BeApproximately(rates[i], 1e-15, $"after epoch {i + 1}");
        }
    }

    [Fact]
    public void Fit_ReduceOnPlateau_LowersTheRateOfTheNextEpoch()
    {
        GradientDescentTrainer<double> trainer = Restless();
        trainer.ReduceOnPlateau = new ReduceOnPlateau(factor: 0.5, patience: 1, minDelta: 0);

        TrainingResult result = trainer.Fit(s_training, 15, s_validation);

        PlateauState state = PlateauState.Start;
        foreach (EpochResult epoch in result.Epochs)
        {
            epoch.LearningRate.Should().Be(state.Rate(trainer.LearningRate, 0));
            state = state.Next(trainer.ReduceOnPlateau, trainer.LearningRate, epoch.Validation!.Cost.Mean);
        }

        result.Epochs[^1].LearningRate.Should().BeLessThan(trainer.LearningRate);
    }

    [Fact]
    public void Fit_WithoutTheSetThatIsWatched_IsRefused()
    {
        GradientDescentTrainer<double> trainer = Restless();
        trainer.EarlyStopping = new EarlyStopping(3);
        trainer.Invoking(it => it.Fit(s_training, 1)).Should().Throw<ArgumentNullException>().WithParameterName("validation")
            .WithMessage("EarlyStopping watches the cost of a validation set*MonitoredCost.Training*");

        trainer.EarlyStopping = null;
        trainer.ReduceOnPlateau = new ReduceOnPlateau();
        trainer.Invoking(it => it.Fit(s_training, 1)).Should().Throw<ArgumentNullException>().WithMessage("ReduceOnPlateau watches*");
    }

    [Fact]
    public void Fit_OutOfTime_EndsWithTheRunningEpoch()
    {
        GradientDescentTrainer<double> trainer = Restless();
        trainer.TimeBudget = TimeSpan.FromTicks(1);

        TrainingResult result = trainer.With(2).Fit(s_training, 50);

        result.End.Should().Be(TrainingEnd.OutOfTime);
        result.Epochs.Should().ContainSingle();
        trainer.EpochsCompleted.Should().Be(1);
    }

    [Fact]
    public void Settings_OutOfRange_AreRefused()
    {
        foreach (Action create in (Action[])[
            () => _ = new EarlyStopping(0),
            () => _ = new EarlyStopping(1, -1),
            () => _ = new EarlyStopping(1, double.NaN),
            () => _ = new EarlyStopping(1, 0, (MonitoredCost)7),
            () => _ = new ReduceOnPlateau(1),
            () => _ = new ReduceOnPlateau(0.5, 0),
            () => _ = new ReduceOnPlateau(0.5, 1, -1),
            () => _ = new ReduceOnPlateau(0.5, 1, 0, -1),
            () => _ = new ReduceOnPlateau(0.5, 1, 0, 0, double.NaN),
            () => Restless().TimeBudget = TimeSpan.Zero])
        {
            create.Should().Throw<ArgumentOutOfRangeException>();
        }
    }

    private static GradientDescentTrainer<double> Restless() =>
        new(new Network<double>([2, 9, 2], new Core.Activations.Tanh<double>(), seed: 3)) { BatchSize = 4, LearningRate = 3, Seed = 5 };

    private static GradientDescentTrainer<double> New(int workers)
    {
        var network = new Network<double>([2, 33, 2], new Core.Activations.Tanh<double>(), seed: 3);
        return new GradientDescentTrainer<double>(network)
        {
            BatchSize = 7,
            LearningRate = 0.3,
            Optimizer = new Adam(),
            Schedule = new CosineDecay(60, warmUpEpochs: 2),
            ReduceOnPlateau = new ReduceOnPlateau(0.5, 2),
            EarlyStopping = new EarlyStopping(6),
            L2 = 1e-3,
            MaxGradientNorm = 1,
        }.With(workers, byUnits: workers > 1);
    }

    /// <summary>Points of which every third has the label of the others: what is learned of them is wrong elsewhere.</summary>
    private static Dataset<double> Noisy(int count, int seed)
    {
        Dataset<double> set = SmallTraining.Blobs(count, seed);
        int[] labels = [.. set.Labels.ToArray().Select((label, i) => i % 3 == 0 ? 1 - label : label)];
        return Dataset<double>.FromMatrix(set.ToMatrix(), labels, 2);
    }

    /// <summary>Where training ends and which epoch is the best one, by the words of the documentation.</summary>
    private static (int End, int Best) Expected(double[] costs, int patience, double minDelta)
    {
        int bad = 0;
        int best = 0;
        double smallest = double.PositiveInfinity;
        for (int i = 0; i < costs.Length; i++)
        {
            bad = costs[i] < smallest - minDelta ? 0 : bad + 1;
            if (costs[i] < smallest)
            {
                smallest = costs[i];
                best = i + 1;
            }

            if (bad == patience)
            {
                return (i + 1, best);
            }
        }

        return (costs.Length, best);
    }
}
