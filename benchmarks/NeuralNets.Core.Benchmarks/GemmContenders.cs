using System.Numerics;
using BenchmarkDotNet.Attributes;
using MathNet.Numerics;
using MathNet.Numerics.Providers.LinearAlgebra;
using NeuralNets.Core.Backends;
using NeuralNets.Core.Kernels;
using Transpose = MathNet.Numerics.Providers.LinearAlgebra.Transpose;

namespace NeuralNets.Core.Benchmarks;

/// <summary>
/// The ways to compute one matrix product, on one thread. What they are compared on is the subclasses' matter. A new
/// contender is one method here, and one line in <see cref="Verify"/>.
/// </summary>
[MemoryDiagnoser]
[Config(typeof(GemmConfig))]
public abstract class GemmContenders<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private T[] _a = [];
    private T[] _b = [];
    private T[] _c = [];
    private ILinearAlgebraProvider<T> _mathNet = null!;
    private GemmBackend? _mkl;
    private GemmBackend? _mathNetMkl;

    /// <param name="shapes">The products to compare the contenders on.</param>
    protected GemmContenders(IReadOnlyList<GemmShape> shapes) => Shapes = shapes;

    public IEnumerable<GemmShape> Shapes { get; }

    [ParamsSource(nameof(Shapes))]
    public GemmShape Shape { get; set; } = null!;

    [GlobalSetup]
    public void Setup()
    {
        // Math.NET takes a native provider by itself if it finds one, and as many threads as there are processors.
        Control.UseManaged();
        Control.UseSingleThread();
        _mathNet = (ILinearAlgebraProvider<T>)LinearAlgebraControl.Provider;
        _mkl = OptionalBackends.Mkl;
        _mathNetMkl = OptionalBackends.MathNetMkl;

        var random = new Random(1);
        _a = RandomNumbers.Uniform<T>(Shape.M * Shape.K, -1, 1, random);
        _b = RandomNumbers.Uniform<T>(Shape.K * Shape.N, -1, 1, random);
        _c = new T[Shape.M * Shape.N];
        Verify();
    }

    /// <summary>Computes with this library.</summary>
    [Benchmark(Baseline = true)]
    public T[] Managed()
    {
        Gemm.Product(Left(), Right(), _c, Shape.M);
        return _c;
    }

    /// <summary>Computes with Math.NET Numerics and its managed provider.</summary>
    [Benchmark]
    public T[] MathNet()
    {
        (int rowsA, int columnsA) = Shape.TransposeA ? (Shape.K, Shape.M) : (Shape.M, Shape.K);
        (int rowsB, int columnsB) = Shape.TransposeB ? (Shape.N, Shape.K) : (Shape.K, Shape.N);
        _mathNet.MatrixMultiplyWithUpdate(
            Flag(Shape.TransposeA), Flag(Shape.TransposeB), T.One, _a, rowsA, columnsA, _b, rowsB, columnsB, T.Zero, _c);
        return _c;
    }

    /// <summary>Computes by the definition: one chain of fused multiply-adds after the other.</summary>
    [Benchmark]
    public T[] Reference()
    {
        ReferenceGemm.Product(Left(), Right(), _c, Shape.M);
        return _c;
    }

    /// <summary>Computes with Intel MKL.</summary>
    [Benchmark]
    public T[] Mkl() => By(_mkl!);

    /// <summary>Computes with Math.NET Numerics and its provider for Intel MKL.</summary>
    [Benchmark]
    public T[] MathNetMkl() => By(_mathNetMkl!);

    private T[] By(GemmBackend backend)
    {
        backend.Product(Left(), Right(), _c, Shape.M);
        return _c;
    }

    private static Transpose Flag(bool transpose) => transpose ? Transpose.Transpose : Transpose.DontTranspose;

    private MatrixView<T> Left() => Shape.TransposeA
        ? MatrixView<T>.ColumnMajor(_a, Shape.K, Shape.M).Transposed
        : MatrixView<T>.ColumnMajor(_a, Shape.M, Shape.K);

    private MatrixView<T> Right() => Shape.TransposeB
        ? MatrixView<T>.ColumnMajor(_b, Shape.N, Shape.K).Transposed
        : MatrixView<T>.ColumnMajor(_b, Shape.K, Shape.N);

    /// <summary>
    /// Checks that all contenders compute the same product: this library bit for bit that of the reference, the others' within the error
    /// bound of a sum of k products, whose factors are at most 1, in any order.
    /// </summary>
    private void Verify()
    {
        T[] expected = [.. Managed()];
        if (Shape.Operations <= GemmConfig.ReferenceLimit && !Reference().AsSpan().SequenceEqual(expected))
        {
            throw new InvalidOperationException($"Managed differs from Reference for {Shape}.");
        }

        VerifyClose(nameof(MathNet), MathNet(), expected);
        if (_mkl is not null)
        {
            VerifyClose(nameof(Mkl), Mkl(), expected);
        }

        if (_mathNetMkl is not null)
        {
            VerifyClose(nameof(MathNetMkl), MathNetMkl(), expected);
        }
    }

    private void VerifyClose(string contender, T[] actual, T[] expected)
    {
        T terms = T.CreateChecked(Shape.K);
        T tolerance = terms * terms * (T.BitIncrement(T.One) - T.One);
        for (int i = 0; i < expected.Length; i++)
        {
            T difference = T.Abs(actual[i] - expected[i]);
            if (!(difference <= tolerance))
            {
                throw new InvalidOperationException($"{contender} differs from Managed by {difference} for {Shape}.");
            }
        }
    }
}
