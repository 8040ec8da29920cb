using System.Numerics;
using MathNet.Numerics;
using MathNet.Numerics.Providers.LinearAlgebra;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Backends;

/// <summary>A linear algebra provider for Math.NET: its managed one, with this library's kernels for products of matrices and of a matrix
/// and a vector, in float and in double.</summary>
/// <remarks>
/// <para>
/// <c>LinearAlgebraControl.Provider = new FastManagedProvider()</c> makes all of Math.NET use it, until another one is set. That is the
/// application's decision: this library never does so, and does not need it. Everything but the products, such as decompositions and
/// complex numbers, is done by Math.NET's managed provider, and arguments that do not fit get its exceptions.
/// </para>
/// <para>
/// Each element is one chain of fused multiply-adds over k in increasing order, then <c>alpha·sum + beta·c</c>, of which the addition is
/// fused with the first product. So a result has the same bits on every vector width and number of threads, and differs from that of
/// Math.NET's managed provider by rounding. With a beta of 0, c is not read. Large products run on up to
/// <see cref="Control.MaxDegreeOfParallelism"/> threads.
/// </para>
/// <para>Has no state, and may be used from several threads at once.</para>
/// </remarks>
public sealed partial class FastManagedProvider : ILinearAlgebraProvider
{
    /// <summary>The multiplications for which one more thread pays.</summary>
    private const long LeastShare = 1 << 21;

    private static ManagedLinearAlgebraProvider Managed => ManagedLinearAlgebraProvider.Instance;

    /// <summary>The number of parts that a product is cut into; null for what pays.</summary>
    internal int? PartCount { get; init; }

    /// <summary>Returns what computes.</summary>
    /// <returns>The name, with the width of the vectors.</returns>
    public override string ToString() => $"Managed, products by NeuralNets.Core ({Simd.Width})";

    bool ILinearAlgebraProvider.IsAvailable() => true;

    void ILinearAlgebraProvider.InitializeVerify()
    {
    }

    void ILinearAlgebraProvider.FreeResources()
    {
    }

    void ILinearAlgebraProvider<float>.MatrixMultiply(
        float[] x, int rowsX, int columnsX, float[] y, int rowsY, int columnsY, float[] result)
    {
        if (!TryMultiply(false, false, 1, x, rowsX, columnsX, y, rowsY, columnsY, 0, result))
        {
            Managed.MatrixMultiply(x, rowsX, columnsX, y, rowsY, columnsY, result);
        }
    }

    void ILinearAlgebraProvider<float>.MatrixMultiplyWithUpdate(
        Transpose transposeA, Transpose transposeB, float alpha, float[] a, int rowsA, int columnsA, float[] b, int rowsB, int columnsB,
        float beta, float[] c)
    {
        if (!TryMultiply(IsTransposed(transposeA), IsTransposed(transposeB), alpha, a, rowsA, columnsA, b, rowsB, columnsB, beta, c))
        {
            Managed.MatrixMultiplyWithUpdate(transposeA, transposeB, alpha, a, rowsA, columnsA, b, rowsB, columnsB, beta, c);
        }
    }

    void ILinearAlgebraProvider<double>.MatrixMultiply(
        double[] x, int rowsX, int columnsX, double[] y, int rowsY, int columnsY, double[] result)
    {
        if (!TryMultiply(false, false, 1, x, rowsX, columnsX, y, rowsY, columnsY, 0, result))
        {
            Managed.MatrixMultiply(x, rowsX, columnsX, y, rowsY, columnsY, result);
        }
    }

    void ILinearAlgebraProvider<double>.MatrixMultiplyWithUpdate(
        Transpose transposeA, Transpose transposeB, double alpha, double[] a, int rowsA, int columnsA, double[] b, int rowsB, int columnsB,
        double beta, double[] c)
    {
        if (!TryMultiply(IsTransposed(transposeA), IsTransposed(transposeB), alpha, a, rowsA, columnsA, b, rowsB, columnsB, beta, c))
        {
            Managed.MatrixMultiplyWithUpdate(transposeA, transposeB, alpha, a, rowsA, columnsA, b, rowsB, columnsB, beta, c);
        }
    }

    private static bool IsTransposed(Transpose transpose) => transpose != Transpose.DontTranspose;

    /// <summary>Computes a product unless it is one for Math.NET's provider: with arguments that do not fit, or without terms.</summary>
    private bool TryMultiply<T>(
        bool transposeA, bool transposeB, T alpha, T[] a, int rowsA, int columnsA, T[] b, int rowsB, int columnsB, T beta, T[] c)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int m = transposeA ? columnsA : rowsA;
        int k = transposeA ? rowsA : columnsA;
        int n = transposeB ? rowsB : columnsB;
        bool fits = a is not null && b is not null && c is not null && m > 0 && n > 0 && k > 0
            && k == (transposeB ? columnsB : rowsB)
            && (long)m * k == a.Length && (long)k * n == b.Length && (long)m * n == c.Length
            && alpha != T.Zero && !ReferenceEquals(a, c) && !ReferenceEquals(b, c);
        if (!fits)
        {
            return false;
        }

        // The longer side of the result is cut: each part reads all of one operand.
        bool cutsColumns = n >= m;
        int length = cutsColumns ? n : m;
        int parts = Math.Min(length, PartCount ?? PartsFor((long)m * n * k));
        void Compute(int part)
        {
            (int start, int count) = Partition.Share(length, parts, part);
            MatrixView<T> left = View(a!, rowsA, columnsA, transposeA);
            MatrixView<T> right = View(b!, rowsB, columnsB, transposeB);
            Span<T> target = c.AsSpan(cutsColumns ? start * m : start);
            if (cutsColumns)
            {
                right = right.ColumnRange(start, count);
            }
            else
            {
                left = left.RowRange(start, count);
            }

            Multiply(alpha, left, right, beta, target, m);
        }

        if (parts == 1)
        {
            Compute(0);
        }
        else
        {
            Parallel.For(0, parts, Compute);
        }

        return true;
    }

    private static int PartsFor(long multiplications) =>
        multiplications < 2 * LeastShare ? 1 : (int)Math.Min(multiplications / LeastShare, Control.MaxDegreeOfParallelism);

    private static MatrixView<T> View<T>(T[] array, int rows, int columns, bool isTransposed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        MatrixView<T> stored = MatrixView<T>.ColumnMajor(array, rows, columns);
        return isTransposed ? stored.Transposed : stored;
    }

    private static void Multiply<T>(T alpha, MatrixView<T> a, MatrixView<T> b, T beta, Span<T> c, int leadingDimension)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (beta != T.Zero)
        {
            Gemm.AddScaled(a, b, c, [], leadingDimension, new LinearEpilogue<T>(T.One, alpha, beta));
            return;
        }

        Gemm.Product(a, b, c, leadingDimension);
        if (alpha == T.One)
        {
            return;
        }

        for (int j = 0; j < b.Columns; j++)
        {
            foreach (ref T element in c.Slice(j * leadingDimension, a.Rows))
            {
                element = (alpha * element) + T.Zero;
            }
        }
    }
}
