using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Data;
using NeuralNets.Core.Tests.Activations;
using NeuralNets.Core.Tests.Backends;
using NeuralNets.Core.Training;

namespace NeuralNets.Core.Tests.Training;

/// <summary>The gradient that a step descends agrees with central differences of the cost.</summary>
public sealed class GradientTests
{
    private const string CustomActivation = "softplus";

    private static readonly string[] s_activations = [.. HiddenActivations.Names, CustomActivation];
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
        Check("Tanh", layers: 2, samples: 300, microBatchSize: 256);

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
        IActivation<double> function = activation == CustomActivation ? new Softplus() : HiddenActivations.Create<double>(activation, 0.2);
        Network<double> network = NumericalGradient.WithBiases(new Network<double>(sizes, function, seed: 3), seed: 3);
        Matrix<double> features = NumericalGradient.DrawFeatures(network, samples);
        var random = new Random(12);
        int[] labels = [.. Enumerable.Range(0, samples).Select(_ => random.Next(network.OutputCount))];
        var set = Dataset<double>.FromMatrix(features, labels, network.OutputCount);

        NumericalGradient.CheckStep(
            network,
            copy => new GradientDescentTrainer<double>(copy)
            {
                LearningRate = 1,
                Hooks = { MicroBatchSize = microBatchSize },
                Backend = TestBackends.Create(backend),
            }.Fit(set, epochs: 1),
            moved => MeanCost(moved, features, labels));
    }

    private static double MeanCost(Network<double> network, Matrix<double> features, int[] labels)
    {
        Matrix<double> probabilities = network.Predict(features);
        return -labels.Select((label, j) => Math.Log(probabilities[label, j])).Sum() / labels.Length;
    }

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
