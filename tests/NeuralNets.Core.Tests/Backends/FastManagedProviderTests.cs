using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Providers.LinearAlgebra;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Backends;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Tests.Backends;

[Collection(SimdWidthCollection.Name)]
public abstract class FastManagedProviderTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Around the edges of vectors and tiles.
    private static readonly int[] s_sizes = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 130];

    [SuppressMessage("Performance", "CA1859", Justification = "As Math.NET calls it.")]
    private static ILinearAlgebraProvider<T> Provider(int? parts = null) =>
        (ILinearAlgebraProvider<T>)(object)new FastManagedProvider { PartCount = parts };

    [Fact]
    public void MatrixMultiply_SizesAroundTheTiles_GivesTheBitsOfTheReference()
    {
        var random = new Random(1);
        for (int i = 0; i < LocalRun.Cases(300, 5000); i++)
        {
            (int m, int k, int n) = (Size(random), Size(random), Size(random));
            T[] a = RandomValues.Create<T>(i, m * k);
            T[] b = RandomValues.Create<T>(i + 1, k * n);
            T[] c = Filled(m * n, T.NaN);

            Provider(random.Next(2) == 0 ? null : random.Next(1, 6)).MatrixMultiply(a, m, k, b, k, n, c);

            CheckBits(c, Reference(false, false, T.One, a, b, T.Zero, new T[m * n], m, k, n), $"of {m} x {k} times {k} x {n}");
        }
    }

    [Theory]
    [InlineData(Transpose.DontTranspose, Transpose.DontTranspose)]
    [InlineData(Transpose.DontTranspose, Transpose.Transpose)]
    [InlineData(Transpose.Transpose, Transpose.DontTranspose)]
    [InlineData(Transpose.ConjugateTranspose, Transpose.ConjugateTranspose)]
    public void MatrixMultiplyWithUpdate_AlphaAndBeta_GivesTheBitsOfTheReference(Transpose transposeA, Transpose transposeB)
    {
        var random = new Random(2);
        T[] factors = [T.Zero, T.One, -T.One, T.CreateChecked(0.3)];
        for (int i = 0; i < LocalRun.Cases(300, 5000); i++)
        {
            (int m, int k, int n) = (Size(random), Size(random), Size(random));
            (T alpha, T beta) = (factors[i % 4], factors[i / 4 % 4]);
            bool isTransposedA = transposeA != Transpose.DontTranspose;
            bool isTransposedB = transposeB != Transpose.DontTranspose;
            T[] a = RandomValues.Create<T>(i, m * k);
            T[] b = RandomValues.Create<T>(i + 1, k * n);
            T[] c = RandomValues.Create<T>(i + 2, m * n);
            T[] expected = Reference(isTransposedA, isTransposedB, alpha, a, b, beta, c, m, k, n);

            Provider(random.Next(2) == 0 ? null : random.Next(1, 6)).MatrixMultiplyWithUpdate(
                transposeA,
                transposeB,
                alpha,
                a,
                isTransposedA ? k : m,
                isTransposedA ? m : k,
                b,
                isTransposedB ? n : k,
                isTransposedB ? k : n,
                beta,
                c);

            CheckBits(c, expected, $"of {m} x {k} times {k} x {n} with {alpha} and {beta}");
        }
    }

    [Fact]
    public void MatrixMultiplyWithUpdate_FactorOfZero_DoesNotReadWhatItIsFor()
    {
        T[] two = [T.One + T.One];
        T[] c = [T.NaN];
        Provider().MatrixMultiplyWithUpdate(Transpose.DontTranspose, Transpose.DontTranspose, two[0], two, 1, 1, two, 1, 1, T.Zero, c);
        c.Should().Equal(T.CreateChecked(8));

        Provider().MatrixMultiplyWithUpdate(Transpose.DontTranspose, Transpose.DontTranspose, T.Zero, [T.NaN], 1, 1, two, 1, 1, two[0], c);
        c.Should().Equal(T.CreateChecked(16));
    }

    [Fact]
    public void MatrixMultiply_NoRowsColumnsOrTerms_GivesZeros()
    {
        T[] c = Filled(6, T.NaN);

        Provider().MatrixMultiply([], 2, 0, [], 0, 3, c);
        Provider().MatrixMultiply([], 0, 3, new T[12], 3, 4, []);
        Provider().MatrixMultiply(new T[6], 2, 3, [], 3, 0, []);

        c.Should().Equal(new T[6]);
    }

    [Fact]
    public void MatrixMultiplyWithUpdate_AnyThreadsAndWidth_GivesTheSameBits()
    {
        const int M = 150;
        const int K = 1100; // more than one slice
        const int N = 70;
        T[] a = RandomValues.Create<T>(1, M * K);
        T[] b = RandomValues.Create<T>(2, K * N);
        T beta = T.CreateChecked(0.7);
        T[] Update(int? parts, T keep)
        {
            T[] c = RandomValues.Create<T>(3, M * N);
            Provider(parts).MatrixMultiplyWithUpdate(
                Transpose.Transpose, Transpose.DontTranspose, beta, a, K, M, b, K, N, keep, c);
            return c;
        }

        foreach (T keep in new[] { T.Zero, beta })
        {
            T[] expected = Reference(true, false, beta, a, b, keep, RandomValues.Create<T>(3, M * N), M, K, N);
            foreach (SimdWidth width in Enum.GetValues<SimdWidth>())
            {
                using (Simd.Force(width))
                {
                    foreach (int? parts in new int?[] { null, 1, 2, 5 })
                    {
                        CheckBits(Update(parts, keep), expected, $"with {width} in {parts} parts");
                    }
                }
            }
        }
    }

    [Fact]
    public void Products_ArgumentsThatDoNotFit_ThrowAsMathNetsProviderDoes()
    {
        Action<ILinearAlgebraProvider<T>>[] calls =
        [
            provider => provider.MatrixMultiply(null!, 1, 1, new T[1], 1, 1, new T[1]),
            provider => provider.MatrixMultiply(new T[1], 1, 1, null!, 1, 1, new T[1]),
            provider => provider.MatrixMultiply(new T[1], 1, 1, new T[1], 1, 1, null!),
            provider => provider.MatrixMultiply(new T[6], 2, 3, new T[6], 2, 3, new T[6]),
            provider => provider.MatrixMultiply(new T[5], 2, 3, new T[6], 3, 2, new T[4]),
            provider => provider.MatrixMultiply(new T[6], 2, 3, new T[7], 3, 2, new T[4]),
            provider => provider.MatrixMultiply(new T[6], 2, 3, new T[6], 3, 2, new T[5]),
            provider => Update(provider, null!, new T[6], new T[4]),
            provider => Update(provider, new T[6], null!, new T[4]),
            provider => Update(provider, new T[6], new T[6], null!),
            provider => Update(provider, new T[6], new T[6], new T[3]),
            provider => Update(provider, new T[7], new T[6], new T[4]),
        ];
        static void Update(ILinearAlgebraProvider<T> provider, T[] a, T[] b, T[] c) => provider.MatrixMultiplyWithUpdate(
            Transpose.Transpose, Transpose.Transpose, T.One, a, 3, 2, b, 2, 3, T.One, c);
        var managed = (ILinearAlgebraProvider<T>)(object)ManagedLinearAlgebraProvider.Instance;

        foreach (Action<ILinearAlgebraProvider<T>> call in calls)
        {
            Exception expected = Record.Exception(() => call(managed));
            Exception thrown = Record.Exception(() => call(Provider()));
            expected.Should().NotBeNull();
            thrown.Should().BeOfType(expected.GetType());
            thrown.Message.Should().Be(expected.Message);
        }
    }

    private static int Size(Random random) => s_sizes[random.Next(s_sizes.Length)];

    private static T[] Filled(int length, T value)
    {
        T[] values = new T[length];
        values.AsSpan().Fill(value);
        return values;
    }

    /// <summary>Computes <c>alpha·op(a)·op(b) + beta·c</c> as the documentation says: a chain of fused multiply-adds, then the
    /// sum.</summary>
    private static T[] Reference(
        bool transposeA, bool transposeB, T alpha, T[] a, T[] b, T beta, T[] c, int m, int k, int n)
    {
        T[] result = new T[m * n];
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < n; j++)
            {
                T sum = T.Zero;
                for (int l = 0; l < k; l++)
                {
                    T left = transposeA ? a[l + (i * k)] : a[i + (l * m)];
                    T right = transposeB ? b[j + (l * n)] : b[l + (j * k)];
                    sum = T.FusedMultiplyAdd(left, right, sum);
                }

                T kept = beta == T.Zero ? T.Zero : beta * c[i + (j * m)];
                result[i + (j * m)] = alpha == T.Zero ? kept : T.FusedMultiplyAdd(alpha, sum, kept);
            }
        }

        return result;
    }

    private static void CheckBits(T[] actual, T[] expected, string what)
    {
        if (!RandomValues.Bits<T>(actual).AsSpan().SequenceEqual(RandomValues.Bits<T>(expected)))
        {
            int i = Enumerable.Range(0, actual.Length).First(i => !RandomValues.SameBits(actual[i], expected[i]));
            Assert.Fail($"Element {i} {what} must be {expected[i]:r}, but is {actual[i]:r}.");
        }
    }
}

