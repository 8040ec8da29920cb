using System.Numerics;
using System.Runtime.InteropServices;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Tests.Kernels;

/// <summary>
/// Column-major storage whose padding, before, between and after the columns, holds a NaN that no operation produces:
/// whoever computes with the padding makes the result NaN, and whoever writes to it changes its bits.
/// </summary>
internal sealed class PaddedMatrix<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Margin = 16;

    private readonly T[] _storage;

    public PaddedMatrix(int rows, int columns, int leadingDimension)
    {
        Rows = rows;
        Columns = columns;
        LeadingDimension = leadingDimension;
        _storage = new T[Margin + (columns * leadingDimension) + Margin];
        Poison();
    }

    /// <summary>A NaN with a payload: <c>0x7FC5A5A5</c> in float, <c>0x7FF8A5A5A5A5A5A5</c> in double.</summary>
    public static T Sentinel { get; } = typeof(T) == typeof(float)
        ? (T)(object)BitConverter.Int32BitsToSingle(0x7FC5A5A5)
        : (T)(object)BitConverter.Int64BitsToDouble(0x7FF8A5A5A5A5A5A5);

    public int Rows { get; }

    public int Columns { get; }

    public int LeadingDimension { get; }

    /// <summary>Everything, margins included.</summary>
    public ReadOnlySpan<T> Storage => _storage;

    public T this[int row, int column]
    {
        get => _storage[Margin + row + (column * LeadingDimension)];
        set => _storage[Margin + row + (column * LeadingDimension)] = value;
    }

    /// <summary>
    /// The operand that holds the first rows and columns of <paramref name="source"/> (dense, column-major), stored
    /// transposed if asked, with <paramref name="padding"/> elements after each stored column.
    /// </summary>
    public static PaddedMatrix<T> Operand(
        ReadOnlySpan<T> source, int sourceRows, int rows, int columns, bool transposed, int padding)
    {
        var matrix = transposed
            ? new PaddedMatrix<T>(columns, rows, columns + padding)
            : new PaddedMatrix<T>(rows, columns, rows + padding);
        for (int j = 0; j < columns; j++)
        {
            ReadOnlySpan<T> column = source.Slice(j * sourceRows, rows);
            if (!transposed)
            {
                column.CopyTo(matrix._storage.AsSpan(Margin + (j * matrix.LeadingDimension)));
                continue;
            }

            for (int i = 0; i < column.Length; i++)
            {
                matrix[j, i] = column[i];
            }
        }

        return matrix;
    }

    /// <summary>The memory of the first <paramref name="columns"/> columns, first element to last and no more.</summary>
    public Span<T> Span(int columns) =>
        _storage.AsSpan(Margin, Rows == 0 || columns == 0 ? 0 : ((columns - 1) * LeadingDimension) + Rows);

    /// <summary>What <see cref="Operand"/> was given, transposed back if it is stored transposed.</summary>
    public MatrixView<T> View(bool transposed)
    {
        var view = MatrixView<T>.ColumnMajor(Span(Columns), Rows, Columns, LeadingDimension);
        return transposed ? view.Transposed : view;
    }

    public void Poison() => _storage.AsSpan().Fill(Sentinel);

    /// <summary>Takes the first columns and their padding from a matrix of the same shape, and poisons the rest.</summary>
    public void CopyFrom(PaddedMatrix<T> source, int columns)
    {
        int length = Margin + (columns * LeadingDimension);
        source._storage.AsSpan(0, length).CopyTo(_storage);
        _storage.AsSpan(length).Fill(Sentinel);
    }

    public PaddedMatrix<T> Clone()
    {
        var clone = new PaddedMatrix<T>(Rows, Columns, LeadingDimension);
        _storage.CopyTo(clone._storage, 0);
        return clone;
    }

    /// <summary>
    /// Null if the first columns equal those of <paramref name="expected"/> bit for bit, all NaNs counted equal, or differ by no more
    /// than <paramref name="tolerance"/> says, and everything else is poison as before; otherwise what differs.
    /// </summary>
    public string? Difference(PaddedMatrix<T> expected, int columns, PaddedMatrix<T>? tolerance = null)
    {
        int length = Margin + (columns * LeadingDimension);
        if (SameBits(_storage.AsSpan(0, length), expected._storage.AsSpan(0, length)) && IsPoison(_storage.AsSpan(length)))
        {
            return null;
        }

        for (int index = 0; index < _storage.Length; index++)
        {
            int column = LeadingDimension == 0 ? 0 : (index - Margin) / LeadingDimension;
            int row = index - Margin - (column * LeadingDimension);
            bool element = index >= Margin && row < Rows && column < columns;
            T actual = _storage[index];
            T wanted = element ? expected._storage[index] : Sentinel;
            bool near = element && tolerance is not null && T.Abs(actual - wanted) <= tolerance._storage[index];
            if (!near && !SameBits([actual], [wanted]) && !(element && T.IsNaN(actual) && T.IsNaN(wanted)))
            {
                string place = element ? $"element ({row}, {column})" : $"the padding at index {index - Margin}";
                return $"{place} is {Describe(actual)} instead of {Describe(wanted)}";
            }
        }

        return null;
    }

    /// <summary>The first element is the sentinel, and each is the same as the one before it.</summary>
    private static bool IsPoison(ReadOnlySpan<T> span) => SameBits(span[..1], [Sentinel]) && SameBits(span[1..], span[..^1]);

    private static bool SameBits(ReadOnlySpan<T> left, ReadOnlySpan<T> right) =>
        MemoryMarshal.AsBytes(left).SequenceEqual(MemoryMarshal.AsBytes(right));

    private static string Describe(T value) =>
        $"{value:R} (0x{Convert.ToHexString(MemoryMarshal.AsBytes<T>([value]).ToArray().Reverse().ToArray())})";
}
