using System.Numerics;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Tests.Kernels;

public sealed class ColumnsSingleTests : ColumnsTests<float>;

public sealed class ColumnsDoubleTests : ColumnsTests<double>;

[Collection(SimdWidthCollection.Name)]
public abstract class ColumnsTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Columns = 3;

    private static readonly int[] s_lengths = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 70];

    [Theory]
    [InlineData(128)]
    [InlineData(256)]
    [InlineData(512)]
    public void Add_AnyLength_AddsWithMinusZeroAsPlusZero(int width)
    {
        using IDisposable forced = Simd.Force((SimdWidth)width);
        foreach (int rows in s_lengths)
        {
            T[] matrix = RandomValues.Create<T>(rows, rows * Columns);
            T[] addend = RandomValues.Create<T>(rows + 1, rows);
            for (int i = 0; i < rows; i += 2)
            {
                addend[i] = T.NegativeZero;
                matrix[i] = T.NegativeZero;
            }

            T[] expected = [.. matrix.Select((value, i) => value + (addend[i % rows] + T.Zero))];

            Core.Kernels.Columns.Add(matrix, addend, Columns);

            RandomValues.Bits<T>(matrix).AsSpan().SequenceEqual(RandomValues.Bits<T>(expected)).Should().BeTrue("of {0} rows", rows);
        }
    }

    [Theory]
    [InlineData(128)]
    [InlineData(256)]
    [InlineData(512)]
    public void Accumulate_AnyLength_AddsTheColumnsInOrder(int width)
    {
        using IDisposable forced = Simd.Force((SimdWidth)width);
        foreach (int rows in s_lengths)
        {
            T[] matrix = RandomValues.Create<T>(rows, rows * Columns);
            T[] sum = RandomValues.Create<T>(rows + 1, rows);
            T[] expected = [.. sum.Select((start, i) => start + matrix[i] + matrix[i + rows] + matrix[i + (2 * rows)])];

            Core.Kernels.Columns.Accumulate<T>(matrix, sum, Columns);

            RandomValues.Bits<T>(sum).AsSpan().SequenceEqual(RandomValues.Bits<T>(expected)).Should().BeTrue("of {0} rows", rows);
        }
    }
}
