using NeuralNets.Core.Data;
using NeuralNets.Core.Optimizers.Schedules;
using NeuralNets.Core.Tests.Data;
using NeuralNets.Core.Tests.Training;
using NeuralNets.Core.Training;

namespace NeuralNets.Core.Tests.Optimizers;

/// <summary>Schedules against values computed by hand; ten steps are an epoch.</summary>
public sealed class ScheduleTests
{
    private const int StepsPerEpoch = 10;

    [Theory]
    [InlineData(0, 1)]
    [InlineData(29, 1)]
    [InlineData(30, 0.5)]
    [InlineData(59, 0.5)]
    [InlineData(60, 0.25)]
    [InlineData(3000, 0)]
    public void StepDecay_EveryThreeEpochs_Halves(long step, double factor) =>
        new StepDecay(3, 0.5).Factor(step, StepsPerEpoch).Should().BeApproximately(factor, 1e-15);

    [Theory]
    [InlineData(0, 0.1)]
    [InlineData(4, 0.5)]
    [InlineData(9, 1)]
    [InlineData(10, 0.9)]
    [InlineData(25, 0.81)]
    public void ExponentialDecay_AfterWarmUp_IsThePowerOfTheEpoch(long step, double factor) =>
        new ExponentialDecay(0.9, warmUpEpochs: 1).Factor(step, StepsPerEpoch).Should().BeApproximately(factor, 1e-15);

    [Theory]
    [InlineData(0, 0.05)]
    [InlineData(19, 1)]
    [InlineData(20, 1)]
    [InlineData(60, 0.55)] // halfway
    [InlineData(100, 0.1)]
    [InlineData(1_000_000, 0.1)]
    public void CosineDecay_WithWarmUp_FallsToTheLastFactor(long step, double factor) =>
        new CosineDecay(10, warmUpEpochs: 2, lastFactor: 0.1).Factor(step, StepsPerEpoch).Should().BeApproximately(factor, 1e-15);

    [Theory]
    [InlineData(0, 1 / 30.0)]
    [InlineData(29, 1)]
    [InlineData(30, 1)]
    [InlineData(65, 0.5)]
    [InlineData(100, 0)]
    [InlineData(101, 0)]
    public void OneCycle_UnlessTold_RisesForThreeTenths(long step, double factor) =>
        new OneCycle(10).Factor(step, StepsPerEpoch).Should().BeApproximately(factor, 1e-15);

    [Fact]
    public void Fit_Schedule_IsReportedAndDecidesTheRateOfEachStep()
    {
        Dataset<double> set = SmallTraining.Blobs(30);
        var scheduled = new GradientDescentTrainer<double>(SmallTraining.Small())
        {
            BatchSize = 10,
            LearningRate = 0.5,
            Schedule = new StepDecay(1, 0.5),
        };
        var byHand = new GradientDescentTrainer<double>(SmallTraining.Small()) { BatchSize = 10 };

        scheduled.Fit(set, 3);
        foreach (double rate in (double[])[0.5, 0.25, 0.125])
        {
            byHand.LearningRate = rate;
            byHand.Fit(set, 1);
        }

        scheduled.History.Select(epoch => epoch.LearningRate).Should().Equal(0.5, 0.25, 0.125);
        scheduled.Network.ComputeParametersSha256().Should().Be(byHand.Network.ComputeParametersSha256());
    }

    [Fact]
    public void Fit_CustomSchedule_SeesEveryStep()
    {
        var schedule = new Recorder();
        var trainer = new GradientDescentTrainer<double>(SmallTraining.Small()) { BatchSize = 10, Schedule = schedule };

        trainer.Fit(SmallTraining.Blobs(30), 1);
        trainer.Fit(SmallTraining.Blobs(30), 1);

        schedule.Seen.Should().Equal((0, 3), (1, 3), (2, 3), (3, 3), (4, 3), (5, 3));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(-1)]
    [InlineData(double.PositiveInfinity)]
    public void Fit_ScheduleWithoutAFactor_IsRefusedAndNothingChanges(double factor)
    {
        var trainer = new GradientDescentTrainer<double>(SmallTraining.Small()) { Schedule = new Recorder { Result = factor } };
        string before = trainer.Network.ComputeParametersSha256();

        trainer.With(2).Invoking(it => it.Fit(SmallTraining.Blobs(30), 1)).Should().Throw<InvalidOperationException>()
            .WithMessage("The factor of a schedule must be finite and not negative, but *");
        trainer.Network.ComputeParametersSha256().Should().Be(before);
    }

