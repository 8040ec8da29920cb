using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Initialization;

namespace NeuralNets.Core.Tests.Initialization;

/// <summary>All initializers, as draws and as the weights of a network.</summary>
public class WeightInitializerTests
{
    private const int Inputs = 300;
    private const int Outputs = 200;

    private static readonly RandomSequence s_random = RandomSequence.ForWeights(9, 0);

    /// <summary>Name, initializer and the standard deviation for 300 inputs and 200 outputs.</summary>
    public static TheoryData<IWeightInitializer, double> Initializers => new()
    {
        { new HeUniform(), Math.Sqrt(2.0 / 300) },
        { new HeNormal(), Math.Sqrt(2.0 / 300) },
        { new LecunNormal(), Math.Sqrt(1.0 / 300) },
        { new GlorotUniform(), Math.Sqrt(2.0 / 500) },
        { new GlorotNormal(), Math.Sqrt(2.0 / 500) },
        { new RandomNormal(), 0.01 },
        { new RandomNormal(2.5), 2.5 },
    };

    [Fact]
    public void Draw_EachInitializer_IsItsFormulaOfTheDrawAtTheIndex()
    {
        foreach (long index in new[] { 0L, 1, 17, 59_999, long.MaxValue })
        {
            double centred = (2 * s_random.Uniform(index)) - 1;
            double normal = s_random.Normal(index);

            new HeUniform().Draw(3, 5, s_random, index).Should().Be(centred * Math.Sqrt(6.0 / 3));
            new HeNormal().Draw(3, 5, s_random, index).Should().Be(normal * Math.Sqrt(2.0 / 3));
            new LecunNormal().Draw(3, 5, s_random, index).Should().Be(normal * Math.Sqrt(1.0 / 3));
            new GlorotUniform().Draw(3, 5, s_random, index).Should().Be(centred * Math.Sqrt(6.0 / 8));
            new GlorotNormal().Draw(3, 5, s_random, index).Should().Be(normal * Math.Sqrt(2.0 / 8));
            new RandomNormal(0.5).Draw(3, 5, s_random, index).Should().Be(normal * 0.5);
        }
    }

    [Theory]
    [MemberData(nameof(Initializers))]
    public void Draw_WholeMatrix_HasMeanZeroAndItsStandardDeviation(IWeightInitializer initializer, double standardDeviation)
    {
        double[] weights = Draws(initializer);

        // Six standard errors; the square of a uniform draw varies less than that of a normal one.
        double mean = weights.Average();
        double variance = weights.Average(weight => weight * weight);
        mean.Should().BeApproximately(0, 6 * standardDeviation / Math.Sqrt(weights.Length));
        double expected = standardDeviation * standardDeviation;
        variance.Should().BeApproximately(expected, 6 * expected * Math.Sqrt(2.0 / weights.Length));
    }

    [Fact]
    public void Draw_UniformInitializers_FillTheirIntervalAndStayInside()
    {
        double he = Math.Sqrt(6.0 / Inputs);
        double glorot = Math.Sqrt(6.0 / (Inputs + Outputs));

        Draws(new HeUniform()).Should().OnlyContain(weight => Math.Abs(weight) < he);
        Draws(new HeUniform()).Max(Math.Abs).Should().BeGreaterThan(0.999 * he);
        Draws(new GlorotUniform()).Should().OnlyContain(weight => Math.Abs(weight) < glorot);
        Draws(new GlorotUniform()).Max(Math.Abs).Should().BeGreaterThan(0.999 * glorot);
    }

    [Theory]
    [MemberData(nameof(Initializers))]
    public void Network_EachInitializer_TakesTheDrawOfTheColumnMajorPosition(
        IWeightInitializer initializer, double standardDeviation)
    {
        _ = standardDeviation;
        Network<double> network = Create<double>(initializer, seed: 77);

        for (int l = 0; l < 2; l++)
        {
            DenseLayer<double> layer = network.Layers[l];
            var random = RandomSequence.ForWeights(77, l);
            layer.Weights.ToColumnMajorArray().Should().Equal(
                Enumerable.Range(0, layer.InputCount * layer.OutputCount).Select(i =>
                    initializer.Draw(layer.InputCount, layer.OutputCount, random, i)));
            layer.Weights[1, 2].Should().Be(initializer.Draw(layer.InputCount, layer.OutputCount, random, (2 * layer.OutputCount) + 1));
            layer.Biases.Should().OnlyContain(bias => bias == 0);
        }
    }

    [Theory]
    [MemberData(nameof(Initializers))]
    public void Network_Float_IsTheRoundedDoubleOne(IWeightInitializer initializer, double standardDeviation)
    {
        _ = standardDeviation;
        Network<double> inDouble = Create<double>(initializer, seed: 5);
        Network<float> inFloat = Create<float>(initializer, seed: 5);

        for (int l = 0; l < 2; l++)
        {
            inFloat.Layers[l].Weights.ToColumnMajorArray()
                .Should().Equal(inDouble.Layers[l].Weights.ToColumnMajorArray().Select(weight => (float)weight));
        }
    }

    [Fact]
    public void Network_Seed_DecidesTheWeights()
    {
        string one = Create<float>(new HeNormal(), seed: 1).ComputeParametersSha256();

        Create<float>(new HeNormal(), seed: 1).ComputeParametersSha256().Should().Be(one);
        Create<float>(new HeNormal(), seed: 2).ComputeParametersSha256().Should().NotBe(one);
        Create<float>(new HeNormal(), seed: long.MinValue).ComputeParametersSha256().Should().NotBe(one);
    }

    [Fact]
    public void Network_LayersOfOneShape_GetDifferentDraws()
    {
        var network = new Network<double>(
            6, [new(6, new Tanh<double>()), new(6, new Tanh<double>()), new(6, new Softmax<double>())], seed: 3);

        double[][] weights = [.. network.Layers.Select(layer => layer.Weights.ToColumnMajorArray())];
        weights.SelectMany(layer => layer).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void Network_OwnInitializer_IsAskedWithTheShapeOfTheLayer()
    {
        var network = new Network<float>(
            2, [new(3, new Identity<float>(), new Position()), new(2, new Softmax<float>(), new Position())], seed: 0);

        network.Layers[0].Weights.Should().Be(Matrix<float>.Build.DenseOfColumnMajor(3, 2, [2300, 2301, 2302, 2303, 2304, 2305]));
        network.Layers[1].Weights.ToColumnMajorArray().Should().Equal(3200, 3201, 3202, 3203, 3204, 3205);
    }

    private static Network<T> Create<T>(IWeightInitializer initializer, long seed)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> =>
        new(13, [new(7, new Relu<T>(), initializer), new(4, new Softmax<T>(), initializer)], seed);

    private static double[] Draws(IWeightInitializer initializer) =>
        [.. Enumerable.Range(0, Inputs * Outputs).Select(index => initializer.Draw(Inputs, Outputs, s_random, index))];

    private sealed class Position : IWeightInitializer
    {
        public double Draw(int inputs, int outputs, RandomSequence random, long index) =>
            (1000 * inputs) + (100 * outputs) + index;
    }
}
