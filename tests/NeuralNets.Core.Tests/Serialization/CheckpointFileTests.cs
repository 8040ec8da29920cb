using System.Numerics;
using NeuralNets.Core.Data;
using NeuralNets.Core.Losses;
using NeuralNets.Core.Serialization;
using NeuralNets.Core.Tests.ChildProcess;
using NeuralNets.Core.Tests.Data;
using NeuralNets.Core.Training;

namespace NeuralNets.Core.Tests.Serialization;

public abstract class CheckpointFileTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly Dataset<T> s_samples = CheckpointScenario.Samples<T>();

    [Theory]
    [InlineData(37)]
    [InlineData(null)]
    public void Load_SavedTrainer_HasItsState(int? batchSize)
    {
        using var folder = new TempDirectory();
        string path = folder.File("checkpoint");
        GradientDescentTrainer<T> saved = CheckpointScenario.Create<T>(batchSize);
        saved.Fit(s_samples, 2);

        CheckpointFile.Save(path, saved);
        GradientDescentTrainer<T> loaded = CheckpointFile.Load<T>(path);

        loaded.EpochsCompleted.Should().Be(2);
        loaded.Seed.Should().Be(-5);
        loaded.LearningRate.Should().Be(0.1 + 0.2);
        loaded.BatchSize.Should().Be(batchSize);
        loaded.Loss.Should().BeOfType<CrossEntropyLoss<T>>().Which.Offset.Should().Be(1e-9);
        loaded.Checkpoints.Should().BeNull();
        loaded.Network.ComputeParametersSha256().Should().Be(saved.Network.ComputeParametersSha256());
        NetworkFile.Load<T>(path).ComputeParametersSha256().Should().Be(saved.Network.ComputeParametersSha256());
    }

    [Fact]
    public void Load_TrainerThatHasNotTrained_TakesAnyTrainingSet()
    {
        using var folder = new TempDirectory();
        string path = folder.File("checkpoint");
        CheckpointFile.Save(path, CheckpointScenario.Create<T>(37));
        GradientDescentTrainer<T> expected = CheckpointScenario.Create<T>(37);

        GradientDescentTrainer<T> loaded = CheckpointFile.Load<T>(path);
        loaded.Fit(s_samples, 1);
        expected.Fit(s_samples, 1);

        loaded.Network.ComputeParametersSha256().Should().Be(expected.Network.ComputeParametersSha256());
    }

    [Fact]
    public void Save_AfterACallThatWasCancelledBeforeItBegan_KeepsTheTrainingSet()
    {
        using var folder = new TempDirectory();
        string path = folder.File("checkpoint");
        GradientDescentTrainer<T> trainer = CheckpointScenario.Create<T>(37);
        trainer.Fit(s_samples, 1);

        Action cancelled = () => trainer.Fit(s_samples.Take(50), 1, cancellationToken: new CancellationToken(true));
        cancelled.Should().Throw<OperationCanceledException>();
        CheckpointFile.Save(path, trainer);

        CheckpointFile.Load<T>(path).Fit(s_samples, 1).Epochs.Should().ContainSingle().Which.Epoch.Should().Be(2);
    }

    [Theory]
    [InlineData(37)]
    [InlineData(200)]
    [InlineData(null)]
    [Trait("Kind", "Sweep")]
    public void Fit_ResumedAtAnyEpochWithAnyWorkers_GivesTheBitsOfARunInOnePiece(int? batchSize)
    {
        const int Epochs = 5;
        using var folder = new TempDirectory();
        GradientDescentTrainer<T> whole = CheckpointScenario.Create<T>(batchSize);
        whole.Fit(s_samples, Epochs);
        CheckpointFile.Save(folder.File("whole"), whole);

        for (int stop = 1; stop < Epochs; stop++)
        {
            foreach (int workers in new[] { 1, 2, 3, 8 })
            {
                foreach (bool byUnits in new[] { false, true })
                {
                    string path = folder.File("checkpoint");
                    GradientDescentTrainer<T> first = Forced(CheckpointScenario.Create<T>(batchSize), workers, byUnits);
                    first.Checkpoints = new CheckpointSchedule(path, everyEpochs: 100);
                    first.Fit(s_samples, stop);

                    GradientDescentTrainer<T> second = Forced(CheckpointFile.Load<T>(path), 9 - workers, !byUnits);
                    second.Checkpoints = new CheckpointSchedule(path);
                    second.Fit(s_samples, Epochs - stop);

                    File.ReadAllBytes(path).Should().Equal(
                        File.ReadAllBytes(folder.File("whole")), $"stopped after {stop}, {workers} workers, by units: {byUnits}");
                }
            }
        }
    }

    [Theory]
    [InlineData(37)]
    [InlineData(null)]
    public void Fit_StoppedByItsProgressHandler_LeavesACheckpointOfAnEpochsEnd(int? batchSize)
    {
        using var folder = new TempDirectory();
        string path = folder.File("checkpoint");
        GradientDescentTrainer<T> whole = CheckpointScenario.Create<T>(batchSize);
        whole.Fit(s_samples, 6);
        GradientDescentTrainer<T> first = CheckpointScenario.Create<T>(batchSize);
        first.Checkpoints = new CheckpointSchedule(path);

        first.Invoking(trainer => trainer.Fit(s_samples, 6, onEpoch: (epoch =>
        {
            if (epoch.Epoch == 3)
            {
                throw new FormatException();
            }
        }))).Should().Throw<FormatException>();
        GradientDescentTrainer<T> second = CheckpointFile.Load<T>(path);

        second.EpochsCompleted.Should().Be(3);
        second.Fit(s_samples, 6 - second.EpochsCompleted);
        second.Network.ComputeParametersSha256().Should().Be(whole.Network.ComputeParametersSha256());
    }

    [Fact]
    public void Fit_CheckpointEveryThreeEpochs_WritesAfterThoseAndTheLast()
    {
        using var folder = new TempDirectory();
        string path = folder.File("checkpoint");
        GradientDescentTrainer<T> trainer = CheckpointScenario.Create<T>(37);
        trainer.Checkpoints = new CheckpointSchedule(path, everyEpochs: 3);
        var written = new List<int>();
        Action<EpochResult> progress = epoch =>
        {
            if (File.Exists(path))
            {
                written.Add(epoch.Epoch);
                CheckpointFile.Load<T>(path).EpochsCompleted.Should().Be(epoch.Epoch);
                File.Delete(path);
            }
        };

        trainer.Fit(s_samples, 7, onEpoch: progress);
        trainer.Fit(s_samples, 3, onEpoch: progress);

        written.Should().Equal(3, 6, 7, 9, 10);
    }

    [Fact]
    public void Save_InTheProgressHandler_HoldsTheEpochThatIsReported()
    {
        using var folder = new TempDirectory();
        GradientDescentTrainer<T> trainer = Forced(CheckpointScenario.Create<T>(37), workers: 3, byUnits: true);
        trainer.Fit(s_samples, 3, onEpoch: (epoch => CheckpointFile.Save(folder.File($"{epoch.Epoch}"), trainer)));

        GradientDescentTrainer<T> resumed = CheckpointFile.Load<T>(folder.File("1"));
        resumed.Fit(s_samples, 2);

        resumed.Network.ComputeParametersSha256().Should().Be(trainer.Network.ComputeParametersSha256());
        CheckpointFile.Load<T>(folder.File("3")).Network.ComputeParametersSha256().Should().Be(trainer.Network.ComputeParametersSha256());
    }

    [Fact]
    public void Fit_ResumedOnOtherData_IsRefused()
    {
        using var folder = new TempDirectory();
        string path = folder.File("checkpoint");
        GradientDescentTrainer<T> trainer = CheckpointScenario.Create<T>(37);
        trainer.Checkpoints = new CheckpointSchedule(path);
        trainer.Fit(s_samples, 1);
        GradientDescentTrainer<T> loaded = CheckpointFile.Load<T>(path);

        loaded.Invoking(it => it.Fit(CheckpointScenario.Samples<T>(seed: 6), 1))
            .Should().Throw<ArgumentException>().WithMessage("*same training set*").WithParameterName("training");
        loaded.Invoking(it => it.Fit(s_samples.Take(199), 1)).Should().Throw<ArgumentException>();
        loaded.EpochsCompleted.Should().Be(1);
        new GradientDescentTrainer<T>(loaded.Network).Fit(CheckpointScenario.Samples<T>(seed: 6), 1).Epochs.Should().ContainSingle();
        loaded.Fit(CheckpointScenario.Samples<T>(), 1).Epochs.Should().ContainSingle("the same samples are the same set");
    }

    [Fact]
    public void Fit_CheckpointCannotBeWritten_EndsWithThatExceptionAndTheNetworkIsUsable()
    {
        using var folder = new TempDirectory();
        string path = folder.File("a folder");
        Directory.CreateDirectory(path);
        GradientDescentTrainer<T> trainer = Forced(CheckpointScenario.Create<T>(37), workers: 3, byUnits: true);
        trainer.Checkpoints = new CheckpointSchedule(path, everyEpochs: 2);
        GradientDescentTrainer<T> expected = CheckpointScenario.Create<T>(37);

        Exception? exception = Record.Exception(() => trainer.Fit(s_samples, 5));
        expected.Fit(s_samples, 2);

        (exception is IOException or UnauthorizedAccessException).Should().BeTrue();
        trainer.EpochsCompleted.Should().Be(2);
        trainer.Network.ComputeParametersSha256().Should().Be(expected.Network.ComputeParametersSha256());
    }

    [Fact]
    public void Fit_NoFolderForCheckpoints_IsRefusedBeforeTraining()
    {
        using var folder = new TempDirectory();
        GradientDescentTrainer<T> trainer = CheckpointScenario.Create<T>(37);
        trainer.Checkpoints = new CheckpointSchedule(folder.File("none/checkpoint"), everyEpochs: 2);

        trainer.Invoking(it => it.Fit(s_samples, 5)).Should().Throw<DirectoryNotFoundException>();

        trainer.EpochsCompleted.Should().Be(0);
    }

    [Theory]
    [InlineData("\\\"format\\\":2,\\\"epochs", "\\\"format\\\":3,\\\"epochs", "must have format 2")]
    [InlineData("epochsCompleted\\\":1", "epochsCompleted\\\":-1", "non-negative integer as epochsCompleted")]
    [InlineData("epochsCompleted\\\":1", "epochsCompleted\\\":2147483648", "non-negative integer as epochsCompleted")]
    [InlineData("seed\\\":18446744073709551611", "seed\\\":18446744073709551616", "non-negative 64-bit integer as seed")]
    [InlineData("learningRate\\\":0.30000000000000004", "learningRate\\\":0", "positive and finite learningRate, but has 0")]
    [InlineData("learningRate\\\":0.30000000000000004", "learningRate\\\":1e400", "finite number as learningRate")]
    [InlineData("batchSize\\\":37", "batchSize\\\":0", "positive integer as batchSize")]
    [InlineData("offset\\\":1E-09", "offset\\\":-1", "a setting that is not one (The offset inside the logarithm must be between 0 and 1")]
    [InlineData("offset\\\":1E-09", "ofset\\\":1E-09", "a setting that is not one (CrossEntropy needs offset, but has not)")]
    [InlineData("CrossEntropy", "CrossEntropi", "there is no loss with the name CrossEntropi")]
    [InlineData("offset\\\":1E-09", "offset\\\":[1,2]", "CrossEntropy needs one number as offset, but has 2")]
    [InlineData("\\\"trainingSet\\\":", "\\\"trainingSet\\\":1,\\\"x\\\":", "a text as trainingSet")]
    [InlineData(
        "trainingSetVersion\\\":2", "trainingSetVersion\\\":3",
        "trainingSetVersion 1 or 2, those that this version of the library knows, but has 3.")]
    [InlineData("trainingSetVersion\\\":2", "trainingSetVersion\\\":\\\"2\\\"", "positive integer as trainingSetVersion")]
    [InlineData("neuralnets.training", "neuralnets.other", "must have neuralnets.training")]
    public void Load_StateThatIsNone_SaysWhat(string old, string with, string message)
    {
        using var folder = new TempDirectory();
        string path = folder.File("checkpoint");
        GradientDescentTrainer<T> trainer = CheckpointScenario.Create<T>(37);
        trainer.Fit(s_samples, 1);
        CheckpointFile.Save(path, trainer);
        File.WriteAllBytes(path, SafetensorsBytes.Replace(SafetensorsBytes.WithoutChecksums(File.ReadAllBytes(path)), old, with));

        FluentActions.Invoking(() => CheckpointFile.Load<T>(path))
            .Should().Throw<InvalidDataException>().Which.Message.Should().StartWith(path).And.Contain(message);
    }

    [Fact]
    public void Fit_MoreEpochsThanCanBeCounted_IsRefused()
    {
        using var folder = new TempDirectory();
        string path = folder.File("checkpoint");
        CheckpointFile.Save(path, CheckpointScenario.Create<T>(37));
        byte[] file = SafetensorsBytes.WithoutChecksums(File.ReadAllBytes(path));
        File.WriteAllBytes(path, SafetensorsBytes.Replace(file, "epochsCompleted\\\":0", "epochsCompleted\\\":2147483647"));

        CheckpointFile.Load<T>(path).Invoking(it => it.Fit(s_samples, 1))
            .Should().Throw<ArgumentOutOfRangeException>().WithParameterName("epochs");
    }

    [Fact]
    public void Load_OwnActivation_IsGivenByTheCaller()
    {
        using var folder = new TempDirectory();
        string path = folder.File("checkpoint");
        GradientDescentTrainer<T> trainer = new(new Network<T>([24, 8, 5], new Softsign<T>(), seed: 1)) { BatchSize = 20 };
        trainer.Checkpoints = new CheckpointSchedule(path);
        trainer.Fit(s_samples, 2);

        GradientDescentTrainer<T> loaded = CheckpointFile.Load<T>(path, [new Softsign<T>()]);
        loaded.Fit(s_samples, 2);
        trainer.Fit(s_samples, 2);

        loaded.Network.ComputeParametersSha256().Should().Be(trainer.Network.ComputeParametersSha256());
        FluentActions.Invoking(() => CheckpointFile.Load<T>(path)).Should().Throw<InvalidDataException>().WithMessage("*\"Softsign\"*");
    }

    [Fact]
    public void Arguments_Bad_AreRefused()
    {
        using var folder = new TempDirectory();

        FluentActions.Invoking(() => CheckpointFile.Save<T>(folder.File("a"), null!)).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => CheckpointFile.Save(string.Empty, CheckpointScenario.Create<T>(1)))
            .Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => CheckpointFile.Load<T>(folder.File("a"))).Should().Throw<FileNotFoundException>();
        FluentActions.Invoking(() => CheckpointFile.Load<T>((string)null!)).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => new CheckpointSchedule(string.Empty)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new CheckpointSchedule("a", 0)).Should().Throw<ArgumentOutOfRangeException>();
    }

    private static GradientDescentTrainer<T> Forced(GradientDescentTrainer<T> trainer, int workers, bool byUnits)
    {
        trainer.Hooks.WorkerCount = workers;
        trainer.Hooks.CutsFirstLayerByUnits = byUnits;
        trainer.Hooks.MicroBatchSize = 64;
        return trainer;
    }
}

public sealed class CheckpointFileSingleTests : CheckpointFileTests<float>
{
    [Fact]
    public void Load_CheckpointOfDoubles_IsRefused()
    {
        using var folder = new TempDirectory();
        string path = folder.File("checkpoint");
        CheckpointFile.Save(path, CheckpointScenario.Create<double>(37));

        FluentActions.Invoking(() => CheckpointFile.Load<float>(path))
            .Should().Throw<InvalidDataException>().WithMessage("*the type in which it began*F64*");
        NetworkFile.Load<float>(path, allowRounding: true).InputCount.Should().Be(24);
    }
}

public sealed class CheckpointFileDoubleTests : CheckpointFileTests<double>
{
    [Fact]
    public void Load_CheckpointOfFloats_IsRefused()
    {
        using var folder = new TempDirectory();
        string path = folder.File("checkpoint");
        CheckpointFile.Save(path, CheckpointScenario.Create<float>(37));

        FluentActions.Invoking(() => CheckpointFile.Load<double>(path))
            .Should().Throw<InvalidDataException>().WithMessage("*the type in which it began*F32*");
    }
}
