using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Activations;

namespace NeuralNets.Core.Tests;

public abstract class DenseLayerTests<T>
    where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
{
    [Fact]
    public void Constructor_Parameters_CopiesThem()
    {
        Matrix<T> weights = Matrix<T>.Build.Dense(2, 3, RandomValues.Create<T>(1, 6));
        Vector<T> biases = Vector<T>.Build.Dense(RandomValues.Create<T>(2, 2));
        Matrix<T> weightsBefore = weights.Clone();
        Vector<T> biasesBefore = biases.Clone();
        var activation = new Tanh<T>();

        var layer = new DenseLayer<T>(weights, biases, activation);
        weights.Clear();
        biases.Clear();

        layer.InputCount.Should().Be(3);
        layer.OutputCount.Should().Be(2);
        layer.Activation.Should().BeSameAs(activation);
        layer.Weights.Should().Be(weightsBefore);
        layer.Biases.Should().Equal(biasesBefore);
    }

    [Fact]
    public void Constructor_SparseParameters_GivesDenseOnes()
    {
        Matrix<T> weights = Matrix<T>.Build.SparseOfMatrix(Matrix<T>.Build.Dense(3, 2, RandomValues.Create<T>(3, 6)));

        var layer = new DenseLayer<T>(weights, Vector<T>.Build.Sparse(3), new Softmax<T>());

        layer.Activation.Should().BeOfType<Softmax<T>>();
        layer.Weights.Should().Be(weights);
        layer.Weights.AsColumnMajorArray().Should().NotBeNull();
    }

    [Fact]
    public void WeightsAndBiases_Written_TakeEffect()
    {
        var layer = new DenseLayer<T>(Matrix<T>.Build.Dense(2, 1), Vector<T>.Build.Dense(2), new Softmax<T>());
        var network = new Network<T>([layer]);
        Matrix<T> input = Matrix<T>.Build.Dense(1, 1, T.One);
        T large = T.CreateChecked(1000);
        network.Predict(input)[0, 0].Should().Be(T.CreateChecked(0.5));

        layer.Weights[1, 0] = large;
        network.Predict(input).ToColumnMajorArray().Should().Equal(T.Zero, T.One);

        layer.Biases[0] = large + large;
        network.Predict(input).ToColumnMajorArray().Should().Equal(T.One, T.Zero);
    }

    [Fact]
    public void Constructor_OtherNumberOfBiases_SaysBoth()
    {
        Action create = () => _ = new DenseLayer<T>(Matrix<T>.Build.Dense(3, 5), Vector<T>.Build.Dense(4), new Relu<T>());

        create.Should().Throw<ArgumentException>().WithParameterName("biases")
            .WithMessage("A layer needs one bias per unit: the weights are 3 x 5, but there were 4 biases.*");
    }

    [Theory]
    [InlineData(0, 3)]
    [InlineData(3, 0)]
    public void Constructor_NoUnitsOrInputs_SaysTheShape(int outputs, int inputs)
    {
        Matrix<T> weights = Matrix<T>.Build.Dense(outputs, inputs);
        Action create = () => _ = new DenseLayer<T>(weights, Vector<T>.Build.Dense(outputs), new Relu<T>());

        create.Should().Throw<ArgumentException>().WithParameterName(nameof(weights))
            .WithMessage($"A layer needs at least one unit and one input, but the weights are {outputs} x {inputs}.*");
    }

    [Fact]
    public void Constructor_SoftmaxOfOneClass_ThrowsArgumentOutOfRange()
    {
        Action create = () => _ = new DenseLayer<T>(Matrix<T>.Build.Dense(1, 5), Vector<T>.Build.Dense(1), new Softmax<T>());

        create.Should().Throw<ArgumentOutOfRangeException>().WithMessage("A softmax needs at least 2 classes*1*");
    }

    [Fact]
    public void Constructor_Null_ThrowsArgumentNull()
    {
        Matrix<T> weights = Matrix<T>.Build.Dense(2, 3);
        Vector<T> biases = Vector<T>.Build.Dense(2);
        var expected = new Dictionary<string, Action>
        {
            ["weights"] = () => _ = new DenseLayer<T>(null!, biases, new Relu<T>()),
            ["biases"] = () => _ = new DenseLayer<T>(weights, null!, new Relu<T>()),
            ["activation"] = () => _ = new DenseLayer<T>(weights, biases, null!),
        };

        foreach ((string parameter, Action create) in expected)
        {
            create.Should().Throw<ArgumentNullException>().WithParameterName(parameter);
        }
    }

    [Fact]
    public void ToString_Layer_IsItsShapeAndFunction()
    {
        Matrix<T> weights = Matrix<T>.Build.Dense(2, 3);
        Vector<T> biases = Vector<T>.Build.Dense(2);

        new DenseLayer<T>(weights, biases, new Relu<T>()).ToString().Should().Be("3 -> 2, Relu");
        new DenseLayer<T>(weights, biases, new LeakyRelu<T>()).ToString().Should().Be("3 -> 2, LeakyRelu(0.01)");
        new DenseLayer<T>(weights, biases, new Softmax<T>()).ToString().Should().Be("3 -> 2, Softmax");
    }
}

public sealed class DenseLayerSingleTests : DenseLayerTests<float>;

public sealed class DenseLayerDoubleTests : DenseLayerTests<double>;