    [Fact]
    public void Load_BuiltInSchedules_HaveTheirNumbers()
    {
        foreach (LearningRateSchedule schedule in (LearningRateSchedule[])[
            new StepDecay(3, 0.7, 0.25),
            new ExponentialDecay(0.9, 1.5),
            new CosineDecay(7.5, 0.1, 0.05),
            new OneCycle(9),
            new OneCycle(9, 2, 0.3)])
        {
            using var folder = new TempDirectory();
            CheckpointFile.Save(
                folder.File("it"), new GradientDescentTrainer<double>(SmallTraining.Small()) { Schedule = schedule });

            CheckpointFile.Load<double>(folder.File("it")).Schedule.Should().BeEquivalentTo(
                schedule, options => options.RespectingRuntimeTypes());
        }
    }

    [Fact]
    public void Load_CustomSchedule_IsToBeSetAgain()
    {
        using var folder = new TempDirectory();
        Dataset<double> set = SmallTraining.Blobs(30);
        var whole = new GradientDescentTrainer<double>(SmallTraining.Small()) { BatchSize = 10, Schedule = new Harmonic() };
        whole.Checkpoints = new CheckpointSchedule(folder.File("it"), everyEpochs: 2);
        whole.Fit(set, 5, onEpoch: epoch =>
        {
            if (epoch.Epoch == 2)
            {
                File.Copy(folder.File("it"), folder.File("2"));
            }
        });
        GradientDescentTrainer<double> resumed = CheckpointFile.Load<double>(folder.File("2"));
        string before = resumed.Network.ComputeParametersSha256();

        resumed.Invoking(it => it.Fit(set, 3)).Should().Throw<InvalidOperationException>().WithMessage("*set the trainer's Schedule*");
        resumed.Network.ComputeParametersSha256().Should().Be(before);
        CheckpointFile.Save(folder.File("again"), resumed);
        CheckpointFile.Load<double>(folder.File("again")).Invoking(it => it.Fit(set, 3)).Should().Throw<InvalidOperationException>();

        resumed.Schedule = new Harmonic();
        resumed.Fit(set, 3);

        resumed.Network.ComputeParametersSha256().Should().Be(whole.Network.ComputeParametersSha256());
    }

    [Fact]
    public void Settings_OutOfRange_AreRefused()
    {
        foreach (Action create in (Action[])[
            () => _ = new StepDecay(0),
            () => _ = new StepDecay(1, 1.5),
            () => _ = new ExponentialDecay(double.NaN),
            () => _ = new ExponentialDecay(0.5, -1),
            () => _ = new CosineDecay(0),
            () => _ = new CosineDecay(5, 5),
            () => _ = new CosineDecay(5, 1, 2),
            () => _ = new OneCycle(double.PositiveInfinity),
            () => _ = new OneCycle(3, 4)])
        {
            create.Should().Throw<ArgumentOutOfRangeException>();
        }
    }

    private sealed class Harmonic : LearningRateSchedule
    {
        public override double Factor(long stepCount, int stepsPerEpoch) => 1.0 / (1 + stepCount);
    }

    private sealed class Recorder : LearningRateSchedule
    {
        public List<(long Step, int StepsPerEpoch)> Seen { get; } = [];

        public double Result { get; init; } = 1;

        public override double Factor(long stepCount, int stepsPerEpoch)
        {
            Seen.Add((stepCount, stepsPerEpoch));
            return Result;
        }
    }
}
