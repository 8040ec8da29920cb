using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using MathNet.Numerics.Providers.LinearAlgebra;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Backends;

/// <summary>
/// Math.NET Numerics: the linear algebra provider that is in use when the backend is created, which may be Math.NET's managed
/// one, Intel MKL or OpenBLAS.
/// </summary>
/// <remarks>
/// <para>This library never chooses the provider. An application does, with <c>Control.UseNativeMKL()</c> for instance; Math.NET
/// itself takes a native one when it is first used and finds one.</para>
/// <para>A provider multiplies whole arrays only. What is not the whole of an array is copied, to it and, for a result, back;
/// <see cref="CopiedBytes"/> and <see cref="CopyTime"/> say what that costs. Providers use threads of their own, so training and
/// prediction call them from one worker, which also leaves most arrays whole: a <c>MaxDegreeOfParallelism</c> of 1 says nothing about
/// the provider's threads, <c>Control.MaxDegreeOfParallelism</c> does.</para>
/// </remarks>
public sealed class MathNetBackend : GemmBackend
{
    private readonly ILinearAlgebraProvider _provider;
    private long _copiedBytes;
    private long _copyTicks;

    /// <summary>Creates the backend for the provider that Math.NET uses now.</summary>
    public MathNetBackend() => _provider = LinearAlgebraControl.Provider;

    /// <summary>The provider, as it describes itself: what the products really run on.</summary>
    public override string Name => $"Math.NET ({_provider})";

    /// <summary>The bytes that were copied so far, for all threads together.</summary>
    public long CopiedBytes => Interlocked.Read(ref _copiedBytes);

    /// <summary>The time that copying took so far, for all threads together.</summary>
    public TimeSpan CopyTime => Stopwatch.GetElapsedTime(0, Interlocked.Read(ref _copyTicks));

    /// <inheritdoc/>
    internal override bool HasOwnThreads => true;

    /// <inheritdoc/>
    internal override bool CopiesParts => true;

    /// <inheritdoc/>
    private protected override void Compute<T>(
        T alpha, MatrixView<T> a, MatrixView<T> b, T keep, MatrixTarget<T> c, int leadingDimension)
    {
        int rows = a.Rows;
        int columns = b.Columns;
        bool isWhole = c.Array is not null && c.Span.Length == rows * columns;
        T[] left = a.Array ?? Copy(a, ExactArrays<T>.Left);
        T[] right = b.Array ?? Copy(b, ExactArrays<T>.Right);
        T[] result = isWhole ? c.Array!
            : keep != T.Zero ? Copy(MatrixView<T>.ColumnMajor(c.Span, rows, columns, leadingDimension), ExactArrays<T>.Result)
            : ExactArrays<T>.Result.Take(rows * columns);

        // A matrix whose rows are not adjacent is stored transposed.
        (Transpose transposeA, int rowsOfA, int columnsOfA) = Stored(a);
        (Transpose transposeB, int rowsOfB, int columnsOfB) = Stored(b);
        ((ILinearAlgebraProvider<T>)_provider).MatrixMultiplyWithUpdate(
            transposeA, transposeB, alpha, left, rowsOfA, columnsOfA, right, rowsOfB, columnsOfB, keep, result);

        if (!isWhole)
        {
            long start = Stopwatch.GetTimestamp();
            CopyColumns(result, rows, c.Span, leadingDimension, rows, columns);
            Count<T>(result.Length, start);
        }
    }

    private static (Transpose Transpose, int Rows, int Columns) Stored<T>(MatrixView<T> view)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => view.RowStep == 1
            ? (Transpose.DontTranspose, view.Rows, view.Columns)
            : (Transpose.Transpose, view.Columns, view.Rows);

    private T[] Copy<T>(MatrixView<T> view, ExactArrays<T> buffers)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        long start = Stopwatch.GetTimestamp();
        MatrixView<T> stored = view.RowStep == 1 ? view : view.Transposed;
        T[] copy = buffers.Take(stored.Rows * stored.Columns);
        CopyColumns(stored.Data, stored.ColumnStep, copy, stored.Rows, stored.Rows, stored.Columns);
        Count<T>(copy.Length, start);
        return copy;
    }

    private static void CopyColumns<T>(
        ReadOnlySpan<T> source, int sourceStep, Span<T> destination, int destinationStep, int rows, int columns)
    {
        for (int j = 0; j < columns; j++)
        {
            source.Slice(j * sourceStep, rows).CopyTo(destination.Slice(j * destinationStep, rows));
        }
    }

    private void Count<T>(int elements, long start)
    {
        Interlocked.Add(ref _copiedBytes, (long)elements * Unsafe.SizeOf<T>());
        Interlocked.Add(ref _copyTicks, Stopwatch.GetTimestamp() - start);
    }
}
