using System.Numerics;
using System.Text;
using System.Text.Json.Nodes;
using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Data;
using NeuralNets.Core.Losses;
using NeuralNets.Core.Serialization;
using NeuralNets.Core.Tests.Data;
using NeuralNets.Core.Training;

namespace NeuralNets.Core.Tests.Serialization;

/// <summary>What the checksums find, and what they let others do with a file.</summary>
public abstract class ChecksumTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The history of two epochs: the first tensor of a checkpoint in float, since it is in double, and otherwise the
    /// last.</summary>
    private const int HistoryBytes = 2 * 14 * 8;

    private static readonly Dataset<T> s_samples = Dataset<T>.FromMatrix(
        Matrix<T>.Build.Dense(3, 10, (i, j) => T.CreateChecked((i * 0.3) - (j * 0.1))), [0, 1, 0, 1, 0, 1, 0, 1, 1, 1], 2);

    [Fact]
    [Trait("Kind", "Sweep")]
    public void LoadNetwork_AnyBitFlipped_IsRefusedOrHasTheSameContent()
    {
        byte[] file = Saved();

        FlipEachBit(file, damaged => Describe(NetworkFile.Load<T>(new MemoryStream(damaged), "the file", [new Softsign<T>()])));
    }

    [Fact]
    [Trait("Kind", "Sweep")]
    public void LoadNetworkInTheOtherType_AnyBitFlipped_IsRefusedOrHasTheSameContent()
    {
        byte[] file = Saved();
        if (typeof(T) == typeof(float))
        {
            FlipEachBit(file, damaged => Describe(
                NetworkFile.Load<double>(new MemoryStream(damaged), "the file", [new Softsign<double>()])));
        }
        else
        {
            FlipEachBit(file, damaged => Describe(
                NetworkFile.Load<float>(new MemoryStream(damaged), "the file", [new Softsign<float>()], allowRounding: true)));
        }
    }

    [Fact]
    [Trait("Kind", "Sweep")]
    public void LoadCheckpoint_AnyBitFlipped_IsRefusedOrHasTheSameContent() => FlipEachBit(
        SavedCheckpoint(), damaged => Describe(CheckpointFile.Load<T>(new MemoryStream(damaged), "the file")));

    [Fact]
    [Trait("Kind", "Sweep")]
    public void LoadNetworkOfACheckpoint_AnyBitFlipped_IsRefusedOrHasTheSameContent() => FlipEachBit(
        SavedCheckpoint(), damaged => Describe(NetworkFile.Load<T>(new MemoryStream(damaged), "the file")));

    [Fact]
    [Trait("Kind", "Sweep")]
    public void LoadCheckpoint_AnyByteReplaced_IsRefusedOrHasTheSameContent()
    {
        byte[] file = SavedCheckpoint();
        string expected = Load(file);
        for (int i = 0; i < file.Length; i++)
        {
            byte original = file[i];
            foreach (byte value in "\0\t \",:{}[]019azAZ\u00ff"u8)
            {
                file[i] = value;
                Check(file, Load, expected, $"byte {i} as {value}");
            }

            file[i] = original;
        }

        static string Load(byte[] damaged) => Describe(CheckpointFile.Load<T>(new MemoryStream(damaged), "the file"));
    }

    /// <summary>Two pieces of a file change places: every bit is one that was there.</summary>
    [Fact]
    public void Load_RowsOrLayersExchanged_IsRefused()
    {
        byte[] file = SavedCheckpoint();
        int size = typeof(T) == typeof(float) ? 4 : 8;
        int tensors = file.Length - (26 * size) - (size == 8 ? HistoryBytes : 0);
        foreach ((int first, int second, int length) in new[] { (4, 7, 3), (0, 1, 1), (18, 22, 2) })
        {
            byte[] changed = [.. file];
            file.AsSpan(tensors + (first * size), length * size).CopyTo(changed.AsSpan(tensors + (second * size)));
            file.AsSpan(tensors + (second * size), length * size).CopyTo(changed.AsSpan(tensors + (first * size)));
            changed.Should().NotEqual(file);

            FluentActions.Invoking(() => CheckpointFile.Load<T>(new MemoryStream(changed), "the file"))
                .Should().Throw<InvalidDataException>().WithMessage(
                    "the file: the parameters must have the SHA-256 that neuralnets.parameters.sha256 says*"
                    + "NetworkFile.LoadLayers takes them as they are.");
        }
    }

    [Theory]
    [InlineData("\\\"epochsCompleted\\\":2", "\\\"epochsCompleted\\\":3")]
    [InlineData("\\\"seed\\\":9", "\\\"seed\\\":8")]
    [InlineData("\\\"learningRate\\\":0.25", "\\\"learningRate\\\":0.75")]
    [InlineData("\\\"batchSize\\\":4", "\\\"batchSize\\\":5")]
    [InlineData("\\\"batchSize\\\":4", "\\\"batchSize\\\":null")]
    [InlineData("\\\"offset\\\":0.5", "\\\"offset\\\":0")]
    [InlineData("\\\"trainingSetVersion\\\":2", "\\\"trainingSetVersion\\\":1")]
    [InlineData("\\\"slope\\\":0.25", "\\\"slope\\\":0.5")]
    [InlineData("neuralnets.version\":\"", "neuralnets.version\":\"1")]
    [InlineData("\"neuralnets.network\":", "\"neuralnets.new\":\"\",\"neuralnets.network\":")]
    [InlineData("\"neuralnets.metadata.sha256\":\"", "\"neuralnets.metadata.sha256\":\"0")]
    [InlineData("\"neuralnets.metadata.sha256\"", "\"neuralnets.metadata.sha257\"")]
    [InlineData("\"neuralnets.metadata.sha256\"", "\"metadata.sha256\"")]
    [InlineData("\"neuralnets.parameters.sha256\":\"", "\"neuralnets.parameters.sha256\":\"0")]
    [InlineData("\"neuralnets.parameters.sha256\"", "\"parameters.sha256\"")]
    public void Load_TextChanged_IsRefused(string old, string with)
    {
        byte[] file = SafetensorsBytes.Replace(SavedCheckpoint(), old, with);

        FluentActions.Invoking(() => CheckpointFile.Load<T>(new MemoryStream(file), "the file")).Should().Throw<InvalidDataException>()
            .WithMessage("the file: the *metadata*the file is damaged*");
        FluentActions.Invoking(() => NetworkFile.Load<T>(new MemoryStream(file), "the file")).Should().Throw<InvalidDataException>();
    }

    /// <summary>As Python's json and safetensors would: the same content in another order, with white space, other escapes, and
    /// tensors and texts of its own.</summary>
    [Fact]
    public void Load_FileThatAnotherProgramRewrote_IsTheSame()
    {
        byte[] file = SavedCheckpoint();
        var header = JsonNode.Parse(SafetensorsBytes.HeaderOf(file))!.AsObject();
        int tensors = header.Where(field => field.Key != "__metadata__").Max(field => (int)field.Value!["data_offsets"]![1]!);
        header["__metadata__"]!["author"] = "someone";
        header["mean"] = JsonNode.Parse($$"""{"dtype":"F4_E9","shape":[6],"data_offsets":[{{tensors}},{{tensors + 5}}]}""");
        var reversed = new JsonObject(header.Reverse().Select(field => KeyValuePair.Create(field.Key, field.Value?.DeepClone())));
        byte[] json = Encoding.UTF8.GetBytes(reversed.ToJsonString(new() { WriteIndented = true }));
        byte[] rewritten = SafetensorsBytes.Of((ulong)json.Length, json, [.. file[^tensors..], 1, 2, 3, 4, 5]);

        Describe(CheckpointFile.Load<T>(new MemoryStream(rewritten), "the file"))
            .Should().Be(Describe(CheckpointFile.Load<T>(new MemoryStream(file), "the file")));
    }

    [Fact]
    public void Load_WithoutChecksums_IsNotChecked()
    {
        byte[] file = SafetensorsBytes.WithoutChecksums(SavedCheckpoint());
        file[^(typeof(T) == typeof(float) ? 1 : HistoryBytes + 1)] ^= 1;

        CheckpointFile.Load<T>(new MemoryStream(file), "the file").EpochsCompleted.Should().Be(2);
    }

    [Fact]
    public void LoadLayers_DamagedFile_TakesTheTensorsAsTheyAre()
    {
        byte[] file = SavedCheckpoint();
        file[^(typeof(T) == typeof(float) ? 1 : HistoryBytes + 1)] ^= 1;

        NetworkFile.LoadLayers(new MemoryStream(file), "the file", ["layers.0", "layers.1"], [new LeakyRelu<T>(0.25)])
            .InputCount.Should().Be(3);
    }

    [Fact]
    public void Save_Network_HasTheHashOfItsParametersInTheMetadata()
    {
        var network = new Network<T>([3, 4, 2], new Tanh<T>(), seed: 1);
        var stream = new MemoryStream();
        NetworkFile.Save(stream, network);

        SafetensorsBytes.HeaderOf(stream.ToArray())
            .Should().Contain($"\"neuralnets.parameters.sha256\":\"{network.ComputeParametersSha256()}\"");
    }

    [Fact]
    public void Load_SpecialValues_KeepTheirBits()
    {
        T[] weights = [T.NaN, -T.NaN, T.NegativeZero, T.Epsilon, T.PositiveInfinity, T.NegativeInfinity];
        var biases = MathNet.Numerics.LinearAlgebra.Vector<T>.Build.Dense(2);
        var network = new Network<T>([new DenseLayer<T>(Matrix<T>.Build.Dense(2, 3, weights), biases, new Softmax<T>())]);
        var stream = new MemoryStream();
        NetworkFile.Save(stream, network);
        stream.Position = 0;

        NetworkFile.Load<T>(stream, "the file").ComputeParametersSha256().Should().Be(network.ComputeParametersSha256());
    }

    private static void FlipEachBit(byte[] file, Func<byte[], string> load)
    {
        string expected = load(file);
        for (int bit = 0; bit < 8 * file.Length; bit++)
        {
            file[bit / 8] ^= (byte)(1 << (bit % 8));
            Check(file, load, expected, $"bit {bit % 8} of byte {bit / 8} of {file.Length}");
            file[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    private static void Check(byte[] file, Func<byte[], string> load, string expected, string what)
    {
        try
        {
            string actual = load(file);
            if (actual != expected)
            {
                throw new InvalidOperationException($"With {what} the file loads as {actual}, not as {expected}.");
            }
        }
        catch (InvalidDataException exception)
        {
            exception.Message.Should().StartWith("the file: ");
        }
    }

    private static string Describe<TNetwork>(Network<TNetwork> network)
        where TNetwork : unmanaged, IBinaryFloatingPointIeee754<TNetwork> =>
        $"{string.Join(" | ", network.Layers)} {network.ComputeParametersSha256()}";

    private static string Describe(GradientDescentTrainer<T> trainer) =>
        $"{Describe(trainer.Network)} {trainer.EpochsCompleted} {trainer.Seed} {trainer.LearningRate:R} {trainer.BatchSize} "
        + $"{((CrossEntropyLoss<T>)trainer.Loss!).Offset:R} {string.Join(", ", trainer.History)} {trainer.TrainingSet} {trainer.IsResumed}";

    private static byte[] Saved()
    {
        var stream = new MemoryStream();
        LayerSpec<T>[] layers = [new(4, new Softsign<T>()), new(3, new LeakyRelu<T>(0.3)), new(2, new Softmax<T>())];
        NetworkFile.Save(stream, new Network<T>(3, layers, seed: 1));
        return stream.ToArray();
    }

    /// <summary>A checkpoint of 3-4-2, which has 26 parameters.</summary>
    private static byte[] SavedCheckpoint()
    {
        using var folder = new TempDirectory();
        var trainer = new GradientDescentTrainer<T>(new Network<T>([3, 4, 2], new LeakyRelu<T>(0.25), seed: 1))
        {
            BatchSize = 4,
            Seed = 9,
            LearningRate = 0.25,
            Loss = new CrossEntropyLoss<T>(0.5),
            Checkpoints = new CheckpointSchedule(folder.File("checkpoint")),
        };
        trainer.Fit(s_samples, 2);
        return File.ReadAllBytes(folder.File("checkpoint"));
    }
}

public sealed class ChecksumSingleTests : ChecksumTests<float>;

public sealed class ChecksumDoubleTests : ChecksumTests<double>;
