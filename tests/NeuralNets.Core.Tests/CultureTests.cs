using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Data;
using NeuralNets.Core.Evaluation;
using NeuralNets.Core.Losses;
using NeuralNets.Core.Serialization;
using NeuralNets.Core.Tables;
using NeuralNets.Core.Training;

namespace NeuralNets.Core.Tests;

/// <summary>Messages, names and files are the same under every culture.</summary>
public sealed class CultureTests
{
    private static readonly Dataset<float> s_set = Dataset<float>.FromMatrix(Matrix<float>.Build.Dense(2, 4, 1e30f), [0, 1, 0, 1], 2);

    public static TheoryData<string> Texts => [.. s_texts.Keys];

    private static readonly Dictionary<string, Func<object>> s_texts = new()
    {
        ["a cost"] = () => new Cost(-1234.5, 10_000),
        ["metrics"] = () => new ClassMetrics { Precision = 0.5, Recall = 0.25, F1 = 1.0 / 3, Support = 1234 },
        ["an epoch"] = () => Epoch(validationAccuracy: 0.25),
        ["an epoch without validation"] = () => Epoch(validationAccuracy: null),
        ["leaky ReLU"] = () => new LeakyRelu<float>(0.125),
        ["a layer"] = () => new Network<float>([2, 2, 2], new LeakyRelu<float>(0.125), seed: 1).Layers[0],
        ["a layer with a custom activation"] = () => new Network<float>([2, 2, 2], new Scale(-0.5), seed: 1).Layers[0],
        ["a network with a custom activation"] = () => new Network<float>([2, 2, 2], new Scale(-0.5), seed: 1),
        ["a message about a custom activation"] = Message(
            () => new Network<float>([2, 2, 2], new Scale(-0.5), seed: 1).Predict([1, 2, 3], new float[2])),
        ["a target"] = Message(() => OneHot.Decode(Matrix<float>.Build.Dense(2, 1, -0.5f))),
        ["a feature that is infinite"] = Message(
            () => Dataset<double>.FromMatrix(Matrix<double>.Build.Dense(1, 1, double.NegativeInfinity), [0], 2)),
        ["a label"] = Message(() => Dataset<float>.FromMatrix(Matrix<float>.Build.Dense(1, 1), [-1], 2)),
        ["a dimension"] = Message(() => IdxReader.Read(new MemoryStream([0, 0, 8, 1, 255, 255, 255, 254]), "idx")),
        ["a slope"] = Message(() => NetworkFile.Load<float>(Saved("0.125", "1.5e3"), "file")),
        ["a rate"] = Message(() => CheckpointFile.Load<float>(Checkpoint("0.0625", "-0.5"), "file")),
        ["an offset"] = Message(() => CheckpointFile.Load<float>(Checkpoint("0.03125", "1.5"), "file")),
        ["a double that is too large"] = Message(() => NetworkFile.Load<float>(TooLarge(), "file", allowRounding: true)),
        ["a cost that is not finite"] = Message(() => Diverge()),
        ["a file"] = () => Convert.ToHexString(Saved("0.125", "0.125").ToArray()),
        ["a checkpoint"] = () => Convert.ToHexString(Checkpoint("0.0625", "0.0625").ToArray()),
        ["a table of numbers and dates"] = () => string.Join('|', Enumerable.Range(0, 3).SelectMany(row => Table().Columns.Select(
            column => $"{column} {column.GetText(row)}"))),
        ["an encoder"] = () => $"{Encoder()} {string.Join('|', Encoder().FeatureNames)} {string.Join('|', Encoder().Warnings)}",
        ["an encoder as JSON"] = () => TableEncoderJson.Describe(Encoder()),
        ["the features of a table"] = () => string.Join('|', Encoder().EncodeFeatures<double>(Table()).ToColumnMajorArray()
            .Select(BitConverter.DoubleToUInt64Bits)),
        ["a row beyond a table"] = Message(() => Table().Subset([-1])),
        ["a number of categories"] = Message(
            () => TableEncoder.Fit(Table(), "y", new TableEncoderOptions { MaxCategories = -1 })),
        ["a target that is constant"] = Message(() => TableEncoder.Fit(Table().Subset([0, 0]), "y")),
        ["a cell"] = () => $"{(TableCell)(-1.5)} {TableCell.From(new DateTime(2026, 11, 27, 16, 30, 0))} {TableCell.From(-2)}",
        ["numbers in CSV, which are no header"] = () => CsvImageReader.Read(new MemoryStream("1.5e0,-2.5\n"u8.ToArray()), "csv").Count,
    };

