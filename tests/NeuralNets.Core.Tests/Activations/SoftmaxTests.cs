using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Tests.Activations;

[Collection(SimdWidthCollection.Name)]
public abstract class SoftmaxTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly Softmax<T> s_softmax = new();

    private static double Epsilon => typeof(T) == typeof(float) ? 1.1920928955078125e-7 : 2.220446049250313e-16;

    [Fact]
    public void Evaluate_LogarithmsOfNumbers_AreTheirShares()
    {
        T[] p = Evaluate(3, Math.Log(1), Math.Log(2), Math.Log(5), Math.Log(3), Math.Log(3), Math.Log(6));

        Require(p, 4 * Epsilon, 1 / 8.0, 2 / 8.0, 5 / 8.0, 3 / 12.0, 3 / 12.0, 6 / 12.0);
    }

    [Fact]
    public void Evaluate_EqualLogits_AreExactlyEqualShares() =>
        Evaluate(4, 7.25, 7.25, 7.25, 7.25).Should().Equal(Enumerable.Repeat(T.CreateChecked(0.25), 4));

    [Fact]
    public void Evaluate_LogitsOf1000_StayFinite()
    {
        Evaluate(2, 1000, -1000).Should().Equal(T.One, T.Zero);
        Evaluate(2, -1000, -1000).Should().Equal(T.CreateChecked(0.5), T.CreateChecked(0.5));
        Require(Evaluate(2, 1000, 1000 + Math.Log(3)), 1000 * Epsilon, 0.25, 0.75);
        Require(Evaluate(2, -1000, -1000 + Math.Log(3)), 1000 * Epsilon, 0.25, 0.75);
    }

    [Fact]
    public void Evaluate_90And2AndMinus2_StayFinite() =>
        Require(Evaluate(3, 90, 2, -2), 4 * Epsilon, 1, Math.Exp(-88), Math.Exp(-92));

    [Fact]
    public void Evaluate_LargestNumbers_AreOneAndZero()
    {
        T[] p = new T[2];
        s_softmax.Evaluate([T.CreateSaturating(1e38), T.CreateSaturating(-1e38)], p, 2);
        p.Should().Equal(T.One, T.Zero);
    }

    [Fact]
    public void Evaluate_VeryDifferentColumns_EachTakesItsOwnMaximum()
    {
        T[] p = Evaluate(2, 900, 900 + Math.Log(3), -900, -900 + Math.Log(3), 0, Math.Log(3));

        Require(p, 1000 * Epsilon, 0.25, 0.75, 0.25, 0.75, 0.25, 0.75);
    }

    [Fact]
    public void Evaluate_AnyLogits_SumToOnePerColumn()
    {
        Prop.ForAll(ArbMap.Default.ArbFor<(NonEmptyArray<NormalFloat> Logits, PositiveInt Classes)>(), given =>
        {
            int classes = Math.Min(given.Classes.Get, given.Logits.Get.Length);
            int whole = given.Logits.Get.Length / classes * classes;
            T[] logits = [.. given.Logits.Get.Take(whole).Select(value => T.CreateChecked(Math.Clamp(value.Get, -1e6, 1e6)))];
            T[] p = new T[logits.Length];
            s_softmax.Evaluate(logits, p, classes);
            return p.All(value => value >= T.Zero && value <= T.One)
                && p.Chunk(classes).All(column => Math.Abs(column.Sum(double.CreateChecked) - 1) <= (classes + 1) * Epsilon);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Evaluate_ShiftedByAWholeNumber_KeepsTheBits()
    {
        // Multiples of 1/64 below 1024: adding whole numbers to them is exact in float, too.
        double[] logits = [0.25, -1.5, 3.015625, 2, -0.25];
        T[] expected = Evaluate(5, logits);

        foreach (int shift in new[] { 1, -7, 64, 500, -500 })
        {
            Evaluate(5, [.. logits.Select(logit => logit + shift)]).Should().Equal(expected);
        }
    }

    [Fact]
    public void Evaluate_EveryWidthInPlaceAndColumnByColumn_HasTheSameBits()
    {
        T[] logits = RandomValues.Create<T>(6, 10 * 37, limit: 8);
        T[] expected = new T[logits.Length];
        s_softmax.Evaluate(logits, expected, 10);

        foreach (SimdWidth width in Enum.GetValues<SimdWidth>())
        {
            using IDisposable forced = Simd.Force(width);
            T[] inPlace = [.. logits];
            T[] columns = new T[logits.Length];

            s_softmax.Evaluate(inPlace, inPlace, 10);
            for (int j = 0; j < 37; j++)
            {
                s_softmax.Evaluate(logits.AsSpan(10 * j, 10), columns.AsSpan(10 * j, 10), 10);
            }

            inPlace.Should().Equal(expected);
            columns.Should().Equal(expected);
        }
    }

    [Fact]
    public void Evaluate_Matrix_IsThatOfItsColumnsWhateverItsStorage()
    {
        Matrix<T> dense = Matrix<T>.Build.DenseOfColumnMajor(3, 4, RandomValues.Create<T>(7, 12, limit: 4));
        T[] expected = new T[12];
        s_softmax.Evaluate(dense.ToColumnMajorArray(), expected, 3);
        Matrix<T> before = dense.Clone();

        s_softmax.Evaluate(dense).ToColumnMajorArray().Should().Equal(expected);
        s_softmax.Evaluate(Matrix<T>.Build.SparseOfMatrix(dense)).ToColumnMajorArray().Should().Equal(expected);
        dense.Should().Be(before);
        s_softmax.Evaluate(Matrix<T>.Build.Dense(3, 0)).ColumnCount.Should().Be(0);
    }

    [Fact]
    public void Evaluate_OneClass_IsCertain() => Evaluate(1, -3, 0, 12).Should().Equal(T.One, T.One, T.One);

    [Fact]
    public void Evaluate_NaN_StaysInItsColumn()
    {
        T[] p = Evaluate(2, 0, double.NaN, 1, 1);

        p[..2].Should().Equal(T.NaN, T.NaN);
        p[2..].Should().Equal(T.CreateChecked(0.5), T.CreateChecked(0.5));
    }

    [Fact]
    public void Evaluate_WrongLengths_SayWhatWasNeeded()
    {
        Action partColumn = () => s_softmax.Evaluate(new T[7], new T[7], 3);
        Action otherLength = () => s_softmax.Evaluate(new T[6], new T[9], 3);
        Action noClasses = () => s_softmax.Evaluate(new T[6], new T[6], 0);
        Action noMatrix = () => s_softmax.Evaluate(null!);

        partColumn.Should().Throw<ArgumentException>().WithMessage("Softmax needs*columns of 3*got 7 and 7 elements.*");
        otherLength.Should().Throw<ArgumentException>().WithMessage("Softmax needs*columns of 3*got 6 and 9 elements.*");
        noClasses.Should().Throw<ArgumentOutOfRangeException>().WithParameterName("unitCount");
        noMatrix.Should().Throw<ArgumentNullException>().WithParameterName("logits");
    }

    [Theory]
    [InlineData(0, 3)]
    [InlineData(3, 0)]
    [InlineData(0, 1)]
    [InlineData(8, 0)]
    public void Evaluate_OverlappingSpans_AreRefusedAndNothingIsWritten(int from, int to)
    {
        T[] buffer = RandomValues.Create<T>(8, 17, limit: 4);
        T[] before = [.. buffer];

        Action evaluate = () => s_softmax.Evaluate(buffer.AsSpan(from, 9), buffer.AsSpan(to, 9), 3);

        evaluate.Should().Throw<ArgumentException>().WithParameterName("a")
            .WithMessage("The output must be the memory of the input or not overlap it, but its*");
        buffer.Should().Equal(before);
    }

    [Fact]
    public void Evaluate_NeighboursInOneBuffer_AreThoseOfTwoBuffers()
    {
        T[] buffer = RandomValues.Create<T>(9, 27, limit: 4);
        T[] expected = new T[9];
        s_softmax.Evaluate(buffer.AsSpan(9, 9), expected, 3);

        s_softmax.Evaluate(buffer.AsSpan(9, 9), buffer.AsSpan(0, 9), 3);
        s_softmax.Evaluate(buffer.AsSpan(9, 9), buffer.AsSpan(18, 9), 3);

        buffer[..9].Should().Equal(expected);
        buffer[18..].Should().Equal(expected);
    }

    [Fact]
    public void ToString_Softmax_IsItsName() => s_softmax.ToString().Should().Be("Softmax");

    private static T[] Evaluate(int classes, params double[] logits)
    {
        T[] p = new T[logits.Length];
        s_softmax.Evaluate([.. logits.Select(T.CreateChecked)], p, classes);
        return p;
    }

    private static void Require(T[] actual, double relativeError, params double[] expected)
    {
        actual.Should().HaveCount(expected.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            // A subnormal number has an absolute error.
            double tolerance = (relativeError * expected[i]) + double.CreateChecked(T.Epsilon);
            double.CreateChecked(actual[i]).Should().BeApproximately(expected[i], tolerance);
        }
    }
}

public sealed class SoftmaxSingleTests : SoftmaxTests<float>;

public sealed class SoftmaxDoubleTests : SoftmaxTests<double>;
