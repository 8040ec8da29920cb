using System.Numerics;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Data;
using NeuralNets.Core.Optimizers;
using NeuralNets.Core.Serialization;
using NeuralNets.Core.Tests.Data;
using NeuralNets.Core.Tests.Training;
using NeuralNets.Core.Training;

namespace NeuralNets.Core.Tests.Serialization;

/// <summary>A data set in a file is the same as in memory: what it holds, what it trains, and what a checkpoint knows of it.</summary>
public abstract class DatasetFileTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [Theory]
    [MemberData(nameof(DatasetSamples.Kinds), MemberType = typeof(DatasetSamples))]
    public void Open_SavedSet_IsTheSame(string kind)
    {
        using var folder = new TempDirectory();
        Dataset<T> set = DatasetSamples.Create<T>(kind);
        string path = folder.File("set");

        DatasetFile.Save(path, set);
        Dataset<T> opened = DatasetFile.Open<T>(path);

        CheckSame(opened, set);
        opened.LargestFeature.Should().Be(set.LargestFeature);
        DatasetFile.Verify(path);
        DatasetFile.Save(folder.File("again"), opened);
        File.ReadAllBytes(folder.File("again")).Should().Equal(File.ReadAllBytes(path));
    }

    [Theory]
    [MemberData(nameof(DatasetSamples.Kinds), MemberType = typeof(DatasetSamples))]
    public void Open_PartsInAnyOrder_AreTheSame(string kind)
    {
        using var folder = new TempDirectory();
        Dataset<T> set = DatasetSamples.Create<T>(kind);
        DatasetFile.Save(folder.File("set"), set);
        Dataset<T> opened = DatasetFile.Open<T>(folder.File("set"));

        CheckSame(opened.Take(71), set.Take(71));
        CheckSame(opened.Split(0.3, seed: 2).Validation, set.Split(0.3, seed: 2).Validation);
        Dataset<T> part = set.Subset([199, 3, 3, 4, 5, 0]);
        CheckSame(opened.Subset([199, 3, 3, 4, 5, 0]), part);
        DatasetFile.Save(folder.File("part"), opened.Subset([199, 3, 3, 4, 5, 0]));
        CheckSame(DatasetFile.Open<T>(folder.File("part")), part);
    }

    [Theory]
    [MemberData(nameof(DatasetSamples.Kinds), MemberType = typeof(DatasetSamples))]
    public void Fit_SetInAFile_TrainsTheBitsOfTheSetInMemory(string kind)
    {
        using var folder = new TempDirectory();
        Dataset<T> set = DatasetSamples.Create<T>(kind);
        DatasetFile.Save(folder.File("set"), set);
        GradientDescentTrainer<T> inMemory = Trainer(set, workers: 1);
        TrainingResult expected = inMemory.Fit(set, 4, set);

        foreach (int workers in (int[])[1, 2])
        {
            Dataset<T> opened = DatasetFile.Open<T>(folder.File("set"));
            GradientDescentTrainer<T> first = Trainer(set, workers);
            first.Fit(workers == 1 ? set : opened, 2, set);
            CheckpointFile.Save(folder.File("checkpoint"), first);
            GradientDescentTrainer<T> resumed = CheckpointFile.Load<T>(folder.File("checkpoint")).With(workers, byUnits: true);

            // What either began, the other continues.
            TrainingResult result = resumed.Fit(workers == 1 ? opened : set, 2, opened);

            resumed.Network.ComputeParametersSha256().Should().Be(inMemory.Network.ComputeParametersSha256());
            result.Epochs[^1].Training.Should().Be(expected.Epochs[^1].Training);
            result.Epochs[^1].Validation.Should().Be(expected.Epochs[^1].Validation);
        }
    }

    [Fact]
    public void Fit_ResumedOnAFileWithAnotherFeature_IsRefused()
    {
        using var folder = new TempDirectory();
        Dataset<T> set = DatasetSamples.Create<T>("bytes");
        GradientDescentTrainer<T> trainer = Trainer(set, workers: 1);
        trainer.Fit(set, 1);
        CheckpointFile.Save(folder.File("checkpoint"), trainer);
        DatasetFile.Save(folder.File("set"), set);
        byte[] changed = File.ReadAllBytes(folder.File("set"));
        changed[4096 + (150 * DatasetSamples.Features)] ^= 1;
        string path = folder.Write("changed", changed);

        GradientDescentTrainer<T> loaded = CheckpointFile.Load<T>(folder.File("checkpoint"));

        loaded.Invoking(it => it.Fit(DatasetFile.Open<T>(path), 1)).Should().Throw<ArgumentException>().WithParameterName("training");
    }

    [Fact]
    public void Predict_SetInAFile_GivesTheBitsOfTheSetInMemory()
    {
        using var folder = new TempDirectory();
        Dataset<T> set = DatasetSamples.Create<T>("numbers");
        DatasetFile.Save(folder.File("set"), set);
        Dataset<T> opened = DatasetFile.Open<T>(folder.File("set"));
        Network<T> network = Trainer(set, workers: 1).Network;

        network.Predict(opened).Should().Be(network.Predict(set));
        network.Evaluate(opened).Should().Be(network.Evaluate(set));
    }

    [Fact]
    public void Read_SetOfManyThreads_IsTheSameAndAllocatesNothing()
    {
        using var folder = new TempDirectory();
        Dataset<T> set = DatasetSamples.Create<T>("numbers");
        DatasetFile.Save(folder.File("set"), set);
        Dataset<T> opened = DatasetFile.Open<T>(folder.File("set"));
        T[] expected = set.ToMatrix().ToColumnMajorArray();

        Parallel.For(0, 8, _ =>
        {
            T[] all = new T[expected.Length];
            opened.Gather(0, all);
            opened.Prefetch([0, 199]);
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 50; i++)
            {
                opened.Prefetch([7, 198]);
                opened.Gather(0, all);
            }

            GC.GetAllocatedBytesForCurrentThread().Should().Be(before);
            all.Should().Equal(expected);
        });
    }

    [Fact]
    public void Open_FileDeletedOrReplacedMeanwhile_StillHasItsSamples()
    {
        if (OperatingSystem.IsWindows())
        {
            return; // There, a file that is mapped stays.
        }

        using var folder = new TempDirectory();
        string path = folder.File("set");
        Dataset<T> set = DatasetSamples.Create<T>("numbers");
        DatasetFile.Save(path, set);
        Dataset<T> opened = DatasetFile.Open<T>(path);

        DatasetFile.Save(path, opened.Take(10));
        Dataset<T> replaced = DatasetFile.Open<T>(path);
        File.Delete(path);

        CheckSame(opened, set);
        CheckSame(replaced, set.Take(10));
    }

    [Fact]
    public void Open_SetThatIsGarbage_ClosesTheFile()
    {
        using var folder = new TempDirectory();
        string path = folder.File("set");
        DatasetFile.Save(path, DatasetSamples.Create<T>("bytes"));
        OpenAndForget(path);

        // The handles have finalizers. A further collection changes nothing where they have run.
        for (int i = 0; i < 10; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        using var alone = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        alone.Length.Should().BePositive();
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static void OpenAndForget(string path)
    {
        Dataset<T> opened = DatasetFile.Open<T>(path);
        opened.Gather(0, new T[DatasetSamples.Features]);
        FluentActions.Invoking(() => new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None).Dispose())
            .Should().Throw<IOException>("it is locked as long as it is mapped");
        GC.KeepAlive(opened);
    }

    private static void CheckSame(Dataset<T> actual, Dataset<T> expected)
    {
        actual.ToString().Should().Be(expected.ToString());
        actual.Fingerprint.Should().Be(expected.Fingerprint);
        actual.Labels.ToArray().Should().Equal(expected.Labels.ToArray());
        actual.Values.ToArray().Should().Equal(expected.Values.ToArray());
        actual.Weights.ToArray().Should().Equal(expected.Weights.ToArray());
        actual.ToMatrix().Should().Be(expected.ToMatrix());
        actual.Scaling.Should().Be(expected.Scaling);
    }

    private static GradientDescentTrainer<T> Trainer(Dataset<T> set, int workers)
    {
        Network<T> network = set.ClassCount > 0
            ? new Network<T>([set.FeatureCount, 24, 5], new Relu<T>(), seed: 3)
            : new Network<T>([set.FeatureCount, 24, 5], new Tanh<T>(), new Identity<T>(), seed: 3);
        return new GradientDescentTrainer<T>(network)
        {
            BatchSize = 32,
            Seed = 9,
            LearningRate = 0.001,
            Optimizer = new Adam(),
            Dropout = new Dropout(0.2),
        }.With(workers, byUnits: true);
    }
}

