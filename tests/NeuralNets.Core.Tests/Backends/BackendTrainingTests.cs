using System.Numerics;
using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Backends;
using NeuralNets.Core.Data;
using NeuralNets.Core.Training;
using NeuralNets.Core.Training.Steps;

namespace NeuralNets.Core.Tests.Backends;

/// <summary>Training and prediction by other backends agree with the managed one to rounding, however the work is cut.</summary>
public sealed class BackendTrainingTests
{
    /// <summary>
    /// Two epochs are 42 steps, each of which perturbs a parameter by a few u times its size and, by a gradient whose sums have at most
    /// 67 terms, by less than 67·u·rate: about 42·10·u ≈ 5e-14 in double, 3e-5 in float. A hundred times that covers what a
    /// perturbation grows to on its way through the later steps, and is far below what a wrong product would do.
    /// </summary>
    private const double InDouble = 5e-12;

    private const double InFloat = 3e-3;

    public static TheoryData<int, bool, int> Cuts => new()
    {
        { 1, false, 256 }, { 1, true, 256 }, { 2, false, 256 }, { 2, true, 256 }, { 3, true, 7 }, { 3, false, 7 }, { 1, false, 7 },
    };

    [MklTheory]
    [MemberData(nameof(Cuts))]
    public void Fit_AnyCutByMkl_AgreesWithManaged(int workers, bool byUnits, int microBatchSize) =>
        Verify("mkl", workers, byUnits, microBatchSize);

    [Theory]
    [MemberData(nameof(Cuts))]
    public void Fit_AnyCutByMathNet_AgreesWithManaged(int workers, bool byUnits, int microBatchSize) =>
        Verify("mathnet", workers, byUnits, microBatchSize);

    [Fact]
    public void Fit_BackendWithThreadsOfItsOwn_TakesOneWorker()
    {
        var network = new Network<float>([784, 512, 10], new Relu<float>(), seed: 1);
        var settings = new TrainingSettings<float> { MaxDegreeOfParallelism = 8 };

        int managed = StepPlan.Choose(network, settings, new TrainingHooks(), 256).WorkerCount;
        int mathNet = StepPlan.Choose(network, settings with { Backend = new MathNetBackend() }, new TrainingHooks(), 256).WorkerCount;

        mathNet.Should().Be(1);
        managed.Should().Be(Math.Min(8, Environment.ProcessorCount));
    }

    [Fact]
    public void Backend_SetToNull_Throws()
    {
        var trainer = new GradientDescentTrainer<float>(new Network<float>([2, 2], new Relu<float>(), seed: 1));

        trainer.Backend.Should().BeSameAs(ManagedBackend.Instance);
        trainer.Invoking(t => t.Backend = null!).Should().Throw<ArgumentNullException>();
    }

    [Fact]
    public void Fit_Managed_NamesItself() =>
        Fit<float>(ManagedBackend.Instance, 1, false, 256).Result.Backend.Should().StartWith("managed (Vector");

