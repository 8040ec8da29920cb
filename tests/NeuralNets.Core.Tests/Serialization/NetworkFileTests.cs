using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Serialization;
using NeuralNets.Core.Tests.Data;

namespace NeuralNets.Core.Tests.Serialization;

public abstract class NetworkFileTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly string s_dtype = typeof(T) == typeof(float) ? "F32" : "F64";

    [Fact]
    public void Load_SavedNetwork_HasItsBitsAndActivations()
    {
        using var folder = new TempDirectory();
        string path = folder.File("network.safetensors");
        Network<T> saved = AllActivations();

        NetworkFile.Save(path, saved);
        Network<T> loaded = NetworkFile.Load<T>(path, [new Softsign<T>("unused"), new Softsign<T>()]);

        loaded.ComputeParametersSha256().Should().Be(saved.ComputeParametersSha256());
        loaded.Layers.Select(layer => layer.ToString()).Should().Equal(
            "3 -> 4, Relu", "4 -> 5, LeakyRelu(0.3)", "5 -> 2, Sigmoid", "2 -> 1, Tanh", "1 -> 6, Identity", "6 -> 3, Softsign",
            "3 -> 2, Softmax");
        Matrix<T> inputs = RandomMatrix(3, 7);
        loaded.Predict(inputs).Should().Be(saved.Predict(inputs));
    }

    [Fact]
    public void Save_AnyNetwork_WritesTheseBytes()
    {
        T[] weights = [T.One, -T.Zero, T.NaN, T.Epsilon, T.NegativeInfinity, T.CreateChecked(0.1)];
        var network = new Network<T>(
        [
            new DenseLayer<T>(Matrix<T>.Build.Dense(3, 2, weights), Build(1, 2, 3), new LeakyRelu<T>()),
            new DenseLayer<T>(Matrix<T>.Build.Dense(2, 3), Build(4, 5), new Softmax<T>()),
        ]);
        var stream = new MemoryStream();

        NetworkFile.Save(stream, network);

        byte[] file = stream.ToArray();
        string header = SafetensorsBytes.HeaderOf(file);
        int size = s_dtype == "F32" ? 4 : 8;
        const string Architecture =
            """{"format":1,"inputs":2,"layers":[{"units":3,"activation":"LeakyRelu","slope":0.01},{"units":2,"activation":"Softmax"}]}""";
        string sha256 = Sha256OfTexts(
            "neuralnets.network",
            Architecture,
            "neuralnets.parameters.sha256",
            network.ComputeParametersSha256(),
            "neuralnets.version",
            LibraryVersion.Text);
        header.TrimEnd(' ').Should().Be(
            $$$"""{"__metadata__":{"format":"pt","neuralnets.version":"{{{LibraryVersion.Text}}}","""
            + $$$""" "neuralnets.network":"{{{Architecture.Replace("\"", "\\\"", StringComparison.Ordinal)}}}","""[1..]
            + $$$""" "neuralnets.parameters.sha256":"{{{network.ComputeParametersSha256()}}}","neuralnets.metadata.sha256":"{{{sha256}}}"},"""[1..]
            + $$$"""{{{Entry("layers.0.bias", "3", 0, 3 * size)}}},{{{Entry("layers.0.weight", "3,2", 3 * size, 9 * size)}}},"""
            + $$$"""{{{Entry("layers.1.bias", "2", 9 * size, 11 * size)}}},{{{Entry("layers.1.weight", "2,3", 11 * size, 17 * size)}}}}""");
        (header.Length % 8).Should().Be(0);
        file.Length.Should().Be(8 + header.Length + (17 * size));

        // Row-major: the first row of the weights is the first and the fourth element of the column-major ones.
        T[] first = [T.One, T.CreateChecked(2), T.CreateChecked(3), weights[0], weights[3], weights[1], weights[4], weights[2], weights[5]];
        file.AsSpan(8 + header.Length, 9 * size).ToArray().Should().Equal(first.SelectMany(Bytes));

        NetworkFile.Load<T>(new MemoryStream(file), "the file").ComputeParametersSha256().Should().Be(network.ComputeParametersSha256());
        static string Entry(string name, string shape, int begin, int end) =>
            '"' + $$"""{{name}}":{"dtype":"{{s_dtype}}","shape":[{{shape}}],"data_offsets":[{{begin}},{{end}}]}""";
    }

    [Fact]
    public void Save_MoreThanTenLayers_KeepsTheirOrder()
    {
        Network<T> saved = new([3, 4, 5, 4, 3, 2, 3, 4, 5, 6, 5, 4, 3, 2], new Tanh<T>(), seed: 1);

        Load(Save(saved)).ComputeParametersSha256().Should().Be(saved.ComputeParametersSha256());
    }

    [Fact]
    public void Load_FromStream_TakesFromItsPositionAndLeavesItOpen()
    {
        Network<T> saved = AllActivations();
        var stream = new MemoryStream();
        stream.Write([1, 2, 3]);

        NetworkFile.Save(stream, saved);
        stream.Position = 3;
        Network<T> loaded = NetworkFile.Load<T>(stream, "the stream", [new Softsign<T>()]);

        loaded.ComputeParametersSha256().Should().Be(saved.ComputeParametersSha256());
        stream.CanRead.Should().BeTrue();
    }

    [Fact]
    public void Load_OwnActivationNotGiven_NamesIt()
    {
        byte[] file = Save(AllActivations());

        FluentActions.Invoking(() => Load(file)).Should().Throw<InvalidDataException>()
            .WithMessage(
                "the file: neuralnets.network, layer 6 has the activation \"Softsign\", which is not this library's and must be given, "
                + "but none was.");
        FluentActions.Invoking(() => Load(file, new Softsign<T>("Swish"))).Should().Throw<InvalidDataException>()
            .WithMessage("*\"Softsign\"*but only Swish was.");
    }

    [Fact]
    public void Save_OwnActivationNamedLikeOneOfTheLibrary_IsNotTakenForIt()
    {
        byte[] file = Save(new Network<T>([2, 3, 2], new Softsign<T>("Relu"), seed: 1));

        FluentActions.Invoking(() => Load(file)).Should().Throw<InvalidDataException>();
        Load(file, new Softsign<T>("Relu")).Layers[0].Activation.Should().BeOfType<Softsign<T>>();
    }

    [Fact]
    public void Save_OwnActivationWithoutName_Throws()
    {
        foreach (string? name in new[] { null, string.Empty })
        {
            var network = new Network<T>([2, 3, 2], new Softsign<T>(name), seed: 1);

            FluentActions.Invoking(() => Save(network)).Should().Throw<ArgumentException>().WithMessage("*layer 1*");
            FluentActions.Invoking(() => Load([], new Softsign<T>(name))).Should().Throw<ArgumentException>();
        }

        FluentActions.Invoking(() => Load([], new Softsign<T>(), new Softsign<T>()))
            .Should().Throw<ArgumentException>().WithMessage("*Softsign*");
        FluentActions.Invoking(() => Load([], [null!])).Should().Throw<ArgumentNullException>();
    }

    [Theory]
    [InlineData("\\\"Tanh\\\"", "\\\"Swish\\\"", "layer 4 must have an activation that is known, but has \"Swish\".")]
    [InlineData("\\\"Tanh\\\"", "\\\"System.Object\\\"", "\"System.Object\"")]
    [InlineData("\\\"Tanh\\\"", "\\\"Softmax\\\"", "may have Softmax as the activation of the last layer only, but layer 4 of 7")]
    [InlineData("\\\"Tanh\\\"", "1", "layer 4 must have a text as activation")]
    [InlineData("0.3", "2", "layer 2 must have a slope from 0 to 1, but has 2")]
    [InlineData("0.3", "-0.3", "slope from 0 to 1")]
    [InlineData("0.3", "1e999", "slope")]
    [InlineData(",\\\"slope\\\":0.3", "", "layer 2 must have the field slope, but has not")]
    [InlineData(
        "\\\"inputs\\\":3", "\\\"inputs\\\":4", "\"layers.0.weight\" must be [4, 4] as neuralnets.network says, but is F32|F64 [4, 3].")]
    [InlineData("\\\"inputs\\\":3", "\\\"inputs\\\":0", "positive integer as inputs")]
    [InlineData("\\\"inputs\\\":3", "\\\"inputs\\\":3.0", "positive integer as inputs")]
    [InlineData("\\\"inputs\\\":3", "\\\"inputs\\\":3,\\\"inputs\\\":3", "neuralnets.network must be a JSON object")]
    [InlineData("\\\"units\\\":6", "\\\"units\\\":7", "must be [7, 1] as neuralnets.network says")]
    [InlineData(
        "\\\"format\\\":1", "\\\"format\\\":2", "must have format 1, the only one that this version of the library knows, but has 2.")]
    [InlineData(
        "{\\\"units\\\":4,\\\"activation\\\":\\\"Relu\\\"},", "",
        "the tensors must be those of 6 layers as neuralnets.network says, but there is layers.6.weight, too.")]
    [InlineData(
        ",{\\\"units\\\":3,\\\"activation\\\":\\\"Own\\\",\\\"name\\\":\\\"Softsign\\\"},{\\\"units\\\":2,", ",{\\\"units\\\":3,",
        "the tensors must be those of 6 layers as neuralnets.network says, but there is layers.6.weight, too.")]
    [InlineData(
        ",{\\\"units\\\":2,\\\"activation\\\":\\\"Softmax\\\"}", "",
        "the tensors must be those of 6 layers as neuralnets.network says, but there is layers.6.weight, too.")]
    [InlineData("{\\\"units\\\":4,\\\"activation\\\":\\\"Relu\\\"},", "7,", "layer 1 must be an object")]
    [InlineData("\\\"layers\\\":[", "\\\"layers\\\":[],\\\"other\\\":[", "must have at least one layer, but has none.")]
    [InlineData("neuralnets.network", "other", "the metadata must have neuralnets.network")]
    [InlineData(
        "\"layers.3.bias\"", "\"layers.3.beta\"",
        "the file must have the tensor \"layers.3.bias\" beside \"layers.3.weight\", but has not.")]
    [InlineData("\"shape\":[4,3]", "\"shape\":[3,4]", "\"layers.1.weight\"|\"layers.0.bias\"")]
    [InlineData("\"shape\":[4,3]", "\"shape\":[12]", "must be [outputs, inputs]")]
    [InlineData("\"shape\":[4,3]", "\"shape\":[4,3,1]", "must be [outputs, inputs]")]
    [InlineData("\"shape\":[6]", "\"shape\":[3,2]", "one bias per unit")]
    public void Load_DescriptionThatDoesNotFit_SaysWhat(string old, string with, string message)
    {
        byte[] file = SafetensorsBytes.Replace(SafetensorsBytes.WithoutChecksums(Save(AllActivations())), old, with);

        Action load = () => Load(file, new Softsign<T>());

        string actual = load.Should().Throw<InvalidDataException>().Which.Message;
        actual.Should().StartWith("the file: ").And.ContainAny(message.Replace("F32|F64", s_dtype, StringComparison.Ordinal).Split('|'));
    }

    [Fact]
    public void LoadLayers_SavedByPyTorch_PredictsAsPyTorchDoes()
    {
        string name = $"pytorch-linear-{s_dtype.ToLowerInvariant()}.safetensors";
        Network<T> network = NetworkFile.LoadLayers<T>(
            Path.Combine(AppContext.BaseDirectory, "Serialization", "Fixtures", name),
            ["fc1", "fc2", "out"], [new Relu<T>(), new Tanh<T>()]);

        double[] inputs = [0.5, -1.25, 2.0, -0.75, 0.1, 0.3];
        Matrix<T> actual = network.Predict(Matrix<T>.Build.Dense(3, 2, Array.ConvertAll(inputs, T.CreateChecked)));

        // As Fixtures/make_fixtures.py printed them.
        double[] expected = [0.4805594024742178, 0.5194405975257822, 0.47549149313692407, 0.524508506863076];
        double error = actual.ToColumnMajorArray().Select((p, i) => Math.Abs(double.CreateChecked(p) - expected[i])).Max();
        error.Should().BeLessThan(s_dtype == "F32" ? 1e-7 : 1e-15);
    }

    [Fact]
    public void LoadLayers_WhatDoesNotFit_SaysWhat()
    {
        byte[] file = File.ReadAllBytes(
            Path.Combine(
                AppContext.BaseDirectory, "Serialization", "Fixtures", $"pytorch-linear-{s_dtype.ToLowerInvariant()}.safetensors"));
        Network<T> Load(string[] prefixes, int activations) => NetworkFile.LoadLayers(
            new MemoryStream(file), "the file", prefixes, [.. Enumerable.Repeat(new Relu<T>(), activations)]);

        FluentActions.Invoking(() => Load(["fc1", "fc3"], 1)).Should().Throw<InvalidDataException>().WithMessage("*\"fc3.weight\"*");
        FluentActions.Invoking(() => Load(["fc1", "out"], 1)).Should().Throw<InvalidDataException>()
            .WithMessage($"*as many inputs as the one before has units, 4, but \"out.weight\" is {s_dtype} [2, 5].");
        FluentActions.Invoking(() => Load(["fc1", "fc2"], 0))
            .Should().Throw<ArgumentException>().WithMessage("*2 prefixes and 0 activations*");
        FluentActions.Invoking(() => Load([], 0)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => Load([null!], 0)).Should().Throw<ArgumentNullException>();
        Load(["fc1", "fc2"], 1).OutputCount.Should().Be(5);
    }

    [Theory]
    [InlineData("F16", 2)]
    [InlineData("I32", 4)]
    public void LoadLayers_OtherElements_NamesTheType(string dtype, int size)
    {
        byte[] file = SafetensorsBytes.Of(
            $$$"""{"a.weight":{"dtype":"{{{dtype}}}","shape":[2,1],"data_offsets":[0,{{{2 * size}}}]},"a.bias":{"dtype":"F32","shape":[2],"data_offsets":[{{{2 * size}}},{{{(2 * size) + 8}}}]}}""",
            (2 * size) + 8);

        FluentActions.Invoking(() => NetworkFile.LoadLayers<T>(new MemoryStream(file), "the file", ["a"], []))
            .Should().Throw<InvalidDataException>()
                .WithMessage($"the file: parameters must be F32 or F64, but \"a.weight\" is {dtype} [2, 1].");
    }

    [Fact]
    public void Load_FileOfBeforeChecksums_HasItsParameters()
    {
        string path = Path.Combine(AppContext.BaseDirectory, "Serialization", "Fixtures", "before-checksums-network.safetensors");

        Network<T> network = NetworkFile.Load<T>(path);

        network.ToString().Should().Be("4-5-3, LeakyRelu(0.02)");
        if (typeof(T) == typeof(float))
        {
            network.ComputeParametersSha256().Should().Be("2948a43e82cc32436135d3e47356ec415193aa98de00f572aa3e0eae6c878219");
        }
    }

    [Fact]
    public void LoadLayers_OneClass_Throws()
    {
        byte[] file = SafetensorsBytes.Of(
            """{"a.weight":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]},"a.bias":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8);

        FluentActions.Invoking(() => NetworkFile.LoadLayers<T>(new MemoryStream(file), "the file", ["a"], []))
            .Should().Throw<InvalidDataException>().WithMessage("*at least 2 classes*");
    }

    [Fact]
    public void LoadAndSave_BadArguments_Throw()
    {
        using var folder = new TempDirectory();
        var network = new Network<T>([2, 2], new Relu<T>(), seed: 1);

        FluentActions.Invoking(() => NetworkFile.Save(folder.File("none/file"), network)).Should().Throw<DirectoryNotFoundException>();
        FluentActions.Invoking(() => NetworkFile.Save(string.Empty, network)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => NetworkFile.Save(folder.File("a"), (Network<T>)null!)).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => NetworkFile.Save((Stream)null!, network)).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => NetworkFile.Load<T>(folder.File("a"))).Should().Throw<FileNotFoundException>();
        FluentActions.Invoking(() => NetworkFile.Load<T>((string)null!)).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => NetworkFile.Load<T>((Stream)null!, "a")).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => NetworkFile.Load<T>(new MemoryStream(), string.Empty)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => NetworkFile.Load<T>(new TrickleStream([]), "a"))
            .Should().Throw<ArgumentException>().WithMessage("*seek*");
    }

    protected static byte[] Save<TNetwork>(Network<TNetwork> network)
        where TNetwork : unmanaged, IBinaryFloatingPointIeee754<TNetwork>
    {
        var stream = new MemoryStream();
        NetworkFile.Save(stream, network);
        return stream.ToArray();
    }

    protected static Network<T> Load(byte[] file, params IActivation<T>[] own) => NetworkFile.Load(new MemoryStream(file), "the file", own);

    /// <summary>As <c>docs/saving.md</c> describes it.</summary>
    private static string Sha256OfTexts(params string[] texts) => Convert.ToHexStringLower(SHA256.HashData(
    [
        .. texts.Select(Encoding.UTF8.GetBytes).SelectMany(text => (byte[])[(byte)text.Length, (byte)(text.Length >> 8), 0, 0, .. text]),
    ]));

    private static Network<T> AllActivations()
    {
        var network = new Network<T>(
            3,
            [
                new(4, new Relu<T>()), new(5, new LeakyRelu<T>(0.3)), new(2, new Sigmoid<T>()), new(1, new Tanh<T>()),
                new(6, new Identity<T>()), new(3, new Softsign<T>()), new(2, new Softmax<T>()),
            ],
            seed: 7);
        foreach (DenseLayer<T> layer in network.Layers)
        {
            layer.Biases.MapIndexedInplace((i, _) => T.CreateChecked(0.1 * (i + 1)));
        }

        return network;
    }

    private static Matrix<T> RandomMatrix(int rows, int columns)
    {
        var random = new Random(3);
        return Matrix<T>.Build.Dense(rows, columns, (_, _) => T.CreateChecked(random.NextDouble() - 0.5));
    }

    private static MathNet.Numerics.LinearAlgebra.Vector<T> Build(params double[] values) =>
        MathNet.Numerics.LinearAlgebra.Vector<T>.Build.Dense(Array.ConvertAll(values, T.CreateChecked));

    private static byte[] Bytes(T value) => value is float single
        ? BitConverter.GetBytes(single)
        : BitConverter.GetBytes((double)(object)value);
}

public sealed class NetworkFileSingleTests : NetworkFileTests<float>
{
    [Fact]
    public void Load_Doubles_RoundsOnlyWhenAllowed()
    {
        Network<double> saved = new([3, 4, 2], new LeakyRelu<double>(0.1), seed: 5);
        byte[] file = Save(saved);

        FluentActions.Invoking(() => Load(file)).Should().Throw<InvalidDataException>().WithMessage("*unless rounding is allowed*F64*");
        Network<float> loaded = NetworkFile.Load<float>(new MemoryStream(file), "the file", allowRounding: true);

        loaded.Layers[0].Weights.ToColumnMajorArray()
            .Should().Equal(Array.ConvertAll(saved.Layers[0].Weights.ToColumnMajorArray(), w => (float)w));
        loaded.Layers[0].Activation.ToString().Should().Be("LeakyRelu(0.1)");
    }

    [Fact]
    public void Load_DoubleBeyondTheRangeOfFloat_Throws()
    {
        Network<double> saved = new([3, 4, 2], new Relu<double>(), seed: 5);
        saved.Layers[0].Weights[1, 2] = 1e300;
        byte[] tooLarge = Save(saved);
        saved.Layers[0].Weights[1, 2] = double.NegativeInfinity;

        FluentActions.Invoking(() => NetworkFile.Load<float>(new MemoryStream(tooLarge), "the file", allowRounding: true))
            .Should().Throw<InvalidDataException>().WithMessage("*range of float*\"layers.0.weight\" has 1E+300*");
        NetworkFile.Load<float>(new MemoryStream(Save(saved)), "the file", allowRounding: true)
            .Layers[0].Weights[1, 2].Should().Be(float.NegativeInfinity);
    }

    [Fact]
    public void Load_ElementTypeThatIsNotSupported_Throws() =>
        FluentActions.Invoking(() => NetworkFile.Load<Half>(new MemoryStream(), "the file")).Should().Throw<NotSupportedException>();
}

public sealed class NetworkFileDoubleTests : NetworkFileTests<double>
{
    [Fact]
    public void Load_Floats_IsExact()
    {
        Network<float> saved = new([3, 4, 2], new Sigmoid<float>(), seed: 5);

        Network<double> loaded = Load(Save(saved));

        loaded.Layers[1].Weights.ToColumnMajorArray()
            .Should().Equal(Array.ConvertAll(saved.Layers[1].Weights.ToColumnMajorArray(), w => (double)w));
    }
}
