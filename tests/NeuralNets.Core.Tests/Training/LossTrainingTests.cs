using System.Numerics;
using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Data;
using NeuralNets.Core.Kernels;
using NeuralNets.Core.Tests.Activations;
using NeuralNets.Core.Tests.Backends;
using NeuralNets.Core.Tests.Losses;
using NeuralNets.Core.Training;

namespace NeuralNets.Core.Tests.Training;

/// <summary>Training with every output function and loss: the gradient, the bits, the backends, and what it allocates.</summary>
[Collection(SimdWidthCollection.Name)]
public sealed class LossTrainingTests
{
    /// <summary>As <see cref="BackendTrainingTests"/> derives them: 42 steps whose products another order of the terms rounds differently,
    /// by at most 67·u·rate each, times a hundred for the way through the later steps.</summary>
    private const double InDouble = 5e-12;

    private const double InFloat = 3e-3;

    public static TheoryData<string> Names => [.. LossCase.Names];

    public static TheoryData<string, string, int> Gradients
    {
        get
        {
            var cases = new TheoryData<string, string, int>();
            foreach (string name in LossCase.Names)
            {
                foreach (string hidden in HiddenActivations.Names)
                {
                    for (int layers = 1; layers <= 3; layers++)
                    {
                        cases.Add(name, hidden, layers);
                    }
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Gradients))]
    public void Step_AnyPairAndDepth_DescendsTheNumericalGradient(string name, string hidden, int layers)
    {
        Network<double> network = NumericalGradient.WithBiases(LossCase.Network<double>(name, hidden, layers), seed: 3);
        foreach (int samples in (int[])[1, 7])
        {
            Matrix<double> features = NumericalGradient.DrawFeatures(network, samples);
            Dataset<double> set = LossCase.Samples(name, features);

            NumericalGradient.CheckStep(
                network,
                copy => new GradientDescentTrainer<double>(copy) { LearningRate = 1, Loss = LossCase.Loss<double>(name) }
                    .With(workers: 1, microBatchSize: 5).Fit(set, 1),
                moved => MeanCost(name, moved, features, set));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    [Trait("Kind", "Sweep")]
    public void Fit_AnyWidthWorkersCutAndMicroBatch_GivesTheSameBits(string name)
    {
        CheckBits<float>(name);
        CheckBits<double>(name);
    }

    [MklTheory]
    [MemberData(nameof(Names))]
    public void Fit_ByMkl_AgreesWithManaged(string name) => CheckBackend(name, "mkl");

    [Theory]
    [MemberData(nameof(Names))]
    public void Fit_ByMathNet_AgreesWithManaged(string name) => CheckBackend(name, "mathnet");

    [Theory]
    [MemberData(nameof(Names))]
    public void Step_SteadyState_AllocatesNothingOnAnyWorker(string name)
    {
        const int Warm = 20;
        const int Steps = 50;
        long[] start = new long[32];
        long[] end = new long[32];
        int[] steps = new int[32];
        Network<float> network = LossCase.Network<float>(name, "Relu", layers: 3);
        var trainer = new GradientDescentTrainer<float>(network) { Loss = LossCase.Loss<float>(name), BatchSize = 32 };
        trainer.With(workers: 2, microBatchSize: 16).Hooks.IsAlone = () => false;
        trainer.Hooks.OnStep = worker =>
        {
            long bytes = GC.GetAllocatedBytesForCurrentThread();
            steps[worker * 16]++;
            start[worker * 16] = steps[worker * 16] <= Warm ? bytes : start[worker * 16];
            end[worker * 16] = bytes;
        };

        trainer.Fit(Samples<float>(name, Steps * 32), 1);

        steps[0].Should().Be(Steps);
        (end[0] - start[0]).Should().Be(0);
        (end[16] - start[16]).Should().Be(0);
    }

    private static void CheckBits<T>(string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Dataset<T> set = Samples<T>(name, 150);
        string Train(int workers, bool byUnits, int microBatchSize)
        {
            Network<T> network = LossCase.Network<T>(name, "Tanh", layers: 3);
            var trainer = new GradientDescentTrainer<T>(network) { Loss = LossCase.Loss<T>(name), BatchSize = 37, LearningRate = 0.1 };
            EpochResult last = trainer.With(workers, byUnits, microBatchSize).Fit(set, 2, set).Epochs[^1];
            return $"{network.ComputeParametersSha256()} {last.Training.Cost.Sum:R} {last.Validation!.Cost.Sum:R} "
                + $"{last.Training.Accuracy:R} {last.Validation.Accuracy:R}";
        }

        string expected = Train(workers: 1, byUnits: false, microBatchSize: 256);
        foreach (SimdWidth width in Enum.GetValues<SimdWidth>())
        {
            using IDisposable forced = Simd.Force(width);
            foreach (int workers in (int[])[1, 3])
            {
                foreach (int microBatchSize in (int[])[7, 256])
                {
                    Train(workers, byUnits: workers == 3, microBatchSize).Should().Be(expected, $"{width}, {workers}, {microBatchSize}");
                }
            }
        }
    }

    private static void CheckBackend(string name, string backend)
    {
        Check<double>(InDouble);
        Check<float>(InFloat);

        void Check<T>(double tolerance)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            Dataset<T> set = Samples<T>(name, 777);
            Network<T> Train(string by)
            {
                Network<T> network = LossCase.Network<T>(name, "Tanh", layers: 3);
                new GradientDescentTrainer<T>(network)
                {
                    Loss = LossCase.Loss<T>(name),
                    BatchSize = 37,
                    LearningRate = 0.1,
                    Backend = TestBackends.Create(by),
                }.Fit(set, 2);
                return network;
            }

            Matrix<T> expected = Train("managed").Predict(set);
            Network<T> actual = Train(backend);
            double distance = (actual.Predict(set, backend: TestBackends.Create(backend)) - expected).Enumerate()
                .Max(value => Math.Abs(double.CreateChecked(value)));
            distance.Should().BeLessThanOrEqualTo(tolerance);
        }
    }

    private static Dataset<T> Samples<T>(string name, int count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        LossCase.Samples(name, Matrix<T>.Build.Dense(4, count, RandomValues.Create<T>(5, 4 * count)));

    private static double MeanCost(string name, Network<double> network, Matrix<double> features, Dataset<double> set)
    {
        // The logits are the outputs of the same layers with the identity in the last.
        DenseLayer<double> last = network.Layers[^1];
        var logits = new Network<double>([
            .. network.Layers.SkipLast(1),
            new DenseLayer<double>(last.Weights, last.Biases, new NeuralNets.Core.Activations.Identity<double>()),
        ]);
        double[][] columns = logits.Predict(features).ToColumnArrays();
        return Enumerable.Range(0, set.Count).Average(j => LossCase.Cost(name, columns[j], set.Targets, j));
    }
}
