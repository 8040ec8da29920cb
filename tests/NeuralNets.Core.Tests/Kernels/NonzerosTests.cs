using System.Numerics;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Tests.Kernels;

public sealed class NonzerosSingleTests : NonzerosTests<float>;

public sealed class NonzerosDoubleTests : NonzerosTests<double>;

[Collection(SimdWidthCollection.Name)]
public abstract class NonzerosTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly int[] s_lengths = [1, 3, 15, 16, 17, 31, 63, 64, 65, 127, 128, 129, 200];

    [Theory]
    [InlineData(128)]
    [InlineData(256)]
    [InlineData(512)]
    public void Mark_AnyLength_SaysWhatIsNotZero(int width)
    {
        using IDisposable forced = Simd.Force((SimdWidth)width);
        foreach (int rows in s_lengths)
        {
            const int Columns = 5;
            T[] x = Sparse(rows * Columns, seed: rows);
            x[0] = -T.Zero;
            x[^1] = T.NaN;
            ulong[] bits = Enumerable.Repeat(ulong.MaxValue, Nonzeros.Words(rows) * Columns).ToArray();

            Nonzeros.Mark<T>(x, rows, bits);

            for (int i = 0; i < x.Length; i++)
            {
                IsSet(bits, rows, i % rows, i / rows).Should().Be(x[i] != T.Zero, "{0} of {1} rows is {2}", i, rows, x[i]);
            }

            Nonzeros.Count(bits).Should().Be(x.LongCount(value => value != T.Zero), "bits beyond the last row are clear");
        }
    }

    [Fact]
    public void List_AnyColumns_GivesTheRowsInOrder()
    {
        foreach (int rows in s_lengths)
        {
            const int Columns = 7;
            T[] x = Sparse(rows * Columns, seed: rows);
            int words = Nonzeros.Words(rows);
            ulong[] bits = new ulong[words * Columns];
            Nonzeros.Mark<T>(x, rows, bits);
            for (int width = 0; width <= Columns; width++)
            {
                int[] expected = [
                    .. Enumerable.Range(0, rows).Where(i => Enumerable.Range(0, width).Any(j => x[i + (j * rows)] != T.Zero))];
                int[] list = new int[words * 64];

                int count = Nonzeros.List(bits.AsSpan(0, width * words), words, rows, list);

                list[..count].Should().Equal(expected);
                Array.Fill(list, -1);
                Nonzeros.List(bits.AsSpan(0, width * words), words, expected.Length - 1, list).Should().Be(expected.Length);
                list.Should().OnlyContain(row => row == -1, "more than the most are only counted");
            }
        }
    }

    [Fact]
    public void Transpose_AnyShape_SwapsRowsAndColumns()
    {
        foreach (int rows in s_lengths)
        {
            foreach (int columns in s_lengths)
            {
                T[] x = Sparse(rows * columns, seed: rows + columns);
                ulong[] bits = new ulong[Nonzeros.Words(rows) * columns];
                Nonzeros.Mark<T>(x, rows, bits);
                ulong[] transposed = new ulong[64 * Nonzeros.Words(rows) * Nonzeros.Words(columns)];

                Nonzeros.Transpose(bits, rows, columns, transposed);

                for (int i = 0; i < x.Length; i++)
                {
                    IsSet(transposed, columns, i / rows, i % rows).Should().Be(x[i] != T.Zero);
                }
            }
        }
    }

    private static bool IsSet(ulong[] bits, int rows, int row, int column) =>
        (bits[(column * Nonzeros.Words(rows)) + (row / 64)] >> (row % 64) & 1) == 1;

    private static T[] Sparse(int length, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, length).Select(_ => random.Next(4) == 0 ? T.CreateChecked(random.NextDouble() - 0.5) : T.Zero)];
    }
}