    private static Table Table() => CsvTable.Read(new StringReader("n,d,y\n-1.5,2024-01-31,-2.5\n2e5,2024-02-29T12:30,1\n,,0.5\n"), "csv");

    private static TableEncoder Encoder() => TableEncoder.Fit(
        Table(),
        "y",
        new TableEncoderOptions { Uses = new Dictionary<string, ColumnUse> { ["d"] = ColumnUse.Date, ["n"] = ColumnUse.PassThrough } });

    [Theory]
    [MemberData(nameof(Texts))]
    public void Text_UnderAnotherCulture_IsThatUnderTheInvariantOne(string what)
    {
        string? expected = Text(what);

        using var culture = new ForeignCulture();
        $"{-0.5}".Should().Be("\u22120,5", "the culture must be another one");
        Text(what).Should().Be(expected);
    }

    /// <summary>The records write themselves: no property may be forgotten.</summary>
    [Fact]
    public void ToString_OfARecord_HasAllItsProperties()
    {
        foreach (object record in (object[])[new Cost(1.5, 2)])
        {
            IEnumerable<string> properties =
                record.GetType().GetProperties().Select(property => $"{property.Name} = {property.GetValue(record)}");
            string members = string.Join(", ", properties);
            record.ToString().Should().Be($"{record.GetType().Name} {{ {members} }}");
        }
    }

    private static string? Text(string what)
    {
        try
        {
            return s_texts[what]().ToString();
        }
        catch (InvalidDataException exception)
        {
            return exception.Message;
        }
    }

    private static Func<object> Message(Action action) => () =>
        Record.Exception(action)?.Message ?? throw new InvalidOperationException("Nothing was refused.");

    private static TrainingResult Diverge()
    {
        var network = new Network<float>([2, 2, 2], new Identity<float>(), seed: 1);
        return new GradientDescentTrainer<float>(network) { LearningRate = 1e10 }.Fit(s_set, 10);
    }

    private static EpochResult Epoch(double? validationAccuracy) => new()
    {
        Epoch = 1234,
        Training = new Score(new Cost(1.5, 10), 0.75),
        Validation = validationAccuracy is null ? null : new Score(new Cost(2.5, 10), validationAccuracy),
        LearningRate = 0.1,
        TrainingTime = TimeSpan.FromSeconds(1.5),
    };

    /// <summary>The file of a network with numbers in it, one of them exchanged.</summary>
    private static MemoryStream Saved(string number, string other)
    {
        var stream = new MemoryStream();
        NetworkFile.Save(stream, new Network<float>([2, 2, 2], new LeakyRelu<float>(0.125), seed: 1));
        return Exchanged(stream.ToArray(), number, other);
    }

    private static MemoryStream Checkpoint(string number, string other)
    {
        using var folder = new Data.TempDirectory();
        string path = folder.File("checkpoint");
        CheckpointFile.Save(path, new GradientDescentTrainer<float>(new Network<float>([2, 2, 2], new LeakyRelu<float>(0.125), seed: 1))
        {
            LearningRate = 0.0625,
            Loss = new CrossEntropyLoss<float>(0.03125),
        });
        return Exchanged(File.ReadAllBytes(path), number, other);
    }

    private static MemoryStream TooLarge()
    {
        var network = new Network<double>([2, 2], new Relu<double>(), seed: 1);
        network.Layers[0].Weights[1, 0] = -1.5e300;
        var stream = new MemoryStream();
        NetworkFile.Save(stream, network);
        return new MemoryStream(stream.ToArray());
    }

    /// <summary>Keeps the length, which is in the file: JSON may have spaces around a number.</summary>
    private static MemoryStream Exchanged(byte[] file, string number, string other)
    {
        string text = System.Text.Encoding.Latin1.GetString(file);
        text.Should().Contain(number);
        text = text.Replace(number, other.PadRight(number.Length), StringComparison.Ordinal);
        return new MemoryStream(System.Text.Encoding.Latin1.GetBytes(text));
    }

    private sealed class Scale(double factor) : IActivation<float>
    {
        public void Evaluate(ReadOnlySpan<float> z, Span<float> a) => z.CopyTo(a);

        public void MultiplyByDerivative(ReadOnlySpan<float> z, ReadOnlySpan<float> a, Span<float> gradient)
        {
        }

        public override string ToString() => $"Scale({factor})";
    }
}
