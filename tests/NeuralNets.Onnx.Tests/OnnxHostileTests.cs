using NeuralNets.Core;
using NeuralNets.Onnx.Format;
using NeuralNets.Onnx.Writing;
using Xunit.Abstractions;

namespace NeuralNets.Onnx.Tests;

/// <summary>Damaged and malicious files: they load, or are an <see cref="InvalidDataException"/>, and take little memory.</summary>
public sealed class OnnxHostileTests(ITestOutputHelper output)
{
    /// <summary>What loading may allocate in all, garbage included, for a byte of the file, and beyond that.</summary>
    private const int BytesPerByte = 64;
    private const int FixedBytes = 4 << 20;

    // NEURALNETS_EXHAUSTIVE=1 in the environment runs them all.
    private static readonly int s_cases = Environment.GetEnvironmentVariable("NEURALNETS_EXHAUSTIVE") == "1" ? 150_000 : 1_500;

    private static readonly byte[][] s_files =
        [.. OnnxLoadTests.Files("form-*", "torch-*").Select(OnnxLoadTests.Path).Select(File.ReadAllBytes)];

    [Fact]
    public void Load_OfChangedBytes_LoadsOrThrowsInvalidData() => Fuzz(seed: 1, random =>
    {
        byte[] file = [.. s_files[random.Next(s_files.Length)]];
        for (int change = random.Next(1, 4); change > 0 && file.Length > 0; change--)
        {
            int at = random.Next(file.Length);
            file = random.Next(6) switch
            {
                0 => file[..at],
                1 => [.. file[..at], (byte)random.Next(256), .. file[at..]],
                2 => [.. file[..at], .. file[(at + 1)..]],
                3 => [.. file[..at], 0xff, 0xff, 0xff, 0xff, (byte)random.Next(16), .. file[at..]],
                _ => [.. file[..at], (byte)(file[at] ^ (1 << random.Next(8))), .. file[(at + 1)..]],
            };
        }

        return file;
    });

    [Fact]
    public void Load_OfAChangedStructure_LoadsOrThrowsInvalidData() => Fuzz(seed: 2, random =>
    {
        var tree = new ProtoTree(s_files[random.Next(s_files.Length)]);
        for (int change = random.Next(1, 4); change > 0; change--)
        {
            tree.Change(random);
        }

        return tree.ToBytes();
    });

    [Fact]
    public void Load_OfAFileThatIsCutShort_ThrowsInvalidDataOrLoads()
    {
        byte[] file = File.ReadAllBytes(OnnxLoadTests.Path("form-gemm"));
        for (int length = 0; length < file.Length; length++)
        {
            Outcome(file[..length]).Should().BeOneOf("InvalidDataException", "loaded");
        }
    }

    [Fact]
    public void Load_OfManyEmptyNodes_IsRefusedBeforeTheyTakeMemory() =>
        Message(Model(Repeat(Fields.Graph.Node, 400_000))).Should().Contain("at most 100000 nodes");

    [Fact]
    public void Load_OfManyDimensions_IsRefused()
    {
        ProtoMessage tensor = new();
        for (int i = 0; i < 100; i++)
        {
            tensor.Add(Fields.Tensor.Dimensions, int.MaxValue);
        }

        tensor.Add(Fields.Tensor.ElementType, 1).Add(Fields.Tensor.Name, "W");
        Message(Model(Gemm("x", "z", 1).Add(Fields.Graph.Initializer, tensor))).Should().Contain("at most 16 dimensions");
    }

    /// <summary>The same weights over and over: a small file that would be a large network.</summary>
    [Fact]
    public void Load_OfWeightsThatAreUsedThousandsOfTimes_IsRefused()
    {
        const int Width = 400;
        ProtoMessage tensor = new ProtoMessage().Add(Fields.Tensor.Dimensions, Width).Add(Fields.Tensor.Dimensions, Width)
            .Add(Fields.Tensor.ElementType, 1).Add(Fields.Tensor.Name, "W").Add(Fields.Tensor.RawBytes, new byte[Width * Width * 4]);

        Message(Model(Gemm("x", "z", 5_000, Width).Add(Fields.Graph.Initializer, tensor))).Should().Contain("numbers, but have more");
    }

    /// <summary>Each value is the sum of the one before and itself: a function whose size doubles with each node.</summary>
    [Fact]
    public void Load_OfAFunctionThatDoubles_IsRefused()
    {
        var graph = new GraphWriter();
        string value = graph.Input("x", TensorType.Float, 2);
        value = graph.Node("Gemm", "z", [value, graph.Constant<float>("W", [1, 2, 3, 4], 2, 2)]);
        for (int i = 0; i < 1000; i++)
        {
            value = graph.Node("Mul", "a", [value, value]);
        }

        graph.Output(value, TensorType.Float, 2);
        Message(Bytes(NetworkWriter.Model(graph, null))).Should().Contain("(Mul) is not a part of one");
    }

