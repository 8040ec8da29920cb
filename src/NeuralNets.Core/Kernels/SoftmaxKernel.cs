using System.Numerics;
using System.Runtime.CompilerServices;

namespace NeuralNets.Core.Kernels;

/// <summary>Softmax of the adjacent columns of a matrix.</summary>
internal static class SoftmaxKernel
{
    /// <summary>The number of columns at a time for which callers take scratch memory from the stack.</summary>
    public const int BlockColumns = 64;

    /// <summary>
    /// Computes <c>p = exp(z − max z) / Σ exp(z − max z)</c>, column by column; the sum is one chain of additions in the order of the
    /// classes. Does not allocate.
    /// </summary>
    /// <param name="logits">(classes × columns).</param>
    /// <param name="probabilities">(classes × columns); may be the memory of <paramref name="logits"/>.</param>
    /// <param name="classes">The number of rows.</param>
    /// <param name="maxima">Receives the maximum of each column.</param>
    /// <param name="sums">Receives the sum of the exponentials of each column, which is at least 1.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Evaluate<T>(ReadOnlySpan<T> logits, Span<T> probabilities, int classes, Span<T> maxima, Span<T> sums)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int j = 0; j < maxima.Length; j++)
        {
            ReadOnlySpan<T> z = logits.Slice(j * classes, classes);
            Span<T> shifted = probabilities.Slice(j * classes, classes);
            T max = z[0];
            for (int i = 1; i < z.Length; i++)
            {
                max = T.Max(max, z[i]);
            }

            for (int i = 0; i < z.Length; i++)
            {
                shifted[i] = z[i] - max;
            }

            maxima[j] = max;
        }

        Span<T> all = probabilities[..(classes * maxima.Length)];
        Elementwise.Apply<T, ExpOperator<T>>(all, all);

        for (int j = 0; j < sums.Length; j++)
        {
            Span<T> p = probabilities.Slice(j * classes, classes);
            T sum = p[0];
            for (int i = 1; i < p.Length; i++)
            {
                sum += p[i];
            }

            for (int i = 0; i < p.Length; i++)
            {
                p[i] /= sum;
            }

            sums[j] = sum;
        }
    }

    /// <summary>Returns the first row that holds the maximum; −1 if the maximum is not finite or a row is NaN, since then there is no
    /// answer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int ArgMax<T>(ReadOnlySpan<T> column)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int best = 0;
        bool hasNaN = T.IsNaN(column[0]);
        for (int i = 1; i < column.Length; i++)
        {
            hasNaN |= T.IsNaN(column[i]);
            if (column[i] > column[best])
            {
                best = i;
            }
        }

        return hasNaN || !T.IsFinite(column[best]) ? -1 : best;
    }
}
