using System.Buffers.Binary;
using System.Security.Cryptography;
using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Activations;

namespace NeuralNets.Core.Tests;

/// <summary>Building networks, and their hash.</summary>
public abstract class NetworkTests<T>
    where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
{
    [Fact]
    public void Constructor_Sizes_AreTheShapesOfTheLayers()
    {
        var network = new Network<T>([784, 128, 32, 10], new Relu<T>(), seed: 1);

        network.InputCount.Should().Be(784);
        network.OutputCount.Should().Be(10);
        network.ParameterCount.Should().Be((785 * 128) + (129 * 32) + (33 * 10));
        network.Layers.Select(layer => layer.ToString())
            .Should().Equal("784 -> 128, Relu", "128 -> 32, Relu", "32 -> 10, Softmax");
        network.Layers.Should().OnlyContain(layer =>
            layer.Weights.RowCount == layer.OutputCount
            && layer.Weights.ColumnCount == layer.InputCount
            && layer.Biases.Count == layer.OutputCount);
    }

    [Fact]
    public void Constructor_Sizes_IsThatOfTheSpecifications()
    {
        var sizes = new Network<T>([5, 4, 3], new Tanh<T>(), seed: 9);
        var specifications = new Network<T>(5, [new(4, new Tanh<T>()), new(3, new Softmax<T>())], seed: 9);

        sizes.ComputeParametersSha256().Should().Be(specifications.ComputeParametersSha256());
    }

    [Fact]
    public void Constructor_Layers_KeepsThem()
    {
        DenseLayer<T> hidden = Hidden(3, 4);
        DenseLayer<T> output = Output(4, 2);

        var network = new Network<T>([hidden, output]);

        network.Layers.Should().Equal(hidden, output);
        network.InputCount.Should().Be(3);
        network.OutputCount.Should().Be(2);
    }

    [Fact]
    public void Layers_CastToAList_CannotBeReplaced()
    {
        DenseLayer<T>[] given = [Hidden(3, 4), Output(4, 2)];
        var network = new Network<T>(given);
        DenseLayer<T> kept = given[0];
        given[0] = Hidden(3, 4);

        Action replace = () => ((IList<DenseLayer<T>>)network.Layers)[0] = given[0];

        replace.Should().Throw<NotSupportedException>();
        network.Layers[0].Should().BeSameAs(kept);
    }

    [Fact]
    public void ToString_Network_IsItsSizesAndTheFunctionsOfTheHiddenLayers()
    {
        new Network<T>([784, 128, 32, 10], new Relu<T>(), seed: 1).ToString().Should().Be("784-128-32-10, Relu");
        new Network<T>([784, 32, 10], new LeakyRelu<T>(0.05), seed: 1).ToString().Should().Be("784-32-10, LeakyRelu(0.05)");
        new Network<T>([784, 10], new Relu<T>(), seed: 1).ToString().Should().Be("784-10");
        LayerSpec<T>[] mixed = [new(4, new Tanh<T>()), new(3, new Tanh<T>()), new(6, new Relu<T>()), new(2, new Softmax<T>())];
        new Network<T>(5, mixed, seed: 1).ToString().Should().Be("5-4-3-6-2, Tanh, Tanh, Relu");
    }

    [Fact]
    public void Constructor_NoLayers_Throws()
    {
        Action layers = () => _ = new Network<T>([]);
        Action specifications = () => _ = new Network<T>(3, [], seed: 1);

        layers.Should().Throw<ArgumentException>().WithParameterName("layers")
            .WithMessage("A network needs at least one layer, but there was none.*");
        specifications.Should().Throw<ArgumentException>().WithParameterName("layers")
            .WithMessage("A network needs at least one layer*");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Constructor_FewerThanTwoSizes_SaysHowMany(int count)
    {
        Action create = () => _ = new Network<T>(new int[count], new Relu<T>(), seed: 1);

        create.Should().Throw<ArgumentException>().WithParameterName("sizes")
            .WithMessage($"A network needs at least the number of inputs and of classes, but got {count} sizes.*");
    }

    [Fact]
    public void Constructor_HiddenSoftmax_NamesBothLayers()
    {
        Action layers = () => _ = new Network<T>([Output(3, 4), Output(4, 2)]);
        Action specifications = () => _ = new Network<T>(3, [new(4, new Softmax<T>()), new(2, new Softmax<T>())], seed: 1);

        const string Message = "Softmax is the function of the output layer, "
            + "but Layer 1 (3 -> 4, Softmax) has it and is followed by Layer 2 (4 -> 2, Softmax).*";
        layers.Should().Throw<ArgumentException>().WithParameterName("layers").WithMessage(Message);
        specifications.Should().Throw<ArgumentException>().WithParameterName("layers").WithMessage(Message);
    }

    [Fact]
    public void PredictLabels_OutputWithoutSoftmax_SaysWhatLabelsNeed()
    {
        var network = new Network<T>([Hidden(3, 4), Hidden(4, 2)]);

        network.Invoking(n => n.PredictLabels(Matrix<T>.Build.Dense(3, 1))).Should().Throw<InvalidOperationException>()
            .WithMessage("Labels are the answers of an output layer with Softmax, but the output layer has Relu*Predict*");
        network.ToString().Should().Be("3-4-2, Relu, Relu");
    }

    [Fact]
    public void Constructor_SizesThatDoNotFit_NamesBothLayers()
    {
        Action create = () => _ = new Network<T>([Hidden(3, 4), Output(5, 2)]);

        create.Should().Throw<ArgumentException>().WithParameterName("layers").WithMessage(
            "Layer 2 (5 -> 2, Softmax) must take as many inputs as the layer before has units, "
            + "but that is Layer 1 (3 -> 4, Relu).*");
    }

    [Theory]
    [InlineData(0, 3, 2)]
    [InlineData(-1, 3, 2)]
    [InlineData(4, 0, 2)]
    [InlineData(4, 3, 1)]
    [InlineData(4, 3, 0)]
    public void Constructor_ImpossibleSize_ThrowsArgumentOutOfRange(int inputs, int units, int classes)
    {
        Action create = () => _ = new Network<T>([inputs, units, classes], new Relu<T>(), seed: 1);

        create.Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Constructor_LayerTooLargeForAnArray_NamesIt()
    {
        Action create = () => _ = new Network<T>([2, 50_000, 50_000, 2], new Relu<T>(), seed: 1);

        create.Should().Throw<ArgumentException>().WithParameterName("layers")
            .WithMessage($"A layer's weights must fit in an array of {Array.MaxLength} elements, "
                + "but layer 2 needs 50000 x 50000.*");
    }

    [Fact]
    public void Constructor_Null_ThrowsArgumentNull()
    {
        var expected = new (string Parameter, Action Create)[]
        {
            ("layers", () => _ = new Network<T>((IEnumerable<DenseLayer<T>>)null!)),
            ("layers", () => _ = new Network<T>([Hidden(3, 4), null!])),
            ("layers", () => _ = new Network<T>([null!, Output(3, 4)])),
            ("layers", () => _ = new Network<T>(3, null!, seed: 1)),
            ("layers", () => _ = new Network<T>(3, [null!], seed: 1)),
            ("sizes", () => _ = new Network<T>((IReadOnlyList<int>)null!, new Relu<T>(), seed: 1)),
            ("hidden", () => _ = new Network<T>([3, 4, 2], null!, seed: 1)),
        };

        foreach ((string parameter, Action create) in expected)
        {
            create.Should().Throw<ArgumentNullException>().WithParameterName(parameter);
        }
    }

    [Fact]
    public void ParametersSha256_Network_IsThatOfTheLittleEndianParameters()
    {
        var network = new Network<T>([5, 4, 3], new Relu<T>(), seed: 3);
        network.Layers[0].Biases[2] = T.CreateChecked(0.125);

        var bytes = new List<byte>();
        foreach (DenseLayer<T> layer in network.Layers)
        {
            for (int column = 0; column < layer.InputCount; column++)
            {
                for (int row = 0; row < layer.OutputCount; row++)
                {
                    bytes.AddRange(LittleEndian(layer.Weights[row, column]));
                }
            }

            bytes.AddRange(layer.Biases.SelectMany(LittleEndian));
        }

        network.ComputeParametersSha256().Should().Be(Convert.ToHexStringLower(SHA256.HashData([.. bytes])))
            .And.MatchRegex("^[0-9a-f]{64}$");
    }

    [Fact]
    public void ParametersSha256_SignOfZeroOrBias_ChangesIt()
    {
        var network = new Network<T>([Hidden(3, 4), Output(4, 2)]);
        string zeros = network.ComputeParametersSha256();

        network.Layers[1].Weights[1, 3] = T.NegativeZero;
        string negativeZero = network.ComputeParametersSha256();
        network.Layers[1].Weights[1, 3] = T.Zero;
        network.Layers[0].Biases[0] = T.Epsilon;

        negativeZero.Should().NotBe(zeros);
        network.ComputeParametersSha256().Should().NotBe(zeros);
        network.Layers[0].Biases[0] = T.Zero;
        network.ComputeParametersSha256().Should().Be(zeros);
    }

    private static byte[] LittleEndian(T value)
    {
        byte[] bytes = new byte[8];
        if (typeof(T) == typeof(float))
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes, float.CreateChecked(value));
            return bytes[..4];
        }

        BinaryPrimitives.WriteDoubleLittleEndian(bytes, double.CreateChecked(value));
        return bytes;
    }

    private static DenseLayer<T> Hidden(int inputs, int outputs) =>
        new(Matrix<T>.Build.Dense(outputs, inputs), Vector<T>.Build.Dense(outputs), new Relu<T>());

    private static DenseLayer<T> Output(int inputs, int outputs) =>
        new(Matrix<T>.Build.Dense(outputs, inputs), Vector<T>.Build.Dense(outputs), new Softmax<T>());
}

public sealed class NetworkSingleTests : NetworkTests<float>;

public sealed class NetworkDoubleTests : NetworkTests<double>;
