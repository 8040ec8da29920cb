using System.Numerics;

namespace NeuralNets.Core.Kernels;

/// <summary>
/// A matrix operand: a view of memory with a step from row to row and a step from column to column, one of which is 1.
/// Column-major storage has row step 1 and the leading dimension as column step; a transpose swaps the two.
/// </summary>
internal readonly ref struct MatrixView<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private MatrixView(ReadOnlySpan<T> data, T[]? array, int rows, int columns, int rowStep, int columnStep)
    {
        Data = data;
        Array = array;
        Rows = rows;
        Columns = columns;
        RowStep = rowStep;
        ColumnStep = columnStep;
    }

    /// <summary>Element (i, j) is <c>Data[i·RowStep + j·ColumnStep]</c>.</summary>
    public ReadOnlySpan<T> Data { get; }

    /// <summary>The array that holds the elements of the matrix and nothing else; null if there is none.</summary>
    public T[]? Array { get; }

    public int Rows { get; }

    public int Columns { get; }

    public int RowStep { get; }

    public int ColumnStep { get; }

    /// <summary>The same memory with rows and columns swapped.</summary>
    public MatrixView<T> Transposed => new(Data, Array, Columns, Rows, ColumnStep, RowStep);

    /// <summary>Returns a view of column-major storage.</summary>
    /// <exception cref="ArgumentException">The leading dimension is less than the rows, or the memory ends before the last
    /// element.</exception>
    public static MatrixView<T> ColumnMajor(ReadOnlySpan<T> data, int rows, int columns, int leadingDimension)
    {
        CheckStorage(data.Length, rows, columns, leadingDimension);
        return new(data, null, rows, columns, 1, leadingDimension);
    }

    /// <summary>Returns a view of column-major storage without padding.</summary>
    public static MatrixView<T> ColumnMajor(ReadOnlySpan<T> data, int rows, int columns) =>
        ColumnMajor(data, rows, columns, rows);

    /// <summary>Returns a view of column-major storage without padding, from the array's first element on.</summary>
    public static MatrixView<T> ColumnMajor(T[] data, int rows, int columns)
    {
        CheckStorage(data.Length, rows, columns, rows);
        return new(data, data.Length == (long)rows * columns ? data : null, rows, columns, 1, rows);
    }

    /// <summary>Returns the given rows of all columns.</summary>
    public MatrixView<T> RowRange(int start, int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)start, (uint)Rows, nameof(start));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(Rows - start), nameof(count));
        return count == Rows ? this
            : count == 0 || Columns == 0 ? new([], null, count, Columns, RowStep, ColumnStep)
            : new(Data[(start * RowStep)..], null, count, Columns, RowStep, ColumnStep);
    }

    /// <summary>Returns the given columns of all rows.</summary>
    public MatrixView<T> ColumnRange(int start, int count) => Transposed.RowRange(start, count).Transposed;

    /// <summary>Checks that column-major storage of the given shape lies within <paramref name="length"/> elements.</summary>
    public static void CheckStorage(int length, int rows, int columns, int leadingDimension)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        if (leadingDimension < rows)
        {
            throw new ArgumentException(
                $"The leading dimension must be at least the number of rows, {rows}, but was {leadingDimension}.",
                nameof(leadingDimension));
        }

        long needed = rows == 0 || columns == 0 ? 0 : ((long)(columns - 1) * leadingDimension) + rows;
        if (length < needed)
        {
            throw new ArgumentException(
                $"A {rows} x {columns} matrix with leading dimension {leadingDimension} needs {needed} elements, but got {length}.");
        }
    }
}
