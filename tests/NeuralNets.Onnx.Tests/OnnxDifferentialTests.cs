using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using NeuralNets.Core;
using Xunit.Abstractions;

namespace NeuralNets.Onnx.Tests;

/// <summary>Graphs that were changed somewhere: whatever both ONNX Runtime and this library load has the same answers.</summary>
public sealed class OnnxDifferentialTests(ITestOutputHelper output)
{
    private const int Rows = 7;

    private static readonly int s_cases = Environment.GetEnvironmentVariable("NEURALNETS_EXHAUSTIVE") == "1" ? 20_000 : 300;

    private static readonly string[] s_files =
    [
        .. OnnxLoadTests.Files("form-*", "torch-*", "bad-*")
            .Except(["form-columns", "form-label-only", "form-zipmap", "bad-two-inputs", "bad-external-data"]),
    ];

    [Fact]
    public void Load_OfAChangedGraph_GivesOnnxRuntimesAnswersIfBothLoadIt()
    {
        var random = new Random(2);
        int compared = 0;
        for (int i = 0; i < s_cases; i++)
        {
            string file = s_files[random.Next(s_files.Length)];
            var tree = new ProtoTree(File.ReadAllBytes(OnnxLoadTests.Path(file)));
            for (int change = random.Next(1, 3); change > 0; change--)
            {
                tree.Change(random);
            }

            byte[] bytes = tree.ToBytes();
            if (Load(bytes) is { } network && Run(bytes, network.InputCount) is var (inputs, outputs))
            {
                compared++;
                double[] actual = new double[inputs.Length / network.InputCount * network.OutputCount];
                network.Predict(Array.ConvertAll(inputs, each => (double)each), actual);
                outputs.Any(each => AreClose(each, actual)).Should().BeTrue("case {0} is {1}: {2}", i, file, Convert.ToBase64String(bytes));
            }
        }

        output.WriteLine($"{compared} of {s_cases} were compared.");
        compared.Should().BeGreaterThan(s_cases / 20);
    }

    private static bool HasProbabilities(DisposableNamedOnnxValue result) => result.Name is "probabilities" or "p";

    private static bool AreClose(double[] expected, double[] actual)
    {
        double scale = actual.Select(Math.Abs).Where(double.IsFinite).Append(1).Max();
        return expected.Length == actual.Length && expected.Zip(actual).All(pair =>
            !double.IsFinite(pair.First) || !double.IsFinite(pair.Second) || Math.Abs(pair.First - pair.Second) <= 1e-5 * scale);
    }

    private static Network<double>? Load(byte[] file)
    {
        try
        {
            return OnnxFile.Load<double>(new MemoryStream(file), "file");
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private static (float[] Inputs, double[][] Outputs)? Run(byte[] file, int width)
    {
        try
        {
            using var options = new SessionOptions { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
            using var session = new InferenceSession(file, options);
            (string name, NodeMetadata input) = session.InputMetadata.Single();
            int[] dimensions = input.Dimensions;
            bool isSmall = width <= 100 && dimensions.Skip(1).Aggregate(1L, (product, each) => product * Math.Abs(each)) <= 100;
            if (dimensions.Length == 0 || !isSmall)
            {
                return null;
            }

            int rows = dimensions[0] > 0 ? dimensions[0] : Rows;
            dimensions[0] = rows;
            if (dimensions.Length == 2 && dimensions[1] < 0)
            {
                dimensions[1] = width;
            }

            float[] inputs = [.. Enumerable.Range(0, rows * width).Select(i => (i * 37 % 101 / 20f) - 2.5f)];
            NamedOnnxValue value = input.ElementType == typeof(double)
                ? NamedOnnxValue.CreateFromTensor(name, new DenseTensor<double>(Array.ConvertAll(inputs, each => (double)each), dimensions))
                : NamedOnnxValue.CreateFromTensor(name, new DenseTensor<float>(inputs, dimensions));
            using IDisposableReadOnlyCollection<DisposableNamedOnnxValue> results = session.Run([value]);
            // Of labels alone, the network has the values that they are made of.
            return results.Any(result => result.Value is Tensor<long>) && !results.Any(HasProbabilities)
                ? null : (inputs, [.. results.Select(OnnxLoadTests.Numbers)]);
        }
        catch (Exception exception) when (exception is OnnxRuntimeException or ArgumentException or OverflowException)
        {
            return null;
        }
    }
}
