using System.Numerics;

namespace NeuralNets.Core.Kernels;

/// <summary>The memory of a column-major matrix that is written. Which array it is matters to a backend that takes whole arrays.</summary>
internal readonly ref struct MatrixTarget<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private MatrixTarget(Span<T> span, T[]? array)
    {
        Span = span;
        Array = array;
    }

    public Span<T> Span { get; }

    /// <summary>The array that <see cref="Span"/> is the whole of; null if there is none.</summary>
    public T[]? Array { get; }

    public static implicit operator MatrixTarget<T>(Span<T> span) => new(span, null);

    public static implicit operator MatrixTarget<T>(T[] array) => new(array, array);

    /// <summary>Returns some elements of an array.</summary>
    public static MatrixTarget<T> Part(T[] array, int start, int length) =>
        new(array.AsSpan(start, length), length == array.Length ? array : null);

    /// <summary>Returns the same memory as an operand, without padding.</summary>
    public MatrixView<T> View(int rows, int columns) => Array is { } array
        ? MatrixView<T>.ColumnMajor(array, rows, columns)
        : MatrixView<T>.ColumnMajor(Span, rows, columns);
}
