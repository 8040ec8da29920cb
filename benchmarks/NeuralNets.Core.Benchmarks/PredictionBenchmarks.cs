using System.Numerics;
using BenchmarkDotNet.Attributes;
using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Activations;

namespace NeuralNets.Core.Benchmarks;

/// <summary>What does prediction cost, by the form of the call, with a 784-128-32-10 network?</summary>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
[MemoryDiagnoser]
public class PredictionBenchmarks<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Network<T> _network = new([784, 128, 32, 10], new Relu<T>(), seed: 1);
    private Matrix<T> _matrix = null!;
    private T[] _inputs = [];
    private T[] _probabilities = [];
    private int[] _labels = [];

    [Params(1, 32, 10_000)]
    public int Samples { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _inputs = RandomNumbers.Uniform<T>(_network.InputCount * Samples, 0, 1, new Random(1));
        _matrix = Matrix<T>.Build.Dense(_network.InputCount, Samples, _inputs);
        _probabilities = new T[_network.OutputCount * Samples];
        _labels = new int[Samples];
    }

    [Benchmark(Baseline = true)]
    public T[] ProbabilitiesToSpan()
    {
        _network.Predict(_inputs, _probabilities);
        return _probabilities;
    }

    [Benchmark]
    public Matrix<T> ProbabilitiesAsMatrix() => _network.Predict(_matrix);

    [Benchmark]
    public int[] LabelsToSpan()
    {
        _network.PredictLabels(_inputs, _labels);
        return _labels;
    }

    [Benchmark]
    public int[] LabelsOnAllProcessors() => _network.PredictLabels(_matrix, Environment.ProcessorCount);
}
