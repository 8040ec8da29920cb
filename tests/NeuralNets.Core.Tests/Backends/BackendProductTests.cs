using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;
using NeuralNets.Core.Backends;
using NeuralNets.Core.Kernels;
using NeuralNets.Core.Tests.Kernels;

namespace NeuralNets.Core.Tests.Backends;

public sealed class BackendProductSingleTests : BackendProductTests<float>;

public sealed class BackendProductDoubleTests : BackendProductTests<double>;

/// <summary>
/// The products of the backends that do not promise bits, against <see cref="ReferenceGemm"/>: the cases of the tests of
/// <see cref="Gemm"/>, with tolerances that <see cref="GemmTable{T}"/> derives. Operands and padding must come out as they were.
/// </summary>
public abstract class BackendProductTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly int[] s_sizes = [0, 1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 25, 31, 32, 33, 40];

    private static readonly Lazy<GemmTable<T>> s_small = new(() => new(40, 40, s_sizes, seed: 1));

    private static readonly Lazy<GemmTable<T>> s_large = new(() => new(129, 130, [1, 64, 784, 1025], seed: 2));

    public static TheoryData<bool, bool> Transpositions => new() { { false, false }, { false, true }, { true, false }, { true, true } };

    [MklTheory]
    [MemberData(nameof(Transpositions))]
    public void AllOperations_SmallSizesByMkl_AgreeWithReference(bool transposeA, bool transposeB) =>
        Verify("mkl", s_small.Value, s_sizes, s_sizes, s_sizes, transposeA, transposeB);

    [Theory]
    [MemberData(nameof(Transpositions))]
    public void AllOperations_SmallSizesByMathNet_AgreeWithReference(bool transposeA, bool transposeB) =>
        Verify("mathnet", s_small.Value, s_sizes, s_sizes, s_sizes, transposeA, transposeB);

    [MklTheory]
    [MemberData(nameof(Transpositions))]
    public void AllOperations_LargeSizesByMkl_AgreeWithReference(bool transposeA, bool transposeB) =>
        Verify("mkl", s_large.Value, [1, 10, 128, 129], [1, 63, 64, 65, 130], [1, 64, 784, 1025], transposeA, transposeB);

    [Theory]
    [MemberData(nameof(Transpositions))]
    public void AllOperations_LargeSizesByMathNet_AgreeWithReference(bool transposeA, bool transposeB) =>
        Verify("mathnet", s_large.Value, [10, 128], [1, 65], [64, 784], transposeA, transposeB);

    /// <summary>The managed kernels through the same door: to the tolerance here, to the bit in the tests of the kernels.</summary>
    [Theory]
    [MemberData(nameof(Transpositions))]
    public void AllOperations_SmallSizesByManaged_AgreeWithReference(bool transposeA, bool transposeB) =>
        Verify("managed", s_small.Value, s_sizes, s_sizes, s_sizes, transposeA, transposeB);

    [MklTheory]
    [MemberData(nameof(Transpositions))]
    public void AllOperations_SpecialValuesByMkl_AgreeWithReference(bool transposeA, bool transposeB) =>
        VerifySpecialValues("mkl", transposeA, transposeB);

    [Theory]
    [MemberData(nameof(Transpositions))]
    public void AllOperations_SpecialValuesByMathNet_AgreeWithReference(bool transposeA, bool transposeB) =>
        VerifySpecialValues("mathnet", transposeA, transposeB);

    [MklFact]
    public void Product_RandomShapesAndStridesByMkl_AgreesWithReference() => VerifyRandomShapes("mkl", tests: 500);

    [Fact]
    public void Product_RandomShapesAndStridesByMathNet_AgreesWithReference() => VerifyRandomShapes("mathnet", tests: 200);

    [MklFact]
    public void Accumulate_SlicesOfKByMkl_AgreesWithOneProduct() => VerifySlices("mkl");

    [Fact]
    public void Accumulate_SlicesOfKByMathNet_AgreesWithOneProduct() => VerifySlices("mathnet");

    [MklFact]
    public void AllOperations_EmptyByMkl_DoWhatTheReferenceDoes() => VerifyEmpty("mkl");

    [Fact]
    public void AllOperations_EmptyByMathNet_DoWhatTheReferenceDoes() => VerifyEmpty("mathnet");

    [MklFact]
    public void AllOperations_ShapesDoNotFitByMkl_Throw() => VerifyErrors("mkl");

    [Fact]
    public void AllOperations_ShapesDoNotFitByMathNet_Throw() => VerifyErrors("mathnet");

    /// <summary>Neither binding allocates; what Math.NET's provider allocates for itself is not in it, since it is one for the
    /// test.</summary>
    [MklFact]
    public void AllOperations_SteadyStateByMkl_AllocateNothing()
    {
        GemmBackend backend = TestBackends.Create("mkl");
        T[] a = new T[128 * 784];
        T[] b = new T[784 * 64];
        T[] c = new T[128 * 64];
        RunAll();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++)
        {
            RunAll();
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);

        void RunAll()
        {
            MatrixView<T> left = MatrixView<T>.ColumnMajor(a, 128, 784);
            MatrixView<T> right = MatrixView<T>.ColumnMajor(b, 784, 64);
            backend.Product(left, right, c, 128);
            backend.Accumulate(left, right, c.AsSpan(), 128);
            backend.AddScaled(left, right, c, [], 128, new LinearEpilogue<T>(T.One, T.One, T.One));
        }
    }

    private static void Verify(string name, GemmTable<T> table, int[] ms, int[] ns, int[] ks, bool transposeA, bool transposeB)
    {
        GemmBackend backend = TestBackends.Create(name);
        foreach (GemmOperation operation in Enum.GetValues<GemmOperation>())
        {
            table.Difference(operation, ms, ns, ks, transposeA, transposeB, paddingOfA: 0, backend).Should().BeNull();
        }
    }

    /// <summary>
    /// NaN and infinity come out where they should whatever the order of the terms, and nothing is flushed to zero. (Sums that
    /// overflow on the way depend on the order.)
    /// </summary>
    private static void VerifySpecialValues(string name, bool transposeA, bool transposeB)
    {
        int[] ks = [1, 2, 7, 40];
        T[] subnormals = [T.Epsilon, -T.Epsilon, T.Epsilon * T.CreateChecked(12345), T.CreateChecked(0.75), T.NegativeOne];
        T[] rare = [T.NaN, T.PositiveInfinity, T.NegativeInfinity, T.NegativeZero];
        Verify(name, new(33, 13, ks, seed: 7, random => subnormals[random.Next(subnormals.Length)]), [1, 8, 33], [1, 13], ks,
            transposeA, transposeB);
        Verify(
            name,
            new(33, 13, ks, seed: 7, random => random.Next(30) == 0 ? rare[random.Next(rare.Length)] : T.One),
            [1, 8, 33],
            [1, 13],
            ks,
            transposeA,
            transposeB);
    }

    private static void VerifyRandomShapes(string name, int tests)
    {
        GemmBackend backend = TestBackends.Create(name);
        var shapes =
            from sizes in Gen.Choose(0, 75).Three()
            from paddingOfA in Gen.Choose(0, 600)
            from flags in Gen.Choose(0, 1).Two()
            from operation in Gen.Elements(Enum.GetValues<GemmOperation>())
            from seed in Gen.Choose(0, int.MaxValue)
            select (Sizes: sizes, PaddingOfA: paddingOfA, Flags: flags, Operation: operation, Seed: seed);
        Prop.ForAll(shapes.ToArbitrary(), shape =>
        {
            (int m, int n, int k) = shape.Sizes;
            var table = new GemmTable<T>(m, n, [k], shape.Seed);
            table.Difference(
                shape.Operation, [m], [n], [k], shape.Flags.Item1 == 1, shape.Flags.Item2 == 1, shape.PaddingOfA, backend)
                .Should().BeNull();
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(tests).WithReplay(FSharpOption<Replay>.Some(new(new Rnd(20, 1), null))));
    }

    private static void VerifySlices(string name)
    {
        GemmBackend backend = TestBackends.Create(name);
        T[] a = RandomValues.Create<T>(1, 33 * 300);
        T[] b = RandomValues.Create<T>(2, 300 * 9);
        T[] expected = new T[33 * 9];
        MatrixView<T> left = MatrixView<T>.ColumnMajor(a, 33, 300);
        MatrixView<T> right = MatrixView<T>.ColumnMajor(b, 300, 9);
        ReferenceGemm.Product(left, right, expected, 33);
        foreach (int slice in (int[])[1, 7, 32, 150, 300])
        {
            T[] actual = new T[33 * 9];
            for (int start = 0; start < 300; start += slice)
            {
                int length = Math.Min(slice, 300 - start);
                backend.Accumulate(left.ColumnRange(start, length), right.RowRange(start, length), actual, 33);
            }

            // 300 products of numbers below 1, twice; see GemmTable.
            T tolerance = T.CreateChecked(1.01 * 304 * 300) * (T.BitIncrement(T.One) - T.One);
            actual.Zip(expected).Max(pair => T.Abs(pair.First - pair.Second)).Should().BeLessThanOrEqualTo(tolerance);
        }
    }

    private static void VerifyEmpty(string name)
    {
        GemmBackend backend = TestBackends.Create(name);
        T[] none = [];
        T[] c = [T.NaN, T.NegativeZero, T.One, T.NegativeOne];
        T[] before = [.. c];
        backend.Accumulate(MatrixView<T>.ColumnMajor(none, 2, 0), MatrixView<T>.ColumnMajor(none, 0, 2), c, 2);
        RandomValues.Bits<T>(c).Should().Equal(RandomValues.Bits<T>(before));
        backend.Product(MatrixView<T>.ColumnMajor(none, 2, 0), MatrixView<T>.ColumnMajor(none, 0, 2), c, 2);
        c.All(x => x == T.Zero && T.IsPositive(x)).Should().BeTrue();

        c.AsSpan().Fill(T.NaN);
        backend.Product(MatrixView<T>.ColumnMajor(none, 0, 3), MatrixView<T>.ColumnMajor(new T[6], 3, 2), c, 2);
        backend.Product(MatrixView<T>.ColumnMajor(new T[6], 2, 3), MatrixView<T>.ColumnMajor(none, 3, 0), c, 2);
        c.All(T.IsNaN).Should().BeTrue();
    }

    private static void VerifyErrors(string name)
    {
        GemmBackend backend = TestBackends.Create(name);
        T[] values = new T[100];
        Refuses(() => backend.Product(View(4, 3), View(2, 5), values, 4), "*4 x 3 times 2 x 5*");
        Refuses(() => backend.Accumulate(View(4, 3), View(2, 5), values, 4), "*4 x 3 times 2 x 5*");
        Refuses(() => backend.AddScaled(View(4, 3), View(2, 5), values, [], 4, new LinearEpilogue<T>(T.One, T.One, T.One)),
            "*4 x 3 times 2 x 5*");
        Refuses(() => backend.Product(View(4, 3), View(3, 5), values, 3), "*rows, 4,* 3.*");
        Refuses(() => backend.Product(View(4, 3), View(3, 5), values.AsSpan(0, 27), 6), "*needs 28 elements, but got 27.*");

        MatrixView<T> View(int rows, int columns) => MatrixView<T>.ColumnMajor(values, rows, columns);
        static void Refuses(Action action, string message) => action.Should().Throw<ArgumentException>().WithMessage(message);
    }
}
