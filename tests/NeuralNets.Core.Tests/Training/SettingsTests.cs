using NeuralNets.Core.Backends;
using NeuralNets.Core.Data;
using NeuralNets.Core.Losses;
using NeuralNets.Core.Tests.Data;
using NeuralNets.Core.Tests.Optimizers;
using NeuralNets.Core.Tests.Serialization;
using NeuralNets.Core.Training;

namespace NeuralNets.Core.Tests.Training;

/// <summary>A call of Fit uses the settings of its beginning; what is set meanwhile counts from the next call.</summary>
public sealed class SettingsTests
{
    private static readonly Dataset<float> s_set = SmallTraining.BlobsFloat(90);

    private static readonly Dictionary<string, Action<GradientDescentTrainer<float>>> s_changes = new()
    {
        ["LearningRate"] = trainer => trainer.LearningRate = 0.7,
        ["BatchSize"] = trainer => trainer.BatchSize = 7,
        ["BatchSize, all"] = trainer => trainer.BatchSize = null,
        ["Seed"] = trainer => trainer.Seed = 99,
        ["Dropout"] = trainer => trainer.Dropout = new Dropout(0.5, 0.1),
        ["Loss"] = trainer => trainer.Loss = new CrossEntropyLoss<float>(1e-3),
        ["Optimizer"] = trainer => trainer.Optimizer = new TestMomentum(),
        ["Backend"] = trainer => trainer.Backend = new MathNetBackend(),
    };

    public static TheoryData<string> Changes => [.. s_changes.Keys];

