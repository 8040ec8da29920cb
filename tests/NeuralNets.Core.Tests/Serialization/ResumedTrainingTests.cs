using System.Numerics;
using System.Text;
using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Data;
using NeuralNets.Core.Tests.ChildProcess;
using NeuralNets.Core.Tests.Data;
using NeuralNets.Core.Training;

namespace NeuralNets.Core.Tests.Serialization;

/// <summary>What a trainer that comes from a checkpoint takes and refuses.</summary>
public abstract class ResumedTrainingTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly Dataset<T> s_samples = CheckpointScenario.Samples<T>();

    [Fact]
    public void Fit_ResumedWithAnySampleChanged_IsRefused()
    {
        using var folder = new TempDirectory();
        string path = folder.File("checkpoint");
        Matrix<T> features = s_samples.ToMatrix();
        Dataset<T> Samples() => Dataset<T>.FromMatrix(features.Clone(), s_samples.Labels, 5);
        GradientDescentTrainer<T> trainer = CheckpointScenario.Create<T>(37);
        trainer.Fit(Samples(), 1);
        CheckpointFile.Save(path, trainer);
        GradientDescentTrainer<T> loaded = CheckpointFile.Load<T>(path);
        for (int i = 0; i < s_samples.Count; i++)
        {
            T old = features[i % 24, i];
            features[i % 24, i] = T.BitIncrement(old);
            loaded.Invoking(it => it.Fit(Samples(), 1))
                .Should().Throw<ArgumentException>($"sample {i} is another").WithParameterName("training");
            features[i % 24, i] = old;
        }

        loaded.Fit(Samples(), 1).Epochs.Should().ContainSingle();
    }

    [Fact]
    public void Fit_NoEpochs_DoesNothingAndReturnsThat()
    {
        using var folder = new TempDirectory();
        string path = folder.File("checkpoint");
        GradientDescentTrainer<T> trainer = CheckpointScenario.Create<T>(37);
        trainer.Checkpoints = new CheckpointSchedule(path);
        trainer.Fit(s_samples, 3);
        byte[] written = File.ReadAllBytes(path);
        File.Delete(path);

        GradientDescentTrainer<T> resumed = Load(written);
        resumed.Checkpoints = new CheckpointSchedule(path);
        TrainingResult result = resumed.Fit(
            s_samples, 3 - resumed.EpochsCompleted, s_samples, _ => throw new FormatException());

        result.Epochs.Should().BeEmpty();
        result.SamplesPerSecond.Should().Be(0);
        result.TrainingTime.Should().Be(TimeSpan.Zero);
        result.WorkerCount.Should().Be(0);
        result.Backend.Should().Be(trainer.Backend.Name);
        File.Exists(path).Should().BeFalse("nothing was done");
        resumed.EpochsCompleted.Should().Be(3);
        CheckpointFile.Save(path, resumed);
        File.ReadAllBytes(path).Should().Equal(written);
        resumed.Invoking(it => it.Fit(s_samples, -1)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("epochs");
        resumed.Invoking(it => it.Fit(s_samples.Take(7), 0))
            .Should().Throw<ArgumentException>("arguments are checked").WithParameterName("training");
    }

    [Fact]
    public void Fit_NoEpochsOnOtherData_KeepsTheTrainingSet()
    {
        using var folder = new TempDirectory();
        GradientDescentTrainer<T> trainer = CheckpointScenario.Create<T>(37);
        trainer.Fit(s_samples, 1);

        trainer.Fit(s_samples.Take(50), 0);
        CheckpointFile.Save(folder.File("checkpoint"), trainer);

        CheckpointFile.Load<T>(folder.File("checkpoint")).Fit(s_samples, 1).Epochs.Should().ContainSingle();
    }

    [Fact]
    public void Load_OtherTensorsInTheFile_AreIgnored()
    {
        using var folder = new TempDirectory();
        CheckpointFile.Save(folder.File("checkpoint"), CheckpointScenario.Create<T>(37));
        byte[] file = File.ReadAllBytes(folder.File("checkpoint"));
        int size = file.Length - 8 - Encoding.UTF8.GetByteCount(SafetensorsBytes.HeaderOf(file));
        byte[] more = SafetensorsBytes.Replace(
            file,
            "\"layers.0.bias\":",
            $$$"""  "layers.0.steps":{"dtype":"I64","shape":[1],"data_offsets":[{{{size}}},{{{size + 8}}}]},"layers.0.bias":""");

        Load([.. more, .. new byte[8]]).Network.ComputeParametersSha256().Should().Be(Load(file).Network.ComputeParametersSha256());
    }

    private static GradientDescentTrainer<T> Load(byte[] file) => CheckpointFile.Load<T>(new MemoryStream(file), "the file");
}

public sealed class ResumedTrainingSingleTests : ResumedTrainingTests<float>
{
    /// <summary>A file that the library wrote before there were checksums, when a fingerprint was of 256 samples: 2 epochs of 600
    /// samples. It is checked as it was then.</summary>
    [Fact]
    public void Load_CheckpointOfBeforeChecksums_ContinuesOnItsTrainingSet()
    {
        string path = Path.Combine(AppContext.BaseDirectory, "Serialization", "Fixtures", "before-checksums-checkpoint.safetensors");
        byte[] pixels = [.. Enumerable.Range(0, 600 * 4).Select(i => (byte)(i * 37 / 5))];
        byte[] labels = [.. Enumerable.Range(0, 600).Select(i => (byte)(i % 3))];
        Dataset<float> Samples(int changed = 0)
        {
            byte[] copy = [.. pixels];
            copy[4 * changed] ^= (byte)(changed == 0 ? 0 : 1);
            return Dataset<float>.FromImages(new LabeledImages(copy, labels, 2, 2), classCount: 3);
        }

        var network = new Network<float>([4, 5, 3], new LeakyRelu<float>(0.02), seed: 3);
        GradientDescentTrainer<float> whole = new(network) { BatchSize = 37, Seed = 9 };
        whole.Fit(Samples(), 2);
        GradientDescentTrainer<float> resumed = CheckpointFile.Load<float>(path);
        resumed.Network.ComputeParametersSha256().Should().Be(whole.Network.ComputeParametersSha256())
            .And.Be("9e3e142b77d18e4d625cf715c8754fce89fd7e5e87a6473662b1e7455ad995e6");

        resumed.Invoking(it => it.Fit(Samples(changed: 599), 1))
            .Should().Throw<ArgumentException>("the last sample was in the fingerprint");
        CheckpointFile.Load<float>(path).Fit(Samples(changed: 1), 1).Epochs.Should().ContainSingle("the second was not");
        CheckpointFile.Load<float>(path).Fit(Dataset<float>.FromMatrix(Samples().ToMatrix(), Samples().Labels, 3), 1)
            .Epochs.Should().ContainSingle("the numbers counted, not how they were kept");
        resumed.Fit(Samples(), 2);
        whole.Fit(Samples(), 2);
        resumed.Network.ComputeParametersSha256().Should().Be(whole.Network.ComputeParametersSha256());
        resumed.History.Select(epoch => epoch.Epoch).Should().Equal([3, 4], "the old file has no history");
    }
}

public sealed class ResumedTrainingDoubleTests : ResumedTrainingTests<double>;
