using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Tests.Kernels;

public sealed class GemmSingleTests : GemmTests<float>;

public sealed class GemmDoubleTests : GemmTests<double>;

/// <summary>
/// The fast product against <see cref="ReferenceGemm"/>, bit for bit, for every vector width and every case of transposition.
/// Operands, results and their padding are set up and compared by <see cref="GemmTable{T}"/>.
/// </summary>
[Collection(SimdWidthCollection.Name)]
public abstract class GemmTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Small = 40;

    private static readonly int[] s_upToSmall = [.. Enumerable.Range(0, Small + 1)];

    private static readonly int[] s_narrow = [.. Enumerable.Range(1, 13)];

    /// <summary>Around the length of a slice of k (448 with 16 registers, 1024 with 32), and twice that.</summary>
    private static readonly int[] s_sliceEdges = [1, 2, 448, 449, 1024, 1025, 2049];

    private static readonly Lazy<GemmTable<T>> s_small = new(() => new(Small, Small, s_upToSmall, seed: 1));

    private static readonly Lazy<GemmTable<T>> s_tall = new(() => new((9 * MaxLanes) + 1, 13, s_sliceEdges, seed: 2));

    private static readonly Lazy<GemmTable<T>> s_wide = new(() => new((9 * MaxLanes) + 1, 1025, [0, 3], seed: 3));

    private static readonly Lazy<GemmTable<T>> s_large = new(() => new((4 * MaxLanes) + 1, 513, [5, 1024, 1025, 2049], seed: 4));

    /// <summary>Every vector width with every case of transposition.</summary>
    public static TheoryData<int, bool, bool> WidthsAndTranspositions
    {
        get
        {
            var data = new TheoryData<int, bool, bool>();
            foreach (SimdWidth width in Enum.GetValues<SimdWidth>())
            {
                data.Add((int)width, false, false);
                data.Add((int)width, false, true);
                data.Add((int)width, true, false);
                data.Add((int)width, true, true);
            }

            return data;
        }
    }

    /// <summary>Elements in the widest vector.</summary>
    private static int MaxLanes => 64 / Unsafe.SizeOf<T>();

    [Theory]
    [MemberData(nameof(WidthsAndTranspositions))]
    [Trait("Kind", "Sweep")]
    public void Product_AllSmallSizes_EqualsReference(int width, bool transposeA, bool transposeB) =>
        Verify(s_small.Value, GemmOperation.Product, s_upToSmall, s_upToSmall, s_upToSmall, width, transposeA, transposeB);

    [Theory]
    [MemberData(nameof(WidthsAndTranspositions))]
    [Trait("Kind", "Sweep")]
    public void Accumulate_AllSmallSizes_EqualsReference(int width, bool transposeA, bool transposeB) =>
        Verify(s_small.Value, GemmOperation.Accumulate, s_upToSmall, s_upToSmall, s_upToSmall, width, transposeA, transposeB);

    [Theory]
    [MemberData(nameof(WidthsAndTranspositions))]
    public void AddScaled_SmallSizes_EqualsSeparateSteps(int width, bool transposeA, bool transposeB)
    {
        int[] ks = [0, 1, 2, 3, 8, 40];
        Verify(s_small.Value, GemmOperation.AddScaled, s_upToSmall, s_upToSmall, ks, width, transposeA, transposeB);
        Verify(s_small.Value, GemmOperation.AddScaledFromSums, s_upToSmall, s_upToSmall, ks, width, transposeA, transposeB);
    }

    /// <summary>Panels of every height, full and with a last vector that is not, and the edges of a slice of k.</summary>
    [Theory]
    [MemberData(nameof(WidthsAndTranspositions))]
    [Trait("Kind", "Sweep")]
    public void AllOperations_PanelAndSliceEdges_EqualReference(int width, bool transposeA, bool transposeB)
    {
        foreach (GemmOperation operation in Enum.GetValues<GemmOperation>())
        {
            Verify(s_tall.Value, operation, RowEdges(width), s_narrow, s_sliceEdges, width, transposeA, transposeB);
        }
    }

    /// <summary>The edges of a block of columns (512).</summary>
    [Theory]
    [MemberData(nameof(WidthsAndTranspositions))]
    [Trait("Kind", "Sweep")]
    public void AllOperations_BlockEdges_EqualReference(int width, bool transposeA, bool transposeB)
    {
        int lanes = Lanes(width);
        int[] wide = [510, 511, 512, 513, 514, 1023, 1024, 1025];
        int[] ms =
            [1, lanes - 1, lanes, lanes + 1, (2 * lanes) - 1, (4 * lanes) - 1, 4 * lanes, (4 * lanes) + 1, (9 * lanes) + 1];
        foreach (GemmOperation operation in Enum.GetValues<GemmOperation>())
        {
            Verify(s_wide.Value, operation, ms, wide, [0, 3], width, transposeA, transposeB);
            Verify(s_large.Value, operation, [1, (4 * lanes) + 1], [511, 512, 513], [1024, 1025], width, transposeA, transposeB);
        }
    }

    /// <summary>
    /// A panel of A is copied if columns of A lie 2048 bytes apart and B has 64 columns: both sides of both limits.
    /// </summary>
    [Theory]
    [MemberData(nameof(WidthsAndTranspositions))]
    public void AllOperations_PackingLimits_EqualReference(int width, bool transposeA, bool transposeB)
    {
        int rows = (4 * Lanes(width)) + 1;
        int far = (2048 / Unsafe.SizeOf<T>()) - rows;
        foreach (GemmOperation operation in Enum.GetValues<GemmOperation>())
        {
            // The table adds up to 3 elements of padding by itself, so that these fall on both sides of the limit.
            foreach (int padding in (int[])[far - 4, far - 2, far - 1, far, far + 1])
            {
                Verify(
                    s_large.Value, operation, [rows - 1, rows], [63, 64, 65], [5, 1025], width, transposeA, transposeB, padding);
            }
        }
    }

    /// <summary>Slices of k in order are one product.</summary>
    [Theory]
    [MemberData(nameof(WidthsAndTranspositions))]
    public void Accumulate_SlicesOfK_EqualsOneProduct(int width, bool transposeA, bool transposeB)
    {
        GemmTable<T> table = s_large.Value;
        int m = (2 * Lanes(width)) + 3;
        const int N = 9;
        const int K = 2049;
        int[][] patterns =
        [
            [0, K], [1, K], [K - 1, K], [K / 2, K], [1024, K], [1024, 2048, K], [1025, 1026, K], [7, 7, 60, 1500, K],
            [.. Enumerable.Range(1, 64).Select(i => i * 32), K], [.. Enumerable.Range(1, K)],
        ];
        PaddedMatrix<T> left = PaddedMatrix<T>.Operand(table.A, table.Rows, m, K, transposeA, 1);
        PaddedMatrix<T> right = PaddedMatrix<T>.Operand(table.B, table.Length, K, N, transposeB, 2);
        PaddedMatrix<T> expected = PaddedMatrix<T>.Operand(table.Expected(GemmOperation.Product, K), table.Rows, m, N, false, 3);
        using IDisposable forced = Simd.Force((SimdWidth)width);
        foreach (int[] pattern in patterns)
        {
            var actual = new PaddedMatrix<T>(m, N, m + 3);
            int start = 0;
            foreach ((int index, int end) in pattern.Index())
            {
                MatrixView<T> a = left.View(transposeA).Transposed.RowRange(start, end - start).Transposed;
                MatrixView<T> b = right.View(transposeB).RowRange(start, end - start);
                if (index == 0)
                {
                    Gemm.Product(a, b, actual.Span(N), m + 3);
                }
                else
                {
                    Gemm.Accumulate(a, b, actual.Span(N), m + 3);
                }

                start = end;
            }

            string cuts = string.Join(", ", pattern.Take(10));
            actual.Difference(expected, N).Should().BeNull("k was cut at {0}", cuts);
        }
    }

    /// <summary>Sets of values that give subnormals, infinities or NaN, but not everywhere: that is asserted.</summary>
    [Theory]
    [MemberData(nameof(WidthsAndTranspositions))]
    public void AllOperations_SpecialValues_EqualReference(int width, bool transposeA, bool transposeB)
    {
        int[] ks = [0, 1, 2, 7, 40];
        T huge = T.BitDecrement(T.PositiveInfinity);
        T[] subnormals = [T.Epsilon, -T.Epsilon, T.Epsilon * T.CreateChecked(12345), T.CreateChecked(0.75), T.NegativeOne];
        T[] overflowing = [huge, -huge, T.One, T.NegativeOne, T.Zero, T.NegativeZero];
        T[] rare = [T.NaN, T.PositiveInfinity, T.NegativeInfinity, T.NegativeZero];
        Verify(random => subnormals[random.Next(subnormals.Length)], T.IsSubnormal, x => x == T.Zero && T.IsNegative(x));
        Verify(random => overflowing[random.Next(overflowing.Length)], T.IsPositiveInfinity, T.IsNegativeInfinity);
        Verify(random => random.Next(30) == 0 ? rare[random.Next(rare.Length)] : T.One, T.IsNaN, T.IsInfinity);

        void Verify(Func<Random, T> draw, params Func<T, bool>[] kinds)
        {
            var table = new GemmTable<T>((5 * Lanes(width)) + 1, 13, ks, seed: 7, draw);
            T[] results = [.. ks.SelectMany(k => table.Expected(GemmOperation.Product, k))];
            kinds.Append(T.IsNormal).Select(kind => results.Any(kind)).Should().AllBeEquivalentTo(true);
            foreach (GemmOperation operation in Enum.GetValues<GemmOperation>())
            {
                GemmTests<T>.Verify(table, operation, RowEdges(width, 5), s_narrow, ks, width, transposeA, transposeB);
            }
        }
    }

    [Fact]
    public void Product_RandomShapesAndStrides_EqualsReference()
    {
        var shapes =
            from sizes in Gen.Choose(0, 75).Three()
            from paddings in Gen.Choose(0, 600).Three()
            from flags in Gen.Choose(0, 1).Three()
            from width in Gen.Elements(Enum.GetValues<SimdWidth>())
            from seed in Gen.Choose(0, int.MaxValue)
            select (Sizes: sizes, Paddings: paddings, Flags: flags, Width: width, Seed: seed);
        Prop.ForAll(shapes.ToArbitrary(), shape =>
        {
            (int m, int n, int k) = shape.Sizes;
            bool transposeA = shape.Flags.Item1 == 1;
            bool transposeB = shape.Flags.Item2 == 1;
            bool accumulate = shape.Flags.Item3 == 1;
            var random = new Random(shape.Seed);
            PaddedMatrix<T> a = PaddedMatrix<T>.Operand(Values(m * k, random), m, m, k, transposeA, shape.Paddings.Item1);
            PaddedMatrix<T> b = PaddedMatrix<T>.Operand(Values(k * n, random), k, k, n, transposeB, shape.Paddings.Item2);
            PaddedMatrix<T> expected = PaddedMatrix<T>.Operand(Values(m * n, random), m, m, n, false, shape.Paddings.Item3);
            PaddedMatrix<T> actual = expected.Clone();
            using IDisposable forced = Simd.Force(shape.Width);
            if (accumulate)
            {
                ReferenceGemm.Accumulate(a.View(transposeA), b.View(transposeB), expected.Span(n), expected.LeadingDimension);
                Gemm.Accumulate(a.View(transposeA), b.View(transposeB), actual.Span(n), actual.LeadingDimension);
            }
            else
            {
                ReferenceGemm.Product(a.View(transposeA), b.View(transposeB), expected.Span(n), expected.LeadingDimension);
                Gemm.Product(a.View(transposeA), b.View(transposeB), actual.Span(n), actual.LeadingDimension);
            }

            actual.Difference(expected, n).Should().BeNull();
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500).WithReplay(FSharpOption<Replay>.Some(new(new Rnd(20, 1), null))));
    }

    [Fact]
    public void Product_EmptyChain_GivesPositiveZero()
    {
        T[] c = [T.NaN, T.NegativeZero, T.One, T.NegativeOne];
        Gemm.Product<T>(MatrixView<T>.ColumnMajor([], 2, 0), MatrixView<T>.ColumnMajor([], 0, 2), c, 2);
        c.All(x => x == T.Zero && T.IsPositive(x)).Should().BeTrue();
    }

    [Fact]
    public void Accumulate_EmptyChain_LeavesResult()
    {
        T[] before = [PaddedMatrix<T>.Sentinel, T.NegativeZero, T.Epsilon, T.NegativeOne];
        T[] c = [.. before];
        Gemm.Accumulate<T>(MatrixView<T>.ColumnMajor([], 2, 0), MatrixView<T>.ColumnMajor([], 0, 2), c, 2);
        MemoryMarshal.AsBytes<T>(c).ToArray().Should().Equal(MemoryMarshal.AsBytes<T>(before).ToArray());
    }

    [Theory]
    [InlineData(0, 3)]
    [InlineData(3, 0)]
    [InlineData(0, 0)]
    public void AllOperations_EmptyResult_DoNothing(int m, int n)
    {
        T[] operand = [.. Enumerable.Repeat(T.One, 6)];
        T[] c = [.. Enumerable.Repeat(T.NaN, 9)];
        MatrixView<T> a = MatrixView<T>.ColumnMajor(operand, m, 2);
        MatrixView<T> b = MatrixView<T>.ColumnMajor(operand, 2, n);
        Gemm.Product(a, b, c, 3);
        Gemm.Accumulate(a, b, c, 3);
        Gemm.AddScaled(a, b, c, c, 3, new LinearEpilogue<T>(T.One, -T.One, T.One));
        Gemm.Product(a, b, [], 3);
        c.All(T.IsNaN).Should().BeTrue();
    }

    [Fact]
    public void AllOperations_InnerSizesDiffer_Throw()
    {
        string message = "*4 x 3 times 2 x 5*";
        Refuses((a, b, c) => Gemm.Product(a, b, c, 4), message);
        Refuses((a, b, c) => Gemm.Accumulate(a, b, c, 4), message);
        Refuses((a, b, c) => Gemm.AddScaled(a, b, c, [], 4, new LinearEpilogue<T>(T.One, -T.One, T.One)), message);

        static void Refuses(GemmCall call, string message)
        {
            var values = new T[100];
            Action action = () => call(MatrixView<T>.ColumnMajor(values, 4, 3), MatrixView<T>.ColumnMajor(values, 2, 5), values);
            action.Should().Throw<ArgumentException>().WithMessage(message);
        }
    }

    [Fact]
    public void AllOperations_StorageDoesNotFit_Throw()
    {
        string lessThanRows = "*rows, 4,* 3.*";
        string tooShort = "*4 x 5 matrix with leading dimension 6 needs 28 elements, but got 27.*";
        Refuses((a, b, c) => Gemm.Product(a, b, c, 3), 100, lessThanRows);
        Refuses((a, b, c) => Gemm.Accumulate(a, b, c, 3), 100, lessThanRows);
        Refuses((a, b, c) => Gemm.AddScaled(a, b, c, [], 3, new LinearEpilogue<T>(T.One, -T.One, T.One)), 100, lessThanRows);
        Refuses((a, b, c) => Gemm.Product(a, b, c, 6), 27, tooShort);
        Refuses((a, b, c) => Gemm.Accumulate(a, b, c, 6), 27, tooShort);
        Refuses((a, b, c) => Gemm.AddScaled(a, b, c, [], 6, new LinearEpilogue<T>(T.One, -T.One, T.One)), 27, tooShort);
        Refuses((a, b, c) => Gemm.AddScaled(a, b, c, new T[27], 6, new LinearEpilogue<T>(T.One, -T.One, T.One)), 28, tooShort);

        static void Refuses(GemmCall call, int length, string message)
        {
            var values = new T[length];
            T[] before = [.. values];
            Action action = () => call(MatrixView<T>.ColumnMajor(values, 4, 3), MatrixView<T>.ColumnMajor(values, 3, 5), values);
            action.Should().Throw<ArgumentException>().WithMessage(message);
            values.Should().Equal(before);
        }
    }

    /// <summary>Neither a product in place nor one with A packed, nor a step of gradient descent.</summary>
    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 0)]
    [InlineData(false, 1000)]
    public void AllOperations_SteadyState_AllocateNothing(bool transposeA, int paddingOfA)
    {
        const int M = 128;
        const int N = 64;
        const int K = 1100;
        PaddedMatrix<T> a = PaddedMatrix<T>.Operand(Values(M * K, new(5)), M, M, K, transposeA, paddingOfA);
        PaddedMatrix<T> b = PaddedMatrix<T>.Operand(Values(K * N, new(6)), K, K, N, false, 0);
        var c = new T[M * N];
        var gradient = new T[M * N];
        RunAll();

        // The least of three: a garbage collection may empty the pool that the packed panel comes from.
        Enumerable.Range(0, 3).Min(_ => Measure()).Should().Be(0);

        long Measure()
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 10; i++)
            {
                RunAll();
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        void RunAll()
        {
            Gemm.Product(a.View(transposeA), b.View(false), c, M);
            Gemm.Accumulate(a.View(transposeA), b.View(false), c, M);
            Gemm.AddScaled(a.View(transposeA), b.View(false), c, gradient, M, new LinearEpilogue<T>(T.One, T.Zero, T.One));
        }
    }

    private delegate void GemmCall(MatrixView<T> a, MatrixView<T> b, Span<T> c);

    private static void Verify(
        GemmTable<T> table,
        GemmOperation operation,
        int[] ms,
        int[] ns,
        int[] ks,
        int width,
        bool transposeA,
        bool transposeB,
        int paddingOfA = 0)
    {
        using IDisposable forced = Simd.Force((SimdWidth)width);

        // No other test runs while a width is forced, so the sizes are dealt out to all processors.
        int parts = Math.Min(Environment.ProcessorCount, ms.Length);
        string?[] differences =
        [
            .. Enumerable.Range(0, parts).AsParallel().AsOrdered().Select(part => table.Difference(
                operation, [.. ms.Where((_, i) => i % parts == part)], ns, ks, transposeA, transposeB, paddingOfA)),
        ];
        differences.FirstOrDefault(difference => difference is not null).Should().BeNull();
    }

    private static int Lanes(int width) => width / 8 / Unsafe.SizeOf<T>();

    /// <summary>Numbers of rows around one vector, two, and so on.</summary>
    private static int[] RowEdges(int width, int vectors = 9) =>
        [.. Enumerable.Range(1, vectors).Select(v => v * Lanes(width)).SelectMany(m => (int[])[m - 1, m, m + 1]).Distinct()];

    private static T[] Values(int count, Random random) =>
        [.. Enumerable.Range(0, count).Select(_ => T.CreateTruncating((2 * random.NextDouble()) - 1))];
}
