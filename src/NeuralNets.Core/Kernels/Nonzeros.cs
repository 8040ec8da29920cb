using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace NeuralNets.Core.Kernels;

/// <summary>
/// Which elements of a matrix are not zero, one bit each: a column after the other, each in whole words of 64 bits, the first row
/// in the lowest bit. Bits beyond the last row are clear. Nothing here allocates.
/// </summary>
internal static unsafe class Nonzeros
{
    private const int WordBits = 64;

    /// <summary>Returns the number of words that a column takes.</summary>
    public static int Words(int rows) => (rows + WordBits - 1) / WordBits;

    /// <summary>Marks the elements of adjacent columns that are neither +0 nor −0.</summary>
    /// <param name="x">(rows × columns).</param>
    /// <param name="rows">The length of a column.</param>
    /// <param name="bits">Receives the bits; <see cref="Words"/> per column.</param>
    public static void Mark<T>(ReadOnlySpan<T> x, int rows, Span<ulong> bits)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int columns = x.Length / rows;
        ArgumentOutOfRangeException.ThrowIfLessThan(bits.Length, columns * Words(rows));
        fixed (T* px = x)
        fixed (ulong* pbits = bits)
        {
            switch (Simd.Width)
            {
                case SimdWidth.Vector512:
                    Mark<T, Vector512<T>, Lane512<T>>(px, rows, columns, pbits);
                    break;
                case SimdWidth.Vector256:
                    Mark<T, Vector256<T>, Lane256<T>>(px, rows, columns, pbits);
                    break;
                default:
                    Mark<T, Vector128<T>, Lane128<T>>(px, rows, columns, pbits);
                    break;
            }
        }
    }

    /// <summary>Returns the number of marked elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static long Count(ReadOnlySpan<ulong> bits)
    {
        long count = 0;
        foreach (ulong word in bits)
        {
            count += BitOperations.PopCount(word);
        }

        return count;
    }

    /// <summary>Lists, in increasing order, the rows in which any of some adjacent columns is marked.</summary>
    /// <param name="bits">The bits of the columns.</param>
    /// <param name="words">The words that a column takes.</param>
    /// <param name="most">The maximum number of rows that are listed: of more, only the number is found.</param>
    /// <param name="rows">Receives the rows; room for 64 per word.</param>
    /// <returns>The number of rows.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int List(ReadOnlySpan<ulong> bits, int words, int most, Span<int> rows)
    {
        int count = 0;
        for (int w = 0; w < words; w++)
        {
            count += BitOperations.PopCount(Any(bits, words, w));
        }

        if (count > most)
        {
            return count;
        }

        int listed = 0;
        for (int w = 0; w < words; w++)
        {
            for (ulong any = Any(bits, words, w); any != 0; any &= any - 1)
            {
                rows[listed++] = (w * WordBits) + BitOperations.TrailingZeroCount(any);
            }
        }

        return count;
    }

    /// <summary>Swaps rows and columns.</summary>
    /// <param name="bits">The bits of (rows × columns).</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="columns">The number of columns.</param>
    /// <param name="transposed">Receives the bits of (columns × rows); room for 64 columns for each word that a column of
    /// <paramref name="bits"/> takes.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transpose(ReadOnlySpan<ulong> bits, int rows, int columns, Span<ulong> transposed)
    {
        int words = Words(rows);
        int transposedWords = Words(columns);
        Span<ulong> square = stackalloc ulong[WordBits];
        for (int w = 0; w < words; w++)
        {
            for (int v = 0; v < transposedWords; v++)
            {
                for (int j = 0; j < WordBits; j++)
                {
                    int column = (v * WordBits) + j;
                    square[j] = column < columns ? bits[(column * words) + w] : 0;
                }

                TransposeSquare(square);
                for (int i = 0; i < WordBits; i++)
                {
                    transposed[(((w * WordBits) + i) * transposedWords) + v] = square[i];
                }
            }
        }
    }

    /// <summary>Combines one word of all columns together.</summary>
    private static ulong Any(ReadOnlySpan<ulong> bits, int words, int word)
    {
        ulong any = 0;
        for (int i = word; i < bits.Length; i += words)
        {
            any |= bits[i];
        }

        return any;
    }

    /// <summary>Transposes 64 × 64 bits by exchanging ever smaller blocks across the diagonal.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TransposeSquare(Span<ulong> square)
    {
        ulong mask = 0x00000000FFFFFFFF;
        for (int size = WordBits / 2; size > 0; size /= 2, mask ^= mask << size)
        {
            for (int i = 0; i < WordBits; i = (i + size + 1) & ~size)
            {
                ulong difference = ((square[i] >> size) ^ square[i + size]) & mask;
                square[i] ^= difference << size;
                square[i + size] ^= difference;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Mark<T, TVector, TLane>(T* x, int rows, int columns, ulong* bits)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : unmanaged
        where TLane : struct, ILane<T, TVector>
    {
        TVector zero = TLane.Broadcast(T.Zero);
        for (int j = 0; j < columns; j++)
        {
            for (int i = 0; i < rows; i += WordBits)
            {
                ulong word = 0;
                int end = Math.Min(WordBits, rows - i);
                int lane = 0;
                for (; lane <= end - TLane.Count; lane += TLane.Count)
                {
                    word |= (TLane.SignBits(TLane.EqualTo(TLane.Load(x + i + lane), zero)) ^ TLane.AllSignBits) << lane;
                }

                if (lane < end)
                {
                    TVector rest = TLane.LoadMasked(x + i + lane, TLane.FirstLanes(end - lane));
                    word |= (TLane.SignBits(TLane.EqualTo(rest, zero)) ^ TLane.AllSignBits) << lane;
                }

                *bits++ = word;
            }

            x += rows;
        }
    }
}
