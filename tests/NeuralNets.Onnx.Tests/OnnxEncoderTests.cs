using MathNet.Numerics.LinearAlgebra;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using NeuralNets.Core;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Tables;
using NeuralNets.Onnx.Writing;

namespace NeuralNets.Onnx.Tests;

/// <summary>A table's encoder in the graph: the features have the encoder's bits, and answers are in the words of the table.</summary>
public sealed class OnnxEncoderTests
{
    private const int Rows = 300;

    private static readonly string[] s_cities = ["Bern", "Ulm", "Łódź", "true", "東京"];

    private static readonly string[] s_kinds = ["house", "flat", "\"quoted\""];

    private static readonly Dictionary<string, ColumnUse> s_uses = new()
    {
        ["rooms"] = ColumnUse.Category,
        ["raw"] = ColumnUse.PassThrough,
        ["floors"] = ColumnUse.Category,
    };

    [Fact]
    public void Features_InSingle_HaveTheEncodersBits() => CheckFeatures<float>();

    [Fact]
    public void Features_InDouble_HaveTheEncodersBits() => CheckFeatures<double>();

    [Fact]
    public void Save_OfAClassifier_AnswersNames()
    {
        var encoder = TableEncoder.Fit(Training(), "kind", Options());
        var network = new Network<float>([encoder.FeatureCount, 6, 3], new Relu<float>(), seed: 1);
        using var session = new OnnxSession(OnnxSession.Save(network, encoder));
        Table unseen = Unseen();

        string[] labels = session.Run<string>(Inputs(encoder, unseen), "label");

        Matrix<float> features = encoder.EncodeFeatures<float>(unseen);
        labels.Should().Equal(network.PredictLabels(features).Select(label => encoder.ClassNames[label]));
        float[] expected = network.Predict(features).ToColumnMajorArray();
        session.Run<float>(Inputs(encoder, unseen), "probabilities").Zip(expected)
            .Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-6f);
        session.Metadata["neuralnets.classes"].Should().Be("[\"\\u0022quoted\\u0022\",\"flat\",\"house\"]");
    }

    [Fact]
    public void Save_OfYesOrNo_AnswersNames()
    {
        Table training = Training();
        var encoder = TableEncoder.Fit(training, "sold", Options());
        var network = new Network<double>([encoder.FeatureCount, 6, 1], new Tanh<double>(), new Sigmoid<double>(), seed: 1);
        using var session = new OnnxSession(OnnxSession.Save(network, encoder));

        string[] labels = session.Run<string>(Inputs(encoder, training), "label");

        labels.Should().Equal(network.PredictLabels(encoder.EncodeFeatures<double>(training)).Select(label => encoder.ClassNames[label]));
        labels.Should().Contain(["no", "yes"]);
    }

    [Fact]
    public void Save_OfARegression_AnswersInTheTargetsUnits()
    {
        Table training = Training();
        var encoder = TableEncoder.Fit(training, "price", Options());
        var network = new Network<float>([encoder.FeatureCount, 6, 1], new Relu<float>(), new Identity<float>(), seed: 1);
        using var session = new OnnxSession(OnnxSession.Save(network, encoder));

        double[] prices = session.Run<double>(Inputs(encoder, training), "output");

        Vector<float> standardized = network.Predict(encoder.EncodeFeatures<float>(training)).Row(0);
        double[] expected = [.. standardized.Select(value => encoder.DecodeValue(value))];
        prices.Zip(expected).Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-6 * encoder.TargetEncoding.Deviation);
    }

    [Fact]
    public void Save_OfAColumnWithTheNameOfAnOutput_RenamesTheOutput()
    {
        Table table = Table.FromDictionaries(Enumerable.Range(0, 30).Select(i => new Dictionary<string, object?>
        {
            ["label"] = i * 0.3 % 2,
            ["layers.0.weight"] = i % 3 == 0 ? "a" : "b",
            ["answer"] = i % 2 == 0 ? "x" : "y",
        }));
        var encoder = TableEncoder.Fit(table, "answer");
        var network = new Network<float>([encoder.FeatureCount, 2, 2], new Relu<float>(), seed: 1);

        using var session = new OnnxSession(OnnxSession.Save(network, encoder));

        session.Outputs.Should().Equal("probabilities", "label_");
        session.Run<string>(Inputs(encoder, table), "label_").Should()
            .Equal(network.PredictLabels(encoder.EncodeFeatures<float>(table)).Select(label => encoder.ClassNames[label]));
    }

    [Fact]
    public void Save_OfDates_NamesTheColumn()
    {
        Table table = Table.FromDictionaries(Enumerable.Range(0, 30).Select(i => new Dictionary<string, object?>
        {
            ["day"] = new DateOnly(2026, 1, 1 + i),
            ["answer"] = i % 2 == 0 ? "x" : "y",
        }));
        var encoder = TableEncoder.Fit(table, "answer", new() { Uses = new Dictionary<string, ColumnUse> { ["day"] = ColumnUse.Date } });
        var network = new Network<float>([encoder.FeatureCount, 2, 2], new Relu<float>(), seed: 1);

        Action save = () => OnnxSession.Save(network, encoder);

        save.Should().Throw<NotSupportedException>().WithMessage("*\"day\"*dates*without the encoder*");
    }

    [Fact]
    public void Save_OfAnEncoderOfAnotherNetwork_SaysSo()
    {
        var encoder = TableEncoder.Fit(Training(), "kind", Options());

        Action save = () => OnnxSession.Save(new Network<float>([2, 3], new Relu<float>(), seed: 1), encoder);

        save.Should().Throw<ArgumentException>().WithMessage("*features of the encoder*");
    }

    [Fact]
    public void Load_OfAGraphWithAnEncoder_NamesItsInputs()
    {
        var encoder = TableEncoder.Fit(Training(), "kind", Options());
        byte[] file = OnnxSession.Save(new Network<float>([encoder.FeatureCount, 3], new Relu<float>(), seed: 1), encoder);

        Action load = () => OnnxFile.Load<float>(new MemoryStream(file), "memory");

        load.Should().Throw<InvalidDataException>().WithMessage("memory: *one input*\"area\", \"rooms\"*");
    }

    private static void CheckFeatures<T>()
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        var encoder = TableEncoder.Fit(Training(), "kind", Options());
        var graph = new GraphWriter();
        graph.Output(EncoderNodes.Add<T>(graph, encoder), GraphWriter.TypeOf<T>(), encoder.FeatureCount);
        var file = new MemoryStream();
        NetworkWriter.Write(file, NetworkWriter.Model(graph, null));
        using var session = new OnnxSession(file.ToArray());
        foreach (Table table in (Table[])[Training(), Unseen()])
        {
            T[] features = session.Run<T>(Inputs(encoder, table), "features");

            features.Should().Equal(encoder.EncodeFeatures<T>(table).ToColumnMajorArray());
        }
    }

    private static TableEncoderOptions Options() => new() { Uses = s_uses, MaxCategories = 4 };

    private static NamedOnnxValue[] Inputs(TableEncoder encoder, Table table) =>
        [.. encoder.ColumnNames.Select(name => Input(encoder, table[name], name))];

    private static NamedOnnxValue Input(TableEncoder encoder, TableColumn column, string name)
    {
        bool isText = encoder.Encodings[encoder.ColumnNames.ToList().IndexOf(name)] is CategoryEncoding { AreNumbers: false };
        IEnumerable<TableCell> cells = Enumerable.Range(0, column.Count).Select(column.Cell);
        return isText
            ? NamedOnnxValue.CreateFromTensor(
                name, new DenseTensor<string>(cells.Select(cell => cell.ToString()).ToArray(), [column.Count, 1]))
            : NamedOnnxValue.CreateFromTensor(
                name, new DenseTensor<double>(cells.Select(cell => cell.Number ?? double.NaN).ToArray(), [column.Count, 1]));
    }

    private static Table Training() => Make(seed: 1, Rows, []);

    /// <summary>Categories that training had not, and gaps in columns that had none.</summary>
    private static Table Unseen() => Make(seed: 2, 100, ["Oslo", "TRUE", "tRue", null]);

    private static Table Make(int seed, int count, string?[] more)
    {
        var random = new Random(seed);
        bool isUnseen = more.Length > 0;
        string?[] cities = [.. s_cities, .. more];
        return Table.FromDictionaries(Enumerable.Range(0, count).Select(i => new Dictionary<string, object?>
        {
            ["area"] = i % 7 == 3 ? null : 1e6 + (random.NextDouble() * 100),
            ["rooms"] = i % 11 == 5 ? null : (object)random.Next(1, isUnseen ? 12 : 8),
            ["floors"] = isUnseen && i % 9 == 4 ? null : (object)(random.Next(1, isUnseen ? 5 : 4) * 0.1),
            ["raw"] = isUnseen && i % 5 == 2 ? null : (object)random.NextDouble(),
            ["constant"] = isUnseen ? i : 4.5,
            ["city"] = i % 13 == 6 ? null : cities[random.Next(cities.Length)],
            ["street"] = isUnseen && i % 3 == 0 ? null : $"street {random.Next(isUnseen ? 5 : 4)}",
            ["kind"] = s_kinds[i % 3],
            ["sold"] = i % 2 == 0 ? "yes" : "no",
            ["price"] = 100_000 + (random.NextDouble() * 50_000),
        }));
    }
}