    [Theory]
    [MemberData(nameof(Changes))]
    public void Setting_ChangedInAHandler_CountsFromTheNextCall(string change)
    {
        GradientDescentTrainer<float> untouched = New();
        untouched.Fit(s_set, 6, s_set);
        GradientDescentTrainer<float> between = New();
        between.Fit(s_set, 6, s_set);
        s_changes[change](between);
        between.Fit(s_set, 3, s_set);
        GradientDescentTrainer<float> trainer = New();

        TrainingResult result = trainer.Fit(s_set, 6, s_set, epoch =>
        {
            if (epoch.Epoch == 2)
            {
                s_changes[change](trainer);
            }
        });
        string afterFirst = trainer.Network.ComputeParametersSha256();
        trainer.Fit(s_set, 3, s_set);

        afterFirst.Should().Be(untouched.Network.ComputeParametersSha256());
        result.Backend.Should().Be(ManagedBackend.Instance.Name);
        trainer.Network.ComputeParametersSha256().Should().Be(between.Network.ComputeParametersSha256());
        Scores(trainer).Should().Equal(Scores(between));
        Scores(trainer).Take(6).Should().Equal(Scores(untouched));
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public void Checkpoint_WrittenAfterASettingWasChanged_HoldsWhatWasUsed(string change)
    {
        using var folder = new TempDirectory();
        GradientDescentTrainer<float> whole = New();
        whole.Checkpoints = new CheckpointSchedule(folder.File("scheduled"));
        whole.Fit(s_set, 8, null, epoch =>
        {
            if (epoch.Epoch == 2)
            {
                s_changes[change](whole);
            }
            else if (epoch.Epoch == 4)
            {
                File.Copy(folder.File("scheduled"), folder.File("4"));
                CheckpointFile.Save(folder.File("own 4"), whole);
            }
        });

        foreach (string name in (string[])["4", "own 4"])
        {
            GradientDescentTrainer<float> resumed = CheckpointFile.Load<float>(folder.File(name));
            resumed.LearningRate.Should().Be(0.2);
            resumed.BatchSize.Should().Be(20);
            resumed.Seed.Should().Be(5);
            resumed.Fit(s_set, 4);

            resumed.Network.ComputeParametersSha256().Should().Be(whole.Network.ComputeParametersSha256());
            Scores(resumed).Should().Equal(Scores(whole));
        }
    }

    [Fact]
    public void Checkpoints_SetAndTakenAwayInAHandler_CountFromTheNextCall()
    {
        using var folder = new TempDirectory();
        string path = folder.File("checkpoint");
        GradientDescentTrainer<float> trainer = New();

        trainer.Fit(s_set, 3, onEpoch: _ => trainer.Checkpoints = new CheckpointSchedule(path));
        File.Exists(path).Should().BeFalse();
        trainer.Fit(s_set, 2, onEpoch: _ => trainer.Checkpoints = null);
        CheckpointFile.Load<float>(path).EpochsCompleted.Should().Be(5);
        trainer.Fit(s_set, 1);

        CheckpointFile.Load<float>(path).EpochsCompleted.Should().Be(5);
    }

    [Fact]
    public void MaxDegreeOfParallelism_ChangedInAHandler_DoesNotChangeTheBits()
    {
        GradientDescentTrainer<float> untouched = New();
        untouched.Fit(s_set, 4);
        GradientDescentTrainer<float> trainer = New();

        trainer.Fit(s_set, 4, onEpoch: _ => trainer.MaxDegreeOfParallelism = 1);

        trainer.MaxDegreeOfParallelism.Should().Be(1);
        trainer.Network.ComputeParametersSha256().Should().Be(untouched.Network.ComputeParametersSha256());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-0.1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void LearningRate_NotPositiveOrNotFinite_IsRefused(double rate)
    {
        Action set = () => _ = new GradientDescentTrainer<double>(SmallTraining.Small()) { LearningRate = rate };

        set.Should().Throw<ArgumentOutOfRangeException>().WithMessage("The learning rate must be positive and finite as a Double.*");
    }

    [Theory]
    [InlineData(1e39)]
    [InlineData(7e-46)]
    [InlineData(1e-46)]
    [InlineData(1e-50)]
    [InlineData(double.Epsilon)]
    [InlineData(double.MaxValue)]
    public void LearningRate_ZeroOrInfiniteAsAFloat_IsRefused(double rate)
    {
        using var folder = new TempDirectory();
        string path = folder.File("checkpoint");
        GradientDescentTrainer<float> trainer = New();

        trainer.Invoking(it => it.LearningRate = rate).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("The learning rate must be positive and finite as a Single.*");

        trainer.LearningRate.Should().Be(0.2);
        new GradientDescentTrainer<double>(SmallTraining.Small()) { LearningRate = rate }.LearningRate.Should().Be(rate);
        CheckpointFile.Save(path, trainer);
        byte[] file = SafetensorsBytes.WithoutChecksums(File.ReadAllBytes(path));
        File.WriteAllBytes(path, SafetensorsBytes.Replace(
            file, "learningRate\\\":0.2", $"learningRate\\\":{rate.ToString("R", System.Globalization.CultureInfo.InvariantCulture)}"));
        FluentActions.Invoking(() => CheckpointFile.Load<float>(path))
            .Should().Throw<InvalidDataException>().WithMessage("*positive and finite learningRate*");
    }

    [Fact]
    public void LearningRate_SmallestFloat_IsTaken() =>
        new GradientDescentTrainer<float>(SmallTraining.SmallFloat()) { LearningRate = float.Epsilon }.LearningRate
            .Should().Be(float.Epsilon);

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Sizes_NotPositive_AreRefused(int value)
    {
        var trainer = new GradientDescentTrainer<double>(SmallTraining.Small());

        trainer.Invoking(t => t.BatchSize = value).Should().Throw<ArgumentOutOfRangeException>();
        trainer.Invoking(t => t.MaxDegreeOfParallelism = value).Should().Throw<ArgumentOutOfRangeException>();
        if (value < 0)
        {
            trainer.Invoking(t => t.Fit(SmallTraining.Blobs(4), value))
                .Should().Throw<ArgumentOutOfRangeException>().WithParameterName("epochs");
        }
    }

    private static GradientDescentTrainer<float> New() =>
        new(SmallTraining.SmallFloat()) { LearningRate = 0.2, BatchSize = 20, Seed = 5 };

    private static IEnumerable<(int Epoch, Score Training, Score? Validation)> Scores(GradientDescentTrainer<float> trainer) =>
        trainer.History.Select(epoch => (epoch.Epoch, epoch.Training, epoch.Validation));
}
