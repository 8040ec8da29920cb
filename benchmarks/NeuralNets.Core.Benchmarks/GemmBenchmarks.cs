using System.Numerics;
using BenchmarkDotNet.Attributes;
using MathNet.Numerics;
using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Benchmarks;

/// <summary>
/// How fast is one matrix product, on one thread? The shapes are those of a 784-128-32-10 network on batches of 64, a
/// large square and an awkward one. The reference takes seconds for the large one.
/// </summary>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
[MemoryDiagnoser]
[GigaflopsColumn]
public class GemmBenchmarks<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private T[] _a = [];
    private T[] _b = [];
    private T[] _c = [];
    private Matrix<T> _left = null!;
    private Matrix<T> _right = null!;
    private Matrix<T> _result = null!;

    public static IEnumerable<GemmShape> Shapes =>
    [
        new(128, 64, 784, false, false), // Forward through the first layer.
        new(128, 784, 64, false, true), // The first layer's weight gradient.
        new(128, 64, 32, true, false), // Backward through the second layer.
        new(10, 64, 32, false, false), // Forward through the third layer.
        new(1024, 1024, 1024, false, false),
        new(100, 57, 333, false, false),
    ];

    [ParamsSource(nameof(Shapes))]
    public GemmShape Shape { get; set; } = null!;

    [GlobalSetup]
    public void Setup()
    {
        // Math.NET takes a native provider by itself if it finds one, and as many threads as there are processors.
        Control.UseManaged();
        Control.UseSingleThread();

        var random = new Random(1);
        _a = Values(Shape.M * Shape.K, random);
        _b = Values(Shape.K * Shape.N, random);
        _c = new T[Shape.M * Shape.N];
        _left = Shape.TransposeA ? Dense(Shape.K, Shape.M, _a) : Dense(Shape.M, Shape.K, _a);
        _right = Shape.TransposeB ? Dense(Shape.N, Shape.K, _b) : Dense(Shape.K, Shape.N, _b);
        _result = Dense(Shape.M, Shape.N, new T[Shape.M * Shape.N]);
        Verify();
    }

    /// <summary>The definition: one chain of fused multiply-adds after the other.</summary>
    [Benchmark(Baseline = true)]
    public T[] Reference()
    {
        ReferenceGemm.Product(Left(), Right(), _c, Shape.M);
        return _c;
    }

    /// <summary>This library.</summary>
    [Benchmark]
    public T[] Managed()
    {
        Gemm.Product(Left(), Right(), _c, Shape.M);
        return _c;
    }

    /// <summary>Math.NET Numerics with its managed provider.</summary>
    [Benchmark]
    public Matrix<T> MathNet()
    {
        if (Shape.TransposeA)
        {
            _left.TransposeThisAndMultiply(_right, _result);
        }
        else if (Shape.TransposeB)
        {
            _left.TransposeAndMultiply(_right, _result);
        }
        else
        {
            _left.Multiply(_right, _result);
        }

        return _result;
    }

    private static T[] Values(int count, Random random) =>
        [.. Enumerable.Range(0, count).Select(_ => T.CreateTruncating((2 * random.NextDouble()) - 1))];

    private static Matrix<T> Dense(int rows, int columns, T[] values) => Matrix<T>.Build.Dense(rows, columns, values);

    private MatrixView<T> Left() => Shape.TransposeA
        ? MatrixView<T>.ColumnMajor(_a, Shape.K, Shape.M).Transposed
        : MatrixView<T>.ColumnMajor(_a, Shape.M, Shape.K);

    private MatrixView<T> Right() => Shape.TransposeB
        ? MatrixView<T>.ColumnMajor(_b, Shape.N, Shape.K).Transposed
        : MatrixView<T>.ColumnMajor(_b, Shape.K, Shape.N);

    /// <summary>
    /// All contenders compute the same product: ours to the bit, Math.NET's within the error bound of a sum of k products,
    /// whose factors are at most 1, in any order.
    /// </summary>
    private void Verify()
    {
        T[] expected = [.. Reference()];
        if (!Managed().AsSpan().SequenceEqual(expected))
        {
            throw new InvalidOperationException($"Managed differs from Reference for {Shape}.");
        }

        T terms = T.CreateChecked(Shape.K);
        T tolerance = terms * terms * (T.BitIncrement(T.One) - T.One);
        T[] other = MathNet().ToColumnMajorArray();
        for (int i = 0; i < expected.Length; i++)
        {
            T difference = T.Abs(other[i] - expected[i]);
            if (!(difference <= tolerance))
            {
                throw new InvalidOperationException($"MathNet differs from Reference by {difference} for {Shape}.");
            }
        }
    }
}
