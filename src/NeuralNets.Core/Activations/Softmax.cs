using System.Numerics;
using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Activations;

/// <summary>
/// The output function of a classifier: turns each column of logits into the probabilities of the classes.
/// </summary>
/// <remarks>
/// <c>pᵢ = exp(zᵢ − max z) / Σⱼ exp(zⱼ − max z)</c>. The column's own maximum is subtracted, so no finite logits overflow.
/// (The NumPy original subtracts the maximum of the whole matrix, with which a column far below it becomes 0/0.) It mixes the
/// rows of a column, so it is not an <see cref="IActivation{T}"/>, and it is trained together with the cross-entropy.
/// </remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed class Softmax<T> : ILayerActivation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Returns the probabilities for a matrix of logits.</summary>
    /// <param name="logits">(classes × samples), at least one class.</param>
    /// <returns>Probabilities in [0, 1] whose columns sum to 1, (classes × samples).</returns>
    /// <exception cref="ArgumentNullException"><paramref name="logits"/> is null.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public Matrix<T> Evaluate(Matrix<T> logits)
    {
        ElementType.Check<T>();
        ArgumentNullException.ThrowIfNull(logits);
        T[] probabilities = logits.ToColumnMajorArray();
        Evaluate(probabilities, probabilities, logits.RowCount);
        return Matrix<T>.Build.Dense(logits.RowCount, logits.ColumnCount, probabilities);
    }

    /// <summary>Computes the probabilities for adjacent columns of logits. Does not allocate.</summary>
    /// <param name="z">(classes × samples), column-major.</param>
    /// <param name="a">Receives the probabilities, of the same length; the memory of <paramref name="z"/>, or not
    /// overlapping it.</param>
    /// <param name="unitCount">The length of a column, positive.</param>
    /// <exception cref="ArgumentException">The spans differ in length, do not hold whole columns, or overlap without being the same
    /// memory.</exception>
    public void Evaluate(ReadOnlySpan<T> z, Span<T> a, int unitCount)
    {
        ElementType.Check<T>();
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(unitCount);
        if (z.Length % unitCount != 0 || a.Length != z.Length)
        {
            throw new ArgumentException(
                $"Softmax needs logits and probabilities of the same number of columns of {unitCount}, but got {z.Length} and "
                + $"{a.Length} elements." + Requirements.NullHint(Math.Min(z.Length, a.Length)),
                z.IsEmpty ? nameof(z) : nameof(a));
        }

        SpanOverlap.CheckSameOrSeparate(z, a, nameof(a));
        int samples = z.Length / unitCount;
        Span<T> scratch = stackalloc T[2 * Math.Min(samples, SoftmaxKernel.BlockColumns)];
        for (int start = 0; start < samples; start += SoftmaxKernel.BlockColumns)
        {
            int count = Math.Min(SoftmaxKernel.BlockColumns, samples - start);
            SoftmaxKernel.Evaluate(
                z.Slice(start * unitCount, count * unitCount),
                a.Slice(start * unitCount, count * unitCount),
                unitCount,
                scratch[..count],
                scratch.Slice(count, count));
        }
    }

    /// <summary>Returns the name of the function.</summary>
    /// <returns>The name.</returns>
    public override string ToString() => "Softmax";
}