public sealed class FastManagedProviderSingleTests : FastManagedProviderTests<float>;

public sealed class FastManagedProviderDoubleTests : FastManagedProviderTests<double>
{
    /// <summary>The only place that sets Math.NET's provider; the collection runs by itself.</summary>
    [Fact]
    public void Control_SetToTheProvider_MultipliesWithItUntilItIsSetBack()
    {
        ILinearAlgebraProvider before = LinearAlgebraControl.Provider;
        Matrix<double> a = Matrix<double>.Build.Dense(20, 30, RandomValues.Create<double>(1, 600));
        Matrix<double> b = Matrix<double>.Build.Dense(30, 10, RandomValues.Create<double>(2, 300));
        double[] expected = new double[200];
        ReferenceGemm.Product(
            MatrixView<double>.ColumnMajor(a.AsColumnMajorArray(), 20, 30), MatrixView<double>.ColumnMajor(b.AsColumnMajorArray(), 30, 10),
            expected, 20);
        try
        {
            LinearAlgebraControl.Provider = new FastManagedProvider();

            (a * b).AsColumnMajorArray().Should().Equal(expected);
            a.TransposeThisAndMultiply(a).Should().Be(a.Transpose() * a);
            (a * a.Transpose()).LU().Determinant.Should().NotBe(0);
            LinearAlgebraControl.Provider.ToString().Should().StartWith("Managed, products by NeuralNets.Core (Vector");
        }
        finally
        {
            LinearAlgebraControl.Provider = before;
        }
    }

    [Fact]
    public void Constructor_AndUseOfTheLibrary_LeaveMathNetsProviderAsItIs()
    {
        ILinearAlgebraProvider before = LinearAlgebraControl.Provider;
        int threads = MathNet.Numerics.Control.MaxDegreeOfParallelism;

        _ = new FastManagedProvider();
        new Network<double>([3, 2], new Tanh<double>(), seed: 1).Predict(MathNet.Numerics.LinearAlgebra.Vector<double>.Build.Dense(3));

        LinearAlgebraControl.Provider.Should().BeSameAs(before);
        MathNet.Numerics.Control.MaxDegreeOfParallelism.Should().Be(threads);
    }

    [Fact]
    public void MatrixMultiply_ComplexNumbers_IsMathNets()
    {
        ILinearAlgebraProvider<Complex> provider = (ILinearAlgebraProvider)new FastManagedProvider();
        Complex[] c = new Complex[1];

        provider.MatrixMultiply([new Complex(1, 2)], 1, 1, [new Complex(3, 4)], 1, 1, c);

        c.Should().Equal(new Complex(-5, 10));
    }
}
