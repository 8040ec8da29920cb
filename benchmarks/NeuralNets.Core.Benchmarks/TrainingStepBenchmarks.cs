using System.Numerics;
using BenchmarkDotNet.Attributes;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Backends;
using NeuralNets.Core.Data;
using NeuralNets.Core.Training;

namespace NeuralNets.Core.Benchmarks;

/// <summary>
/// What does one step of training a 784-128-32-10 network cost, by the size of the batch and the zeros in it? The start of a
/// call of <see cref="GradientDescentTrainer{T}.Fit"/>, with its allocations, is spread over a thousand steps.
/// </summary>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
[MemoryDiagnoser]
[Config(typeof(OptionalBackends.Config))]
public class TrainingStepBenchmarks<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int StepsPerEpoch = 100;
    private const int Epochs = 10;

    private Dataset<T> _samples = null!;
    private GradientDescentTrainer<T> _trainer = null!;

    [Params(1, 32, 64, 128, 512)]
    public int Batch { get; set; }

    /// <summary>The maximum number of workers; fewer train where a step is too small for them.</summary>
    [Params(1, 2)]
    public int MaxDegreeOfParallelism { get; set; }

    /// <summary>How many of a hundred inputs are 0: training leaves out products with them. Of MNIST's pixels, 81 are.</summary>
    [Params(0, 81)]
    public int ZeroPercent { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _samples = Dataset<T>.FromImages(RandomNumbers.Images(StepsPerEpoch * Batch, ZeroPercent, seed: 1));

        // The labels are noise. At this rate the network does not change much, however long the benchmark runs.
        _trainer = new(new([784, 128, 32, 10], new Relu<T>(), seed: 1))
        {
            BatchSize = Batch,
            MaxDegreeOfParallelism = MaxDegreeOfParallelism,
            LearningRate = 1e-6,
        };
    }

    [Benchmark(OperationsPerInvoke = Epochs * StepsPerEpoch)]
    public TrainingResult Step() => By(ManagedBackend.Instance);

    /// <summary>Trains with the products of Intel MKL.</summary>
    [Benchmark(OperationsPerInvoke = Epochs * StepsPerEpoch)]
    public TrainingResult Mkl() => By(OptionalBackends.Mkl!);

    /// <summary>Trains with the products of Math.NET Numerics with its provider for Intel MKL.</summary>
    [Benchmark(OperationsPerInvoke = Epochs * StepsPerEpoch)]
    public TrainingResult MathNetMkl() => By(OptionalBackends.MathNetMkl!);

    private TrainingResult By(GemmBackend backend)
    {
        _trainer.Backend = backend;
        return _trainer.Fit(_samples, Epochs);
    }
}
