using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Data;
using NeuralNets.Core.Tests.Backends;
using NeuralNets.Core.Training;

namespace NeuralNets.Core.Tests.Training;

/// <summary>The gradient that a step descends agrees with central differences of the cost.</summary>
public sealed class GradientTests
{
    private const double H = 1e-5;
    private const double SmallestInput = 1e-3;

    private static readonly string[] s_activations = ["sigmoid", "relu", "tanh", "leaky", "identity", "softplus"];
    private static readonly int[] s_sampleCounts = [1, 2, 7, 17];
    private static readonly int[] s_hidden = [4, 6, 5, 4];

    public static TheoryData<string, int, int> Cases
    {
        get
        {
            var cases = new TheoryData<string, int, int>();
            foreach (string activation in s_activations)
            {
                for (int layers = 1; layers <= 4; layers++)
                {
                    foreach (int samples in s_sampleCounts)
                    {
                        cases.Add(activation, layers, samples);
                    }
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Step_AnyDepthAndBatch_DescendsTheNumericalGradient(string activation, int layers, int samples) =>
        Check(activation, layers, samples, microBatchSize: 5);

    [Fact]
    public void Step_BatchOfMoreThanTheDefaultChunk_DescendsTheNumericalGradient() =>
        Check("tanh", layers: 2, samples: 300, microBatchSize: 256);

    [MklTheory]
    [MemberData(nameof(Cases))]
    public void Step_ByMkl_DescendsTheNumericalGradient(string activation, int layers, int samples) =>
        Check(activation, layers, samples, microBatchSize: 5, "mkl");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Step_ByMathNet_DescendsTheNumericalGradient(string activation, int layers, int samples) =>
        Check(activation, layers, samples, microBatchSize: 5, "mathnet");

    private static void Check(string activation, int layers, int samples, int microBatchSize, string backend = "managed")
    {
        int[] sizes = [.. s_hidden.Take(layers), 3];
        Network<double> network = Build(sizes, Create(activation), seed: 3);
        Dataset<double> set = Draw(network, samples, awayFromZero: activation is "relu" or "leaky");
        Matrix<double> features = set.ToMatrix();
        int[] labels = set.Labels.ToArray();
        DenseLayer<double>[] before = [.. network.Layers.Select(Copy)];

        // With a learning rate of 1, one step subtracts the gradient of the mean cost.
        new GradientDescentTrainer<double>(network)
        {
            LearningRate = 1,
            Hooks = { MicroBatchSize = microBatchSize },
            Backend = TestBackends.Create(backend),
        }
            .Fit(set, epochs: 1);

        var original = new Network<double>(before);
        for (int l = 0; l < layers; l++)
        {
            Matrix<double> analytic = before[l].Weights - network.Layers[l].Weights;
            Matrix<double> numeric = Matrix<double>.Build.Dense(analytic.RowCount, analytic.ColumnCount, (i, j) =>
                CentralDifference(original, features, labels, h => before[l].Weights[i, j] += h));
            RelativeDistance(analytic.ToColumnMajorArray(), numeric.ToColumnMajorArray())
                .Should().BeLessThan(1e-7, $"of the weights of layer {l}");

            Vector<double> analyticBias = before[l].Biases - network.Layers[l].Biases;
            Vector<double> numericBias = Vector<double>.Build.Dense(analyticBias.Count, i =>
                CentralDifference(original, features, labels, h => before[l].Biases[i] += h));
            RelativeDistance(analyticBias.ToArray(), numericBias.ToArray()).Should().BeLessThan(1e-7, $"of the biases of layer {l}");
        }
    }

    private static double CentralDifference(Network<double> network, Matrix<double> features, int[] labels, Action<double> move)
    {
        move(H);
        double above = MeanCost(network, features, labels);
        move(-2 * H);
        double below = MeanCost(network, features, labels);
        move(H);
        return (above - below) / (2 * H);
    }

    private static double MeanCost(Network<double> network, Matrix<double> features, int[] labels)
    {
        Matrix<double> probabilities = network.Predict(features);
        return -labels.Select((label, j) => Math.Log(probabilities[label, j])).Sum() / labels.Length;
    }

    private static double RelativeDistance(double[] left, double[] right)
    {
        double Norm(IEnumerable<double> values) => Math.Sqrt(values.Sum(value => value * value));
        return Norm(left.Zip(right, (a, b) => a - b)) / (Norm(left) + Norm(right));
    }

    /// <summary>A network with random biases, too.</summary>
    private static Network<double> Build(int[] sizes, IActivation<double> activation, int seed)
    {
        var network = new Network<double>(sizes, activation, seed);
        var random = new Random(seed);
        foreach (DenseLayer<double> layer in network.Layers)
        {
            for (int i = 0; i < layer.OutputCount; i++)
            {
                layer.Biases[i] = random.NextDouble() - 0.5;
            }
        }

        return network;
    }

    /// <summary>Random samples; if asked, only such whose inputs to the hidden activations all keep away from the kink at zero.</summary>
    private static Dataset<double> Draw(Network<double> network, int samples, bool awayFromZero)
    {
        var random = new Random(11);
        var columns = new List<double[]>();
        while (columns.Count < samples)
        {
            double[] column = [.. Enumerable.Range(0, network.InputCount).Select(_ => (2 * random.NextDouble()) - 1)];
            if (!awayFromZero || SmallestHiddenInput(network, column) > 2 * SmallestInput)
            {
                columns.Add(column);
            }
        }

        if (awayFromZero)
        {
            columns.Should().OnlyContain(column => SmallestHiddenInput(network, column) > SmallestInput);
        }

        int[] labels = [.. columns.Select(_ => random.Next(network.OutputCount))];
        return Dataset<double>.FromMatrix(Matrix<double>.Build.DenseOfColumnArrays(columns), labels, network.OutputCount);
    }

    private static double SmallestHiddenInput(Network<double> network, double[] sample)
    {
        double smallest = double.PositiveInfinity;
        Vector<double> a = Vector<double>.Build.Dense(sample);
        foreach (DenseLayer<double> layer in network.Layers.Take(network.Layers.Count - 1))
        {
            Vector<double> z = (layer.Weights * a) + layer.Biases;
            smallest = Math.Min(smallest, z.AbsoluteMinimum());
            double[] values = z.ToArray();
            layer.Activation.Evaluate(values, values, layer.OutputCount);
            a = Vector<double>.Build.Dense(values);
        }

        return smallest;
    }

    private static DenseLayer<double> Copy(DenseLayer<double> layer) => layer.Activation is { } activation
        ? new DenseLayer<double>(layer.Weights, layer.Biases, activation)
        : new DenseLayer<double>(layer.Weights, layer.Biases, new Softmax<double>());

    private static IActivation<double> Create(string name) => name switch
    {
        "sigmoid" => new Sigmoid<double>(),
        "relu" => new Relu<double>(),
        "tanh" => new Tanh<double>(),
        "leaky" => new LeakyRelu<double>(0.2),
        "identity" => new Identity<double>(),
        _ => new Softplus(),
    };

    /// <summary>A custom activation: log(1 + eᶻ), whose derivative is the logistic function of z.</summary>
    private sealed class Softplus : IActivation<double>
    {
        public void Evaluate(ReadOnlySpan<double> z, Span<double> a)
        {
            for (int i = 0; i < z.Length; i++)
            {
                a[i] = Math.Log(1 + Math.Exp(z[i]));
            }
        }

        public void MultiplyByDerivative(ReadOnlySpan<double> z, ReadOnlySpan<double> a, Span<double> gradient)
        {
            for (int i = 0; i < z.Length; i++)
            {
                gradient[i] /= 1 + Math.Exp(-z[i]);
            }
        }
    }
}
