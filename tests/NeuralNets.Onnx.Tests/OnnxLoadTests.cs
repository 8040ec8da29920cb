using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using NeuralNets.Core;

namespace NeuralNets.Onnx.Tests;

/// <summary>Files of other programs: what is loaded answers as ONNX Runtime does, and the rest is refused with the reason. The scripts
/// beside the files made them.</summary>
public sealed class OnnxLoadTests
{
    private const int Rows = 200;

    public static TheoryData<string> Networks => [.. Files("form-*", "torch-*").Except(s_refused.Select(refused => refused.File))];

    public static TheoryData<string, string> Refused
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach ((string file, string message) in s_refused)
            {
                data.Add(file, message);
            }

            return data;
        }
    }

    private static readonly (string File, string Message)[] s_refused =
    [
        ("bad-residual", "*node \"Add_y\" (Add)*"),
        ("bad-hidden-softmax", "*Softmax*output layer*node \"Gemm_y\" (Gemm)*"),
        ("bad-softmax-over-samples", "*node \"Softmax_y\" (Softmax)*"),
        ("bad-training-dropout", "*node \"Dropout_d\" (Dropout)*"),
        ("bad-unknown-operator", "*node \"snake\" (my.own.Snake)*"),
        ("bad-two-inputs", "*one input*2: \"x\", \"w\"*"),
        ("bad-two-outputs", "*one output*\"y\", \"v\"*"),
        ("bad-float16", "*\"W1h\" (Float16, [5, 4])*"),
        ("bad-external-data", "*\"W1\"*external data in \"weights.bin\"*one file*"),
        ("bad-not-a-network", "*Gemm or MatMul*"),
        ("bad-recurrent", "*node \"rnn\" (RNN)*"),
        ("bad-two-functions", "*function*catalog*node \"Tanh_b\" (Tanh)*"),
        ("bad-layer-norm", "*node \"ReduceMean_m\" (ReduceMean)*"),
        ("torch-relu6", "*function*catalog*(Clip)*"),
        ("torch-gelu-tanh", "*function*catalog*(Mul)*"),
        ("torch-convolution", "*(Conv)*"),
    ];

    [Theory]
    [MemberData(nameof(Networks))]
    public void Load_OfAFile_GivesOnnxRuntimesAnswers(string file)
    {
        using InferenceSession session = Session(file);
        float[] rows = Samples(session, out int[] dimensions, out bool isColumns);
        int count = isColumns ? dimensions[1] : dimensions[0];
        Network<double> network = OnnxFile.Load<double>(Path(file));

        double[][] expected = Run(session, rows, dimensions);

        int width = rows.Length / count;
        network.InputCount.Should().Be(width);
        double[] inputs = [.. Enumerable.Range(0, rows.Length)
            .Select(i => (double)(isColumns ? rows[(i % width * count) + (i / width)] : rows[i]))];
        double[] answers = new double[count * network.OutputCount];
        network.Predict(inputs, answers);
        if (file == "form-label-only")
        {
            int[] labels = network.PredictLabels(MathNet.Numerics.LinearAlgebra.Matrix<double>.Build.Dense(width, count, inputs));
            expected.Single().Should().Equal(labels.Select(label => (double)label));
            return;
        }

        int outputs = network.OutputCount;
        bool columnsOut = file == "form-columns";
        double[] actual = [.. Enumerable.Range(0, answers.Length)
            .Select(i => answers[columnsOut ? (i % count * outputs) + (i / count) : i])];
        double[] wanted = expected.Last(each => each.Length == answers.Length);
        double largest = wanted.Max(Math.Abs);
        actual.Zip(wanted).Max(pair => Math.Abs(pair.First - pair.Second)).Should().BeLessThan(2e-6 * Math.Max(largest, 1));
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void Load_OfWhatIsNotANetwork_NamesTheNode(string file, string message)
    {
        Action load = () => OnnxFile.Load<double>(Path(file));

        load.Should().Throw<InvalidDataException>().WithMessage(Path(file) + ": " + message);
    }

    [Fact]
    public void Load_OfFloats_HasTheirBits()
    {
        Network<float> single = OnnxFile.Load<float>(Path("form-gemm"));
        Network<double> wide = OnnxFile.Load<double>(Path("form-gemm"));

        wide.Layers[0].Weights.ToColumnMajorArray().Should()
            .Equal(single.Layers[0].Weights.ToColumnMajorArray().Select(weight => (double)weight));
    }

    [Fact]
    public void Load_OfDoublesAsFloats_NeedsPermission()
    {
        Action load = () => OnnxFile.Load<float>(Path("form-double"));

        load.Should().Throw<InvalidDataException>().WithMessage("*allowRounding*");
        OnnxFile.Load<float>(Path("form-double"), allowRounding: true).ToString().Should().Be("5-4-3, Tanh, Identity");
    }

    [Fact]
    public void Load_OfANamedOutput_TakesIt()
    {
        OnnxFile.Load<float>(Path("bad-two-outputs"), output: "v").OutputCount.Should().Be(2);
        OnnxFile.Load<float>(Path("form-label-and-logits"), output: "l").ToString().Should().Be("5-4-3, Relu, Identity");
        OnnxFile.Load<float>(Path("form-label-and-logits")).ToString().Should().Be("5-4-3, Relu");
        Action load = () => OnnxFile.Load<float>(Path("form-gemm"), output: "z");
        load.Should().Throw<InvalidDataException>().WithMessage("*must have the output \"z\", but has \"y\".");
    }

    [Theory]
    [InlineData("torch-smooth", "5-6-6-6-6-6-6, Gelu, Silu, Mish, LeakyRelu(0.25), Relu, Identity")]
    [InlineData("torch-functions", "5-6-6-6-6-6-6-6-6, Relu, LeakyRelu(0.2), Elu(0.7), Selu, Softplus, Sigmoid, Tanh, Identity")]
    [InlineData("form-sklearn-binary", "5-4-2, Relu")]
    public void Load_OfFunctions_FindsThem(string file, string network) => OnnxFile.Load<float>(Path(file)).ToString().Should().Be(network);

    public static string[] Files(params string[] patterns) =>
        [
            .. patterns.SelectMany(pattern => Directory.GetFiles(Folder, pattern + ".onnx"))
                .Select(System.IO.Path.GetFileNameWithoutExtension)
                .Order(StringComparer.Ordinal)!,
        ];

    public static string Path(string file) => System.IO.Path.Combine(Folder, file + ".onnx");

    private static string Folder => System.IO.Path.Combine(AppContext.BaseDirectory, "Fixtures");

    private static InferenceSession Session(string file)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        return new InferenceSession(Path(file), options);
    }

    private static float[] Samples(InferenceSession session, out int[] dimensions, out bool isColumns)
    {
        dimensions = [.. session.InputMetadata.Values.Single().Dimensions];
        isColumns = dimensions[0] > 1;
        dimensions[isColumns ? 1 : 0] = dimensions[0] == 1 ? 1 : Rows;
        for (int i = 0; i < dimensions.Length; i++)
        {
            dimensions[i] = dimensions[i] < 0 ? 5 : dimensions[i];
        }

        var random = new Random(5);
        float[] rows = new float[dimensions.Aggregate(1, (product, dimension) => product * dimension)];
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = random.Next(-300, 300) / 100f;
        }

        if (session.InputMetadata.Values.Single().ElementType == typeof(long))
        {
            rows = Array.ConvertAll(rows, MathF.Round);
        }

        return rows;
    }

    /// <summary>Returns the outputs that are numbers or labels.</summary>
    private static double[][] Run(InferenceSession session, float[] rows, int[] dimensions)
    {
        KeyValuePair<string, NodeMetadata> input = session.InputMetadata.Single();
        NamedOnnxValue value = input.Value.ElementType == typeof(double)
            ? NamedOnnxValue.CreateFromTensor(input.Key, new DenseTensor<double>(Array.ConvertAll(rows, each => (double)each), dimensions))
            : input.Value.ElementType == typeof(long)
                ? NamedOnnxValue.CreateFromTensor(input.Key, new DenseTensor<long>(Array.ConvertAll(rows, each => (long)each), dimensions))
                : NamedOnnxValue.CreateFromTensor(input.Key, new DenseTensor<float>(rows, dimensions));
        using IDisposableReadOnlyCollection<DisposableNamedOnnxValue> results = session.Run([value]);
        return [.. results.Select(Numbers)];
    }

    internal static double[] Numbers(DisposableNamedOnnxValue result) => result.Value switch
    {
        Tensor<float> floats => [.. floats.Select(each => (double)each)],
        Tensor<double> doubles => [.. doubles],
        Tensor<long> labels => [.. labels.Select(each => (double)each)],
        IEnumerable<DisposableNamedOnnxValue> maps =>
            [.. maps.SelectMany(map => map.AsDictionary<long, float>().OrderBy(pair => pair.Key).Select(pair => (double)pair.Value))],
        _ => throw new InvalidOperationException($"{result.Name} is of a type that the tests do not know."),
    };
}
