using System.Text;
using NeuralNets.Core;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Tables;

namespace NeuralNets.Onnx.Tests;

/// <summary>Files as files: where they are written and read, and what is refused before.</summary>
public sealed class OnnxFileTests
{
    [Fact]
    public void Save_ToAPath_ReplacesTheFileAndLoads()
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory().FullName, "model.onnx");
        var network = new Network<float>([784, 128, 32, 10], new Relu<float>(), seed: 1);
        File.WriteAllText(path, "what was there before");

        OnnxFile.Save(path, network);

        Directory.GetFiles(Path.GetDirectoryName(path)!).Should().Equal(path);
        Network<float> loaded = OnnxFile.Load<float>(path);
        loaded.ComputeParametersSha256().Should().Be(network.ComputeParametersSha256());
        loaded.ToString().Should().Be("784-128-32-10, Relu");
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
    }

    [Fact]
    public void Save_OfTheSameNetwork_GivesTheSameBytes()
    {
        byte[] first = OnnxSession.Save(new Network<float>([4, 3, 2], new Mish<float>(), seed: 1));

        OnnxSession.Save(new Network<float>([4, 3, 2], new Mish<float>(), seed: 1)).Should().Equal(first);
    }

    [Fact]
    public void Save_OfLargeLayers_GivesTheProbabilitiesAndLabels()
    {
        const int Rows = 500;
        var network = new Network<float>([784, 128, 32, 10], new Relu<float>(), seed: 1);
        var random = new Random(1);
        float[] images = [.. Enumerable.Range(0, Rows * 784).Select(_ => random.NextSingle())];
        using var session = new OnnxSession(OnnxSession.Save(network));
        float[] expected = new float[Rows * 10];
        network.Predict(images, expected);

        float[] actual = session.Run<float, float>(images, [Rows, 784], "probabilities");

        actual.Zip(expected).Max(pair => Math.Abs(pair.First - pair.Second)).Should().BeLessThan(4 * MathF.Pow(2, -23));
    }

    [Fact]
    public void Save_OfACustomActivation_NamesTheLayer()
    {
        Action save = () => OnnxSession.Save(new Network<float>([2, 3, 2], new Halved(), seed: 1));

        save.Should().Throw<NotSupportedException>().WithMessage("*layer 1 (2 -> 3, Halved)*custom*");
    }

    [Fact]
    public void Save_OfANameThatIsNotUnicode_IsRefused()
    {
        Table table = Table.FromDictionaries(Enumerable.Range(0, 30).Select(i => new Dictionary<string, object?>
        {
            ["x"] = i % 3 == 0 ? "\ud800" : "b",
            ["answer"] = i % 2 == 0 ? "x" : "y",
        }));
        var encoder = TableEncoder.Fit(table, "answer");

        Action save = () => OnnxSession.Save(new Network<float>([encoder.FeatureCount, 2], new Relu<float>(), seed: 1), encoder);

        save.Should().Throw<EncoderFallbackException>().Which.Should().BeAssignableTo<ArgumentException>();
    }

    [Fact]
    public void Save_AndLoad_OfBadArguments_SayWhich()
    {
        var network = new Network<float>([2, 2], new Relu<float>(), seed: 1);
        ((Action)(() => OnnxFile.Save("", network))).Should().Throw<ArgumentException>().WithParameterName("path");
        ((Action)(() => OnnxFile.Save<float>("x.onnx", null!))).Should().Throw<ArgumentNullException>().WithParameterName("network");
        ((Action)(() => OnnxFile.Save((Stream)null!, network))).Should().Throw<ArgumentNullException>().WithParameterName("stream");
        ((Action)(() => OnnxFile.Save("/no such folder/x.onnx", network))).Should().Throw<DirectoryNotFoundException>();
        ((Action)(() => OnnxFile.Load<float>("no-such.onnx"))).Should().Throw<FileNotFoundException>();
        ((Action)(() => OnnxFile.Load<float>(Path.GetTempPath()))).Should().Throw<IOException>().WithMessage("*folder*");
        ((Action)(() => OnnxFile.Load<Half>(new MemoryStream(), "x"))).Should().Throw<NotSupportedException>().WithMessage("*Half*");
        ((Action)(() => OnnxFile.Load<float>(null!, "x"))).Should().Throw<ArgumentNullException>().WithParameterName("stream");
        ((Action)(() => OnnxFile.Load<float>(new MemoryStream(), ""))).Should().Throw<ArgumentException>().WithParameterName("name");
    }

    private sealed class Halved : IActivation<float>
    {
        public void Evaluate(ReadOnlySpan<float> z, Span<float> a)
        {
            for (int i = 0; i < z.Length; i++)
            {
                a[i] = z[i] / 2;
            }
        }

        public void MultiplyByDerivative(ReadOnlySpan<float> z, ReadOnlySpan<float> a, Span<float> gradient)
        {
            for (int i = 0; i < gradient.Length; i++)
            {
                gradient[i] /= 2;
            }
        }

        public override string ToString() => "Halved";
    }
}
