using System.Numerics;
using BenchmarkDotNet.Attributes;
using MathNet.Numerics;
using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Activations;

namespace NeuralNets.Core.Benchmarks;

/// <summary>
/// What does the forward pass of a batch through a 784-128-32-10 network cost on one thread, with this library and with the loops that one
/// would write around Math.NET's managed matrices?
/// </summary>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
[MemoryDiagnoser]
public class ForwardPassBenchmarks<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Network<T> _network = new([784, 128, 32, 10], new Relu<T>(), seed: 1);
    private Matrix<T> _samples = null!;
    private Matrix<T>[] _values = [];
    private T[] _inputs = [];
    private T[] _probabilities = [];

    [Params(1, 32, 64, 128, 512)]
    public int Batch { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        // Math.NET takes a native provider by itself if it finds one, and as many threads as there are processors.
        Control.UseManaged();
        Control.UseSingleThread();

        _inputs = RandomNumbers.Uniform<T>(_network.InputCount * Batch, 0, 1, new Random(1));
        _samples = Matrix<T>.Build.Dense(_network.InputCount, Batch, _inputs);
        _values = [.. _network.Layers.Select(layer => Matrix<T>.Build.Dense(layer.OutputCount, Batch))];
        _probabilities = new T[_network.OutputCount * Batch];
        Verify();
    }

    /// <summary>Computes with this library.</summary>
    [Benchmark(Baseline = true)]
    public T[] Managed()
    {
        _network.Predict(_inputs, _probabilities);
        return _probabilities;
    }

    /// <summary>Computes with Math.NET's products into existing matrices, and scalar loops.</summary>
    [Benchmark]
    public T[] MathNet()
    {
        Matrix<T> input = _samples;
        for (int l = 0; l < _values.Length; l++)
        {
            DenseLayer<T> layer = _network.Layers[l];
            layer.Weights.Multiply(input, _values[l]);
            AddBiases(_values[l].AsColumnMajorArray(), layer.Biases.AsArray(), isHidden: l < _values.Length - 1);
            input = _values[l];
        }

        T[] logits = input.AsColumnMajorArray();
        ScalarSoftmax.Evaluate(logits, logits, _network.OutputCount);
        return logits;
    }

    private static void AddBiases(T[] z, T[] biases, bool isHidden)
    {
        for (int start = 0; start < z.Length; start += biases.Length)
        {
            for (int i = 0; i < biases.Length; i++)
            {
                T sum = z[start + i] + biases[i];
                z[start + i] = isHidden ? T.Max(sum, T.Zero) : sum;
            }
        }
    }

    private void Verify()
    {
        T tolerance = T.CreateChecked(1e-4);
        T[] expected = Managed();
        T[] actual = MathNet();
        for (int i = 0; i < expected.Length; i++)
        {
            if (!(T.Abs(actual[i] - expected[i]) <= tolerance))
            {
                throw new InvalidOperationException($"Math.NET's probability {i} is {actual[i]}, not {expected[i]}.");
            }
        }
    }
}