    /// <summary>Each gives what it gives alone: the managed one to the bit, the others to rounding.</summary>
    [MklFact]
    public void Fit_SeveralBackendsAtOnce_DoNotDisturbEachOther()
    {
        Network<double> expected = Fit<double>(ManagedBackend.Instance, 1, false, 256).Network;
        GemmBackend[] backends =
            [ManagedBackend.Instance, TestBackends.Create("mkl"), new MathNetBackend(), TestBackends.Create("mkl"),
                ManagedBackend.Instance];
        var networks = new Network<double>[backends.Length];
        Thread[] threads = [.. backends.Select((backend, i) => new Thread(() =>
        {
            for (int repetition = 0; repetition < 3; repetition++)
            {
                networks[i] = Fit<double>(backend, workers: 1 + (i % 2), byUnits: true, microBatchSize: 256).Network;
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());

        for (int i = 0; i < networks.Length; i++)
        {
            LargestDifference(networks[i], expected).Should().BeLessThanOrEqualTo(backends[i] is ManagedBackend ? 0 : InDouble);
        }
    }

    [MklFact]
    public void Predict_EveryFormByMkl_AgreesWithManaged() => VerifyPrediction("mkl");

    [Fact]
    public void Predict_EveryFormByMathNet_AgreesWithManaged() => VerifyPrediction("mathnet");

    private static void Verify(string name, int workers, bool byUnits, int microBatchSize)
    {
        GemmBackend backend = TestBackends.Create(name);
        Check<double>(InDouble);
        Check<float>(InFloat);

        void Check<T>(double tolerance)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            (Network<T> expected, _) = Fit<T>(ManagedBackend.Instance, workers, byUnits, microBatchSize);
            (Network<T> actual, TrainingResult result) = Fit<T>(backend, workers, byUnits, microBatchSize);
            result.Backend.Should().Be(backend.Name);
            result.WorkerCount.Should().Be(workers);
            LargestDifference(actual, expected).Should().BeLessThanOrEqualTo(tolerance);
        }
    }

    private static void VerifyPrediction(string name)
    {
        GemmBackend backend = TestBackends.Create(name);
        (Network<double> network, _) = Fit<double>(ManagedBackend.Instance, 1, false, 256);
        Dataset<double> set = Samples<double>();
        Matrix<double> inputs = set.ToMatrix();
        Matrix<double> expected = network.Predict(inputs);
        double[] probabilities = new double[5 * set.Count];
        int[] labels = new int[set.Count];

        network.Predict(inputs.AsColumnMajorArray(), probabilities, backend);
        network.PredictLabels(inputs.AsColumnMajorArray(), labels, backend);

        foreach (Matrix<double> actual in (Matrix<double>[])
            [
                Matrix<double>.Build.Dense(5, set.Count, probabilities),
                network.Predict(inputs, 1, backend),
                network.Predict(inputs, 2, backend),
                network.Predict(set, 2, backend),
            ])
        {
            (actual - expected).Enumerate().Max(Math.Abs).Should().BeLessThan(1e-13);
        }

        int[] managed = network.PredictLabels(inputs);
        labels.Should().Equal(managed);
        network.PredictLabels(inputs, 2, backend).Should().Equal(managed);
        network.PredictLabels(set, 2, backend).Should().Equal(managed);
    }

    private static (Network<T> Network, TrainingResult Result) Fit<T>(GemmBackend backend, int workers, bool byUnits, int microBatchSize)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var network = new Network<T>([13, 67, 7, 5], new Tanh<T>(), seed: 8);
        var trainer = new GradientDescentTrainer<T>(network)
        {
            BatchSize = 37,
            LearningRate = 0.1,
            Backend = backend,
            Hooks =
            {
                WorkerCount = workers,
                CutsFirstLayerByUnits = byUnits,
                MicroBatchSize = microBatchSize,
            },
        };
        return (network, trainer.Fit(Samples<T>(), epochs: 2));
    }

    private static Dataset<T> Samples<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new Random(5);
        Matrix<T> features = Matrix<T>.Build.Dense(
            13, 777, (i, _) => i % 3 > 0 && random.Next(2) == 0 ? T.Zero : T.CreateChecked(random.NextDouble() - 0.5));
        int[] labels = [.. Enumerable.Range(0, 777).Select(_ => random.Next(5))];
        return Dataset<T>.FromMatrix(features, labels, 5);
    }

    private static double LargestDifference<T>(Network<T> left, Network<T> right)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => left.Layers.Zip(right.Layers).Max(layers =>
            Parameters(layers.First).Zip(Parameters(layers.Second)).Max(pair => double.CreateChecked(T.Abs(pair.First - pair.Second))));

    private static IEnumerable<T> Parameters<T>(DenseLayer<T> layer)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => layer.Weights.Enumerate().Concat(layer.Biases);
}
