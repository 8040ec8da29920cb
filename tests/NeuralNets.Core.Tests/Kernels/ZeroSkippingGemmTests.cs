using System.Numerics;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Tests.Kernels;

public sealed class ZeroSkippingGemmSingleTests : ZeroSkippingGemmTests<float>;

public sealed class ZeroSkippingGemmDoubleTests : ZeroSkippingGemmTests<double>;

/// <summary>
/// Against chains of fused multiply-adds that leave out each term with a zero of B, bit for bit but for the sign of zero.
/// </summary>
[Collection(SimdWidthCollection.Name)]
public abstract class ZeroSkippingGemmTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Padding = 3;

    private static readonly int[] s_rows = [0, 1, 2, 5, 10, 15, 16, 17, 31, 33, 64, 66, 70, 130];
    private static readonly int[] s_columns = [0, 1, 2, 5, 6, 7, 8, 9, 13, 24];
    private static readonly int[] s_depths = [0, 1, 2, 63, 64, 65, 150];

    public static TheoryData<int, double> Cases => new()
    {
        { 128, 0 }, { 128, 0.1 }, { 128, 0.5 }, { 128, 0.95 }, { 128, 1 },
        { 256, 0 }, { 256, 0.1 }, { 256, 0.5 }, { 256, 0.95 }, { 256, 1 },
        { 512, 0 }, { 512, 0.1 }, { 512, 0.5 }, { 512, 0.95 }, { 512, 1 },
    };

    /// <summary>The values of A are so small that products underflow, some to −0: that must not show.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void Product_AnyShape_EqualsTheChainOfNonzeroTerms(int width, double density)
    {
        using IDisposable forced = Simd.Force((SimdWidth)width);
        ForAll(density, (a, b, m, n, k) =>
        {
            foreach (T scale in (T[])[T.One, T.CreateChecked(2) * T.Epsilon])
            {
                T[] small = [.. a.Select(value => value * scale)];
                T[] expected = Chains(small, b, new T[m * n], m, n, k);
                Normalized(Run(small, b, m, n, k, perColumn: false, c: null)).AsSpan().SequenceEqual(Normalized(expected))
                    .Should().BeTrue();
            }
        });
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Product_AccumulatingSlices_EqualsTheChainOfNonzeroTerms(int width, double density)
    {
        using IDisposable forced = Simd.Force((SimdWidth)width);
        ForAll(density, (a, b, m, n, k) =>
        {
            T[] start = RandomValues.Create<T>(7, m * n);
            Run(a, b, m, n, k, perColumn: false, start).AsSpan().SequenceEqual(Chains(a, b, start, m, n, k)).Should().BeTrue();
        });
    }

    /// <summary>A zero of B leaves NaN and infinity out, too, whichever columns share a tile.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void Product_SinglyWithNonFiniteNumbers_EqualsTheChainOfNonzeroTerms(int width, double density)
    {
        using IDisposable forced = Simd.Force((SimdWidth)width);
        ForAll(density, (a, b, m, n, k) =>
        {
            for (int i = 0; i < a.Length; i += 17)
            {
                a[i] = i % 2 == 0 ? T.NaN : T.NegativeInfinity;
            }

            T[] expected = Chains(a, b, new T[m * n], m, n, k);
            T[] actual = Run(a, b, m, n, k, perColumn: true, c: null);
            actual.Zip(expected).All(pair => RandomValues.SameBits(pair.First, pair.Second)).Should().BeTrue();
        });
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void AddScaled_AnyShape_EqualsSeparateSteps(int width, double density)
    {
        AddScaled(width, density, keep: T.One);
        AddScaled(width, density, keep: T.CreateChecked(0.75));
    }

    private static void AddScaled(int width, double density, T keep)
    {
        using IDisposable forced = Simd.Force((SimdWidth)width);
        T scale = T.CreateChecked(0.125), rate = T.CreateChecked(0.3);
        ForAll(density, (a, b, m, n, k) =>
        {
            T[] weights = RandomValues.Create<T>(8, m * n);
            weights.AsSpan(0, Math.Min(1, weights.Length)).Fill(-T.Zero);
            foreach (T[] start in (T[][])[[], RandomValues.Create<T>(9, m * n)])
            {
                T[] sums = Chains(a, b, start.Length == 0 ? new T[m * n] : start, m, n, k);
                T[] expected = [.. weights.Zip(sums, (w, sum) => T.FusedMultiplyAdd(-rate, (sum * scale) + T.Zero, keep * w))];
                T[] actual = [.. weights];

                ZeroSkippingGemm.AddScaled(
                    MatrixView<T>.ColumnMajor(a, m, k), MatrixView<T>.ColumnMajor(b, k, n), Marks(b, k, n), perColumn: false,
                    new int[64 * Nonzeros.Words(k)], actual, start, m, new LinearEpilogue<T>(scale, -rate, keep));

                RandomValues.Bits<T>(actual).AsSpan().SequenceEqual(RandomValues.Bits<T>(expected)).Should().BeTrue();
            }
        });
    }

    [Fact]
    public void Product_SteadyState_AllocatesNothing()
    {
        const int M = 128, N = 24, K = 784;
        T[] a = RandomValues.Create<T>(1, M * K), b = Sparse(K * N, 0.2, 2), c = new T[M * N];
        ulong[] marks = Marks(b, K, N);
        int[] rows = new int[64 * Nonzeros.Words(K)];
        Call();

        long before = GC.GetAllocatedBytesForCurrentThread();
        Call();
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);

        void Call() => ZeroSkippingGemm.Product(
            MatrixView<T>.ColumnMajor(a, M, K), MatrixView<T>.ColumnMajor(b, K, N), marks, false, rows, false, c, M);
    }

    /// <summary>On all processors, since no other test runs while a width is forced.</summary>
    private static void ForAll(double density, Action<T[], T[], int, int, int> check) => Parallel.ForEach(s_columns, n =>
    {
        foreach (int m in s_rows)
        {
            int k = s_depths[(m + n) % s_depths.Length];
            check(RandomValues.Create<T>(m + n, m * k), Sparse(k * n, density, m * n), m, n, k);
        }
    });

    /// <summary>C has padding, which must stay as it is; the result comes without.</summary>
    private static T[] Run(T[] a, T[] b, int m, int n, int k, bool perColumn, T[]? c)
    {
        int step = m + Padding;
        T[] padded = [.. Enumerable.Repeat(PaddedMatrix<T>.Sentinel, step * n)];
        for (int i = 0; c is not null && i < c.Length; i++)
        {
            padded[(i % m) + (i / m * step)] = c[i];
        }

        ZeroSkippingGemm.Product(
            MatrixView<T>.ColumnMajor(a, m, k), MatrixView<T>.ColumnMajor(b, k, n), Marks(b, k, n), perColumn,
            new int[64 * Nonzeros.Words(k)], accumulate: c is not null, padded, step);
        for (int i = 0; i < padded.Length; i++)
        {
            if (i % step >= m && !T.IsNaN(padded[i]))
            {
                throw new InvalidOperationException($"The padding at {i % step}, {i / step} was written.");
            }
        }

        return [.. Enumerable.Range(0, m * n).Select(i => padded[(i % m) + (i / m * step)])];
    }

    private static T[] Chains(T[] a, T[] b, T[] start, int m, int n, int k)
    {
        T[] c = [.. start];
        for (int i = 0; i < c.Length; i++)
        {
            for (int l = 0; l < k; l++)
            {
                T factor = b[l + (i / m * k)];
                if (factor != T.Zero)
                {
                    c[i] = T.FusedMultiplyAdd(a[(i % m) + (l * m)], factor, c[i]);
                }
            }
        }

        return c;
    }

    private static byte[] Normalized(T[] values) => RandomValues.Bits<T>([.. values.Select(value => value + T.Zero)]);

    private static ulong[] Marks(T[] b, int k, int n)
    {
        ulong[] bits = new ulong[Nonzeros.Words(k) * n];
        if (k > 0)
        {
            Nonzeros.Mark<T>(b, k, bits);
        }

        return bits;
    }

    private static T[] Sparse(int length, double density, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, length).Select(i =>
            random.NextDouble() < density ? T.CreateChecked(random.NextDouble() - 0.5) : i % 2 == 0 ? T.Zero : -T.Zero)];
    }
}
