using System.Numerics;
using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Tests.Kernels;

public sealed class ReferenceGemmSingleTests : ReferenceGemmTests<float>;

public sealed class ReferenceGemmDoubleTests : ReferenceGemmTests<double>;

/// <summary>What the fast product is held against is itself checked by other means.</summary>
public abstract class ReferenceGemmTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Half the distance from 1 to the next number: the most that one rounding is off, relative to the result.</summary>
    protected static double UnitRoundoff => double.CreateChecked(T.BitIncrement(T.One) - T.One) / 2;

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Product_HandComputed_IsExact(bool transposeA, bool transposeB)
    {
        // | 1 3 5 |   | 1  0 |   | 22 -2 |
        // | 2 4 6 | x | 2  1 | = | 28 -2 |
        //             | 3 -1 |
        T[] a = Numbers(1, 2, 3, 4, 5, 6);
        T[] aTransposed = Numbers(1, 3, 5, 2, 4, 6);
        T[] b = Numbers(1, 2, 3, 0, 1, -1);
        T[] bTransposed = Numbers(1, 0, 2, 1, 3, -1);
        MatrixView<T> left = transposeA
            ? MatrixView<T>.ColumnMajor(aTransposed, 3, 2).Transposed
            : MatrixView<T>.ColumnMajor(a, 2, 3);
        MatrixView<T> right = transposeB
            ? MatrixView<T>.ColumnMajor(bTransposed, 2, 3).Transposed
            : MatrixView<T>.ColumnMajor(b, 3, 2);

        T[] product = Numbers(9, 9, 9, 9, 9);
        ReferenceGemm.Product(left, right, product, 3);
        product.Should().Equal(Numbers(22, 28, 9, -2, -2));

        T[] accumulated = Numbers(100, 200, 9, 300, 400);
        ReferenceGemm.Accumulate(left, right, accumulated, 3);
        accumulated.Should().Equal(Numbers(122, 228, 9, 298, 398));
    }

    [Fact]
    public void Product_SmallProduct_IsFused()
    {
        // (1 + h)² − (1 + 2h) = h², which is lost if the square is rounded before the subtraction.
        T h = T.CreateChecked(Math.Pow(2, typeof(T) == typeof(float) ? -12 : -27));
        T[] a = [-(T.One + h + h), T.One + h];
        T[] b = [T.One, T.One + h];
        var c = new T[1];
        ReferenceGemm.Product<T>(MatrixView<T>.ColumnMajor(a, 1, 2), MatrixView<T>.ColumnMajor(b, 2, 1), c, 1);
        c[0].Should().Be(h * h);
    }

    [Fact]
    public void Product_LargeAndSmallTerms_AddsInIncreasingOrder()
    {
        // 2^60 + 1 − 2^60 + 1: the first 1 is lost, the second is not.
        T large = T.CreateChecked(Math.Pow(2, 60));
        T[] a = [large, T.One, -large, T.One];
        T[] ones = Numbers(1, 1, 1, 1);
        var c = new T[1];
        ReferenceGemm.Product<T>(MatrixView<T>.ColumnMajor(a, 1, 4), MatrixView<T>.ColumnMajor(ones, 4, 1), c, 1);
        c[0].Should().Be(T.One);

        c[0] = -large;
        ReferenceGemm.Accumulate<T>(MatrixView<T>.ColumnMajor(a, 1, 2), MatrixView<T>.ColumnMajor(ones, 2, 1), c, 1);
        c[0].Should().Be(T.One);
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(7, 5, 3)]
    [InlineData(10, 64, 32)]
    [InlineData(33, 17, 250)]
    public void Product_RandomMatrices_AgreesWithMathNet(int m, int n, int k)
    {
        var random = new Random(11);
        T[] a = Values(m * k, random, -1);
        T[] b = Values(k * n, random, -1);
        var c = new T[m * n];
        ReferenceGemm.Product<T>(MatrixView<T>.ColumnMajor(a, m, k), MatrixView<T>.ColumnMajor(b, k, n), c, m);

        Matrix<double> left = Matrix<double>.Build.DenseOfColumnMajor(m, k, a.Select(double.CreateChecked));
        Matrix<double> right = Matrix<double>.Build.DenseOfColumnMajor(k, n, b.Select(double.CreateChecked));
        Matrix<double> expected = left * right;
        Matrix<double> magnitude = left.PointwiseAbs() * right.PointwiseAbs();
        for (int j = 0; j < n; j++)
        {
            for (int i = 0; i < m; i++)
            {
                // k roundings of ours in T and 2k of theirs in double, each of a partial sum that is no more than the magnitude.
                double tolerance = ((k * UnitRoundoff) + (2 * k * Math.Pow(2, -53))) * magnitude[i, j];
                double.CreateChecked(c[i + (j * m)]).Should().BeApproximately(expected[i, j], tolerance, "({0}, {1})", i, j);
            }
        }
    }

    protected static T[] Numbers(params double[] values) => [.. values.Select(T.CreateChecked)];

    protected static T[] Values(int count, Random random, double least) =>
        [.. Enumerable.Range(0, count).Select(_ => T.CreateTruncating(least + ((1 - least) * random.NextDouble())))];
}

/// <summary>
/// The price of one chain from the first k to the last. With the unit roundoff u, the error of a sum of k products is at most
/// k·u·Σ|a·b|; roundings that fall to either side at random make it about √k·u·Σ|a·b|, and less where terms of
/// both signs keep the partial sums small.
/// </summary>
public sealed class LongChainTests
{
    private const double UnitRoundoff = 1.0 / (1 << 24);

    [Theory]
    [InlineData(0, 0.03)]
    [InlineData(-1, 0.0003)]
    public void Product_SixtyThousandTermsInSingle_StaysNearDouble(double least, double atLeast)
    {
        const int M = 19;
        const int N = 14;
        const int K = 60_000;
        var random = new Random(12);
        float[] a = [.. Enumerable.Range(0, M * K).Select(_ => (float)(least + ((1 - least) * random.NextDouble())))];
        float[] b = [.. Enumerable.Range(0, K * N).Select(_ => (float)(least + ((1 - least) * random.NextDouble())))];
        double[] wideA = [.. a];
        double[] wideB = [.. b];
        var c = new float[M * N];
        var exact = new double[M * N];
        var magnitude = new double[M * N];
        Gemm.Product(MatrixView<float>.ColumnMajor(a, M, K), MatrixView<float>.ColumnMajor(b, K, N), c, M);
        Multiply(wideA, wideB, exact);
        Multiply([.. wideA.Select(Math.Abs)], [.. wideB.Select(Math.Abs)], magnitude);

        double[] errors = [.. c.Select((value, i) => Math.Abs(value - exact[i]) / magnitude[i])];
        double root = Math.Sqrt(errors.Select(e => e * e).Average());
        errors.Max().Should().BeLessThan(K * UnitRoundoff, "that is the bound");
        root.Should().BeLessThan(Math.Sqrt(K) * UnitRoundoff, "that is typical")
            .And.BeGreaterThan(atLeast * Math.Sqrt(K) * UnitRoundoff, "otherwise this test measures something else");

        static void Multiply(double[] left, double[] right, double[] result) =>
            Gemm.Product(MatrixView<double>.ColumnMajor(left, M, K), MatrixView<double>.ColumnMajor(right, K, N), result, M);
    }
}
