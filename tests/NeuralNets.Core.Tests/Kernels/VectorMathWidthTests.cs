using System.Numerics;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Tests.Kernels;

/// <summary>exp, log, tanh and sigmoid give the same bits on every width and at every position.</summary>
[Collection(SimdWidthCollection.Name)]
public abstract class VectorMathWidthTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly SimdWidth[] s_widths = [SimdWidth.Vector128, SimdWidth.Vector256, SimdWidth.Vector512];

    [Theory]
    [InlineData(ElementaryFunction.Exp)]
    [InlineData(ElementaryFunction.Log)]
    [InlineData(ElementaryFunction.Tanh)]
    [InlineData(ElementaryFunction.Sigmoid)]
    public void Values_OnEveryWidth_HaveTheSameBits(ElementaryFunction function)
    {
        T[] x = Inputs(60_000);
        T[][] results = [.. s_widths.Select(width => Apply(function, width, x))];

        Differences(results[1], results[0]).Should().BeEmpty();
        Differences(results[2], results[0]).Should().BeEmpty();
    }

    [Theory]
    [InlineData(ElementaryFunction.Exp)]
    [InlineData(ElementaryFunction.Log)]
    [InlineData(ElementaryFunction.Tanh)]
    [InlineData(ElementaryFunction.Sigmoid)]
    public void Values_OfEveryLengthAndOffset_AreThoseOfSingleElementsAndNothingElseIsWritten(ElementaryFunction function)
    {
        const int Lengths = 71;
        const int Offsets = 5;
        T[] x = Inputs(Lengths + Offsets);
        T[] expected = [.. x.Select(value => function.Apply(value))];
        T poison = T.CreateChecked(-77);

        foreach (SimdWidth width in s_widths)
        {
            using IDisposable forced = Simd.Force(width);
            for (int length = 0; length < Lengths; length++)
            {
                for (int offset = 0; offset < Offsets; offset++)
                {
                    T[] y = [.. Enumerable.Repeat(poison, x.Length + 64)];
                    function.Apply<T>(x.AsSpan(offset, length), y.AsSpan(offset, length));
                    AssertWritten(y, poison, offset, expected.AsSpan(offset, length));

                    y = [.. Enumerable.Repeat(poison, x.Length + 64)];
                    x.AsSpan(offset, length).CopyTo(y.AsSpan(offset));
                    function.Apply<T>(y.AsSpan(offset, length), y.AsSpan(offset, length));
                    AssertWritten(y, poison, offset, expected.AsSpan(offset, length));
                }
            }
        }
    }

    private static T[] Apply(ElementaryFunction function, SimdWidth width, T[] x)
    {
        using IDisposable forced = Simd.Force(width);
        var y = new T[x.Length];
        function.Apply<T>(x, y);
        return y;
    }

    private static void AssertWritten(T[] actual, T poison, int offset, ReadOnlySpan<T> values)
    {
        T[] expected = [.. Enumerable.Repeat(poison, actual.Length)];
        values.CopyTo(expected.AsSpan(offset));
        Differences(actual, expected).Should().BeEmpty();
    }

    /// <summary>The positions whose bits differ; all NaNs count as equal.</summary>
    private static int[] Differences(T[] actual, T[] expected) =>
        [.. Enumerable.Range(0, expected.Length).Where(i =>
            !actual[i].Equals(expected[i]) || (T.IsNegative(actual[i]) != T.IsNegative(expected[i]) && !T.IsNaN(expected[i])))];

    /// <summary>Special values, then by turns numbers of moderate size and of any size.</summary>
    private static T[] Inputs(int count)
    {
        T largest = T.BitDecrement(T.PositiveInfinity);
        T[] special =
        [
            T.NaN, T.PositiveInfinity, T.NegativeInfinity, T.Zero, T.NegativeZero, T.Epsilon, -T.Epsilon, T.One, T.NegativeOne,
            largest, -largest, T.CreateChecked(-87.5), T.CreateChecked(-103.9), T.CreateChecked(88.73),
            T.CreateChecked(-708.5), T.CreateChecked(-745.1), T.CreateChecked(709.79),
        ];

        double range = typeof(T) == typeof(float) ? 290 : 2100;
        var random = new Random(20260102);
        var x = new T[count];
        for (int i = 0; i < count; i++)
        {
            double moderate = 40 * (random.NextDouble() - 0.5);
            double any = Math.CopySign(Math.Pow(2, range * (random.NextDouble() - 0.5)), moderate);
            x[i] = i < special.Length ? special[i] : T.CreateSaturating(i % 2 == 0 ? moderate : any);
        }

        return x;
    }
}

public sealed class VectorMathWidthSingleTests : VectorMathWidthTests<float>;

public sealed class VectorMathWidthDoubleTests : VectorMathWidthTests<double>;
