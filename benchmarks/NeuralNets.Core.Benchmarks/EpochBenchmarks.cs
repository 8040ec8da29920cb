using System.Numerics;
using BenchmarkDotNet.Attributes;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Data;
using NeuralNets.Core.Training;

namespace NeuralNets.Core.Benchmarks;

/// <summary>
/// What does an epoch of 10,000 samples cost, all included: the start of the call, the shuffle, the gathering and the steps; in
/// full-batch training the training accuracy after the update, too?
/// </summary>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
[MemoryDiagnoser]
public class EpochBenchmarks<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Samples = 10_000;

    private readonly Dataset<T> _samples = Dataset<T>.FromImages(RandomNumbers.Images(Samples, zeroPercent: 81, seed: 1));
    private GradientDescentTrainer<T> _trainer = null!;

    /// <summary>A usual batch, and all samples at once.</summary>
    [Params(64, Samples)]
    public int Batch { get; set; }

    /// <summary>The maximum number of workers; fewer train where a step is too small for them.</summary>
    [Params(1, 2)]
    public int MaxDegreeOfParallelism { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        // The labels are noise. At this rate the network does not change much, however long the benchmark runs.
        _trainer = new(new([784, 128, 32, 10], new Relu<T>(), seed: 1))
        {
            BatchSize = Batch,
            MaxDegreeOfParallelism = MaxDegreeOfParallelism,
            LearningRate = 1e-6,
        };
    }

    [Benchmark]
    public TrainingResult Epoch() => _trainer.Fit(_samples, epochs: 1);
}