    [Fact]
    public void Load_OfALongChain_DoesNotRecurse()
    {
        var graph = new GraphWriter();
        string value = graph.Input("x", TensorType.Float, 2);
        string shift = graph.Constant<float>("b", [1, 2], 2);
        string weights = graph.Constant<float>("W", [1, 0, 0, 1], 2, 2);
        for (int i = 0; i < 9_000; i++)
        {
            value = graph.Node(i % 3 == 0 ? "MatMul" : "Add", $"v{i}", [value, i % 3 == 0 ? weights : shift]);
        }

        graph.Output(value, TensorType.Float, 2);
        OnnxFile.Load<float>(new MemoryStream(Bytes(NetworkWriter.Model(graph, null))), "memory").Layers.Should().HaveCount(3000);
    }

    [Fact]
    public void Load_OfOtherFiles_SaysThatItIsNotOnnx()
    {
        Message([]).Should().Contain("must have a graph");
        Message("not a network"u8.ToArray()).Should().StartWith("file: ");
        Message([0x3a, 0xff, 0xff, 0xff, 0xff, 0x07]).Should().Contain("a length must end within its message");
        Message([0x38, 0x01]).Should().Contain("wire type LengthDelimited");
    }

    private static ProtoMessage Gemm(string input, string last, int count, int width = 1)
    {
        var graph = new ProtoMessage();
        for (int i = 0; i < count; i++)
        {
            graph.Add(Fields.Graph.Node, new ProtoMessage()
                .Add(Fields.Node.Input, i == 0 ? input : $"v{i - 1}").Add(Fields.Node.Input, "W")
                .Add(Fields.Node.Output, i == count - 1 ? last : $"v{i}").Add(Fields.Node.OperatorType, "MatMul"));
        }

        ProtoMessage shape = new ProtoMessage().Add(Fields.ValueInfo.Dimension, new ProtoMessage())
            .Add(Fields.ValueInfo.Dimension, new ProtoMessage().Add(Fields.ValueInfo.DimensionValue, width));
        ProtoMessage type = new ProtoMessage().Add(Fields.ValueInfo.TensorType, new ProtoMessage()
            .Add(Fields.ValueInfo.ElementType, 1).Add(Fields.ValueInfo.Shape, shape));
        return graph
            .Add(Fields.Graph.Input, new ProtoMessage().Add(Fields.ValueInfo.Name, input).Add(Fields.ValueInfo.Type, type))
            .Add(Fields.Graph.Output, new ProtoMessage().Add(Fields.ValueInfo.Name, last));
    }

    private static ProtoMessage Repeat(int field, int count)
    {
        var message = new ProtoMessage();
        for (int i = 0; i < count; i++)
        {
            message.Add(field, Array.Empty<byte>());
        }

        return message;
    }

    private static byte[] Model(ProtoMessage graph) => Bytes(new ProtoMessage().Add(Fields.Model.Graph, graph));

    private static byte[] Bytes(ProtoMessage model)
    {
        var stream = new MemoryStream();
        NetworkWriter.Write(stream, model);
        return stream.ToArray();
    }

    private static string Message(byte[] file)
    {
        Action load = () => OnnxFile.Load<float>(new MemoryStream(file), "file");
        return load.Should().Throw<InvalidDataException>().Which.Message;
    }

    private static string Outcome(byte[] file)
    {
        try
        {
            Network<double> network = OnnxFile.Load<double>(new MemoryStream(file), "file");
            network.Predict(new double[network.InputCount], new double[network.OutputCount]);
            return "loaded";
        }
        catch (InvalidDataException)
        {
            return nameof(InvalidDataException);
        }
    }

    private void Fuzz(int seed, Func<Random, byte[]> make)
    {
        var random = new Random(seed);
        int loaded = 0;
        double most = 0;
        for (int i = 0; i < s_cases; i++)
        {
            byte[] file = make(random);
            long before = GC.GetAllocatedBytesForCurrentThread();
            string outcome;
            try
            {
                outcome = Outcome(file);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"Case {i} of seed {seed}: {Convert.ToBase64String(file)}", exception);
            }

            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            most = Math.Max(most, allocated - ((double)BytesPerByte * file.Length));
            loaded += outcome == "loaded" ? 1 : 0;
        }

        output.WriteLine($"{s_cases} files, {loaded} loaded, at most {most:f0} bytes more than {BytesPerByte} for each of the file.");
        most.Should().BeLessThan(FixedBytes);
        loaded.Should().BeInRange(s_cases / 20, s_cases * 19 / 20, "otherwise the changes are too strong or too weak");
    }
}
