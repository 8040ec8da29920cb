using System.Numerics;
using BenchmarkDotNet.Attributes;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Data;
using NeuralNets.Core.Optimizers;
using NeuralNets.Core.Training;

namespace NeuralNets.Core.Benchmarks;

/// <summary>
/// What does a step of training a 784-128-32-10 network with 64 samples cost by the optimizer, and what do penalties and clipping add?
/// Inputs have as many zeros as MNIST's pixels.
/// </summary>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
[MemoryDiagnoser]
public class OptimizerBenchmarks<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int StepsPerEpoch = 100;
    private const int Epochs = 10;
    private const int Batch = 64;

    private Dataset<T> _samples = null!;
    private GradientDescentTrainer<T> _trainer = null!;

    /// <summary>The maximum number of workers; fewer train where a step is too small for them.</summary>
    [Params(1, 2)]
    public int MaxDegreeOfParallelism { get; set; }

    [Params("plain", "momentum", "nesterov", "rmsprop", "adam", "adamw")]
    public string Optimizer { get; set; } = "plain";

    /// <summary>Whether there are an L2 penalty and a limit of the norm that is never reached.</summary>
    [Params(false, true)]
    public bool IsRegularized { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _samples = Dataset<T>.FromImages(RandomNumbers.Images(StepsPerEpoch * Batch, zeroPercent: 81, seed: 1));

        // The labels are noise. At this rate the network does not change much, however long the benchmark runs.
        _trainer = new(new([784, 128, 32, 10], new Relu<T>(), seed: 1))
        {
            BatchSize = Batch,
            MaxDegreeOfParallelism = MaxDegreeOfParallelism,
            LearningRate = 1e-6,
            Optimizer = Create(Optimizer),
            L2 = IsRegularized ? 1e-6 : 0,
            MaxGradientNorm = IsRegularized ? 1000 : null,
        };
    }

    [Benchmark(OperationsPerInvoke = Epochs * StepsPerEpoch)]
    public TrainingResult Step() => _trainer.Fit(_samples, Epochs);

    private static Optimizer Create(string name) => name switch
    {
        "plain" => new Sgd(),
        "momentum" => new Sgd(momentum: 0.9),
        "nesterov" => new Sgd(momentum: 0.9, nesterov: true),
        "rmsprop" => new RmsProp(),
        "adam" => new Adam(),
        "adamw" => new AdamW(),
        _ => throw new ArgumentException($"There is no optimizer '{name}'.", nameof(name)),
    };
}