public sealed class DatasetFileSingleTests : DatasetFileTests<float>
{
    /// <summary>Floats become doubles exactly.</summary>
    [Theory]
    [InlineData("numbers with weights")]
    [InlineData("numbers with values")]
    [InlineData("bytes with values")]
    public void Open_FloatsAsDoubles_AreTheSameNumbers(string kind)
    {
        using var folder = new TempDirectory();
        Dataset<float> set = DatasetSamples.Create<float>(kind);
        DatasetFile.Save(folder.File("set"), set);

        Dataset<double> opened = DatasetFile.Open<double>(folder.File("set"));

        opened.Values.ToArray().Should().Equal(Array.ConvertAll(set.Values.ToArray(), value => (double)value));
        opened.Weights.ToArray().Should().Equal(set.Weights.ToArray());
        if (set.Scaling is null)
        {
            double[] numbers = Array.ConvertAll(set.ToMatrix().ToColumnMajorArray(), value => (double)value);
            opened.ToMatrix().ToColumnMajorArray().Should().Equal(numbers);
            Dataset<double> inMemory = Dataset<double>.FromMatrix(
                MathNet.Numerics.LinearAlgebra.Matrix<double>.Build.Dense(set.FeatureCount, set.Count, numbers), opened.Targets);
            opened.Fingerprint.Should().Be(inMemory.Fingerprint);
        }
    }
}

public sealed class DatasetFileDoubleTests : DatasetFileTests<double>
{
    [Fact]
    public void Open_DoublesAsFloats_IsRefused()
    {
        using var folder = new TempDirectory();
        string numbers = folder.File("numbers");
        string values = folder.File("values");
        DatasetFile.Save(numbers, DatasetSamples.Create<double>("numbers"));
        DatasetFile.Save(values, DatasetSamples.Create<double>("bytes with values"));

        FluentActions.Invoking(() => DatasetFile.Open<float>(numbers)).Should().Throw<InvalidDataException>().WithMessage(
            $"{numbers}: doubles must be opened as doubles, since floats would round them, but \"features\" is F64 [200, 27] and was to be "
            + "opened as floats.");
        FluentActions.Invoking(() => DatasetFile.Open<float>(values)).Should().Throw<InvalidDataException>().WithMessage(
            "*but \"values\" is F64 [200, 5] and was to be opened as floats.");
    }
}
