using System.Numerics;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Benchmarks;

/// <summary>
/// What does a function cost per element, for the values of 128 units and 64 samples? Each is compared with the loop that one
/// would write with <see cref="MathF"/> or <see cref="Math"/>.
/// </summary>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
[MemoryDiagnoser]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
public class ElementwiseBenchmarks<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Classes = 10;
    private const int Length = 128 * 64;

    private readonly T[] _x = RandomNumbers.Uniform<T>(Length, -8, 8, new Random(1));
    private readonly T[] _positive = RandomNumbers.Uniform<T>(Length, 1e-3, 10, new Random(2));
    private readonly T[] _logits = RandomNumbers.Uniform<T>(Length / Classes * Classes, -8, 8, new Random(3));
    private readonly T[] _gradient = RandomNumbers.Uniform<T>(Length, -1, 1, new Random(4));
    private readonly T[] _y = new T[Length];
    private readonly Relu<T> _relu = new();
    private readonly Softmax<T> _softmax = new();

    [BenchmarkCategory("exp"), Benchmark(Baseline = true, OperationsPerInvoke = Length)]
    public void Exp() => Elementwise.Apply<T, ExpOperator<T>>(_x, _y);

    [BenchmarkCategory("exp"), Benchmark(OperationsPerInvoke = Length)]
    public void ExpLoop()
    {
        for (int i = 0; i < _x.Length; i++)
        {
            _y[i] = T.Exp(_x[i]);
        }
    }

    [BenchmarkCategory("log"), Benchmark(Baseline = true, OperationsPerInvoke = Length)]
    public void Log() => Elementwise.Apply<T, LogOperator<T>>(_positive, _y);

    [BenchmarkCategory("log"), Benchmark(OperationsPerInvoke = Length)]
    public void LogLoop()
    {
        for (int i = 0; i < _positive.Length; i++)
        {
            _y[i] = T.Log(_positive[i]);
        }
    }

    [BenchmarkCategory("tanh"), Benchmark(Baseline = true, OperationsPerInvoke = Length)]
    public void Tanh() => Elementwise.Apply<T, TanhOperator<T>>(_x, _y);

    [BenchmarkCategory("tanh"), Benchmark(OperationsPerInvoke = Length)]
    public void TanhLoop()
    {
        for (int i = 0; i < _x.Length; i++)
        {
            _y[i] = T.Tanh(_x[i]);
        }
    }

    [BenchmarkCategory("sigmoid"), Benchmark(Baseline = true, OperationsPerInvoke = Length)]
    public void Sigmoid() => Elementwise.Apply<T, SigmoidOperator<T>>(_x, _y);

    [BenchmarkCategory("sigmoid"), Benchmark(OperationsPerInvoke = Length)]
    public void SigmoidLoop()
    {
        for (int i = 0; i < _x.Length; i++)
        {
            _y[i] = T.One / (T.One + T.Exp(-_x[i]));
        }
    }

    [BenchmarkCategory("ReLU"), Benchmark(Baseline = true, OperationsPerInvoke = Length)]
    public void Relu() => _relu.Evaluate(_x, _y);

    [BenchmarkCategory("ReLU"), Benchmark(OperationsPerInvoke = Length)]
    public void ReluLoop()
    {
        for (int i = 0; i < _x.Length; i++)
        {
            _y[i] = T.Max(_x[i], T.Zero);
        }
    }

    [BenchmarkCategory("ReLU derivative"), Benchmark(Baseline = true, OperationsPerInvoke = Length)]
    public void ReluDerivative() => _relu.MultiplyByDerivative(_x, _x, _gradient);

    [BenchmarkCategory("ReLU derivative"), Benchmark(OperationsPerInvoke = Length)]
    public void ReluDerivativeLoop()
    {
        for (int i = 0; i < _x.Length; i++)
        {
            _gradient[i] = _x[i] > T.Zero ? _gradient[i] : T.Zero;
        }
    }

    /// <summary>Evaluates softmax on columns of ten classes.</summary>
    [BenchmarkCategory("softmax"), Benchmark(Baseline = true, OperationsPerInvoke = Length / Classes * Classes)]
    public void Softmax() => _softmax.Evaluate(_logits, _y.AsSpan(0, _logits.Length), Classes);

    [BenchmarkCategory("softmax"), Benchmark(OperationsPerInvoke = Length / Classes * Classes)]
    public void SoftmaxLoop() => ScalarSoftmax.Evaluate(_logits, _y, Classes);
}
