using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Data;
using NeuralNets.Core.Initialization;
using NeuralNets.Core.Training;

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
            .WithMessage($"A network needs at least the number of inputs and of outputs, but got {count} sizes.*");
    }

    [Fact]
    public void Constructor_HiddenSoftmax_NamesBothLayers()
    {
        Action layers = () => _ = new Network<T>([Output(3, 4), Output(4, 2)]);
        Action specifications = () => _ = new Network<T>(3, [new(4, new Softmax<T>()), new(2, new Softmax<T>())], seed: 1);

        const string Message = "Softmax is the function of an output layer, "
            + "but Layer 1 (3 -> 4, Softmax) has it and is followed by Layer 2 (4 -> 2, Softmax).*";
        layers.Should().Throw<ArgumentException>().WithParameterName("layers").WithMessage(Message);
        specifications.Should().Throw<ArgumentException>().WithParameterName("layers").WithMessage(Message);
    }

    [Fact]
    public void PredictLabels_OutputWithoutSoftmax_SaysWhatLabelsNeed()
    {
        var network = new Network<T>([Hidden(3, 4), Hidden(4, 2)]);

        network.Invoking(n => n.PredictLabels(Matrix<T>.Build.Dense(3, 1))).Should().Throw<InvalidOperationException>()
            .WithMessage("Labels are the answers of an output layer with Softmax, or with one output*has 2 with Relu: use Predict.");
        network.ToString().Should().Be("3-4-2, Relu, Relu");
    }

    [Fact]
    public void Constructor_OneLayerAtTwoPlaces_NamesBoth()
    {
        DenseLayer<T> tied = Hidden(4, 4);
        DenseLayer<T> output = Output(4, 4);
        string message = "A layer may stand in a network once only, but Layer {0} (4 -> 4, Relu) is layer {1} as well.*copied.*";

        FluentActions.Invoking(() => new Network<T>([tied, tied, output])).Should().Throw<ArgumentException>()
            .WithParameterName("layers").WithMessage(string.Format(CultureInfo.InvariantCulture, message, 2, 1));
        FluentActions.Invoking(() => new Network<T>([Hidden(4, 4), tied, Hidden(4, 4), tied, output])).Should().Throw<ArgumentException>()
            .WithParameterName("layers").WithMessage(string.Format(CultureInfo.InvariantCulture, message, 4, 2));
        FluentActions.Invoking(() => new Network<T>([tied, tied])).Should().Throw<ArgumentException>()
            .WithParameterName("layers").WithMessage(string.Format(CultureInfo.InvariantCulture, message, 2, 1));
        var copied = new DenseLayer<T>(tied.Weights, tied.Biases, tied.Activation);
        new Network<T>([tied, copied, output]).Layers.Should().HaveCount(3);
    }

    [Fact]
    public void Clone_Network_HasTheBitsAndIsIndependent()
    {
        var network = new Network<T>([5, 4, 3], new LeakyRelu<T>(0.1), seed: 3);
        network.Layers[0].Biases[1] = T.CreateChecked(0.25);
        string before = network.ComputeParametersSha256();

        Network<T> clone = network.Clone();
        string copied = clone.ComputeParametersSha256();
        network.Layers[1].Weights[0, 0] += T.One;
        network.Layers[0].Biases[1] = T.Zero;
        string unchanged = clone.ComputeParametersSha256();
        clone.Layers[0].Weights[2, 2] += T.One;

        copied.Should().Be(before);
        unchanged.Should().Be(before);
        clone.ComputeParametersSha256().Should().NotBe(before);
        network.Layers[0].Weights[2, 2].Should().NotBe(clone.Layers[0].Weights[2, 2]);
        clone.ToString().Should().Be(network.ToString());
        clone.Layers.Should().NotIntersectWith(network.Layers);
    }

    [Fact]
    public void Fit_OfTheCloneInAHandler_IsAllowedAndOfSharedLayersRefused()
    {
        var network = new Network<T>([2, 4, 2], new Relu<T>(), seed: 3);
        DenseLayer<T> ownFirst = Hidden(2, 4);
        Network<T>[] sharing = [network, new(network.Layers), new([ownFirst, network.Layers[1]])];
        Network<T> clone = network.Clone();
        Dataset<T> set = Dataset<T>.FromMatrix(Matrix<T>.Build.Dense(2, 4, RandomValues.Create<T>(1, 8)), [0, 1, 1, 0], 2);
        int refused = 0;

        new GradientDescentTrainer<T>(network).Fit(set, 1, onEpoch: _ =>
        {
            foreach (Network<T> other in sharing)
            {
                new GradientDescentTrainer<T>(other).Invoking(it => it.Fit(set, 1)).Should().Throw<InvalidOperationException>()
                    .WithMessage("A layer must be trained by one call of Fit at a time, but another one that trains Layer *Clone*");
                refused++;
            }

            new GradientDescentTrainer<T>(clone).Fit(set, 1).Epochs.Should().ContainSingle();

            // What was refused has not kept a layer.
            new GradientDescentTrainer<T>(new([ownFirst, Output(4, 2)])).Fit(set, 1).Epochs.Should().ContainSingle();
        });

        refused.Should().Be(3);
        foreach (Network<T> other in sharing)
        {
            new GradientDescentTrainer<T>(other).Fit(set, 1).Epochs.Should().ContainSingle("the first call has ended");
        }
    }

    /// <summary>An input or a layer of millions, and two samples: nothing is made for more samples than there are.</summary>
    [Theory]
    [InlineData(3_000_000, 1)]
    [InlineData(2, 1_500_000)]
    public void Fit_WideNetwork_NeedsMemoryInProportionToItsSize(int features, int units)
    {
        LayerSpec<T>[] hidden = units == 1 ? [] : [new(units, new Relu<T>(), new RandomNormal(1e-3))];
        var network = new Network<T>(features, [.. hidden, new(2, new Softmax<T>(), new RandomNormal(0))], seed: 1);
        Dataset<T> set = Dataset<T>.FromMatrix(
            Matrix<T>.Build.Dense(features, 2, (i, j) => T.CreateChecked((i % 7) * (j + 1) * 1e-4)), [0, 1], 2);
        var trainer = new GradientDescentTrainer<T>(network) { LearningRate = 1e-6, MaxDegreeOfParallelism = 1 };
        string before = network.ComputeParametersSha256();
        long start = GC.GetAllocatedBytesForCurrentThread();

        trainer.Fit(set, 1, set);
        network.Predict(set);
        network.PredictLabels(set);

        long perFeatureOrUnit = (GC.GetAllocatedBytesForCurrentThread() - start) / (Math.Max(features, units) * Unsafe.SizeOf<T>());
        perFeatureOrUnit.Should().BeLessThan(40, "numbers are made for two samples and the parameters, not for 96");
        network.ComputeParametersSha256().Should().NotBe(before);
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
