using System.Buffers;
using System.Numerics;
using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Activations;

/// <summary>
/// The function of the output layer: turns each column of logits into the probabilities of the classes.
/// </summary>
/// <remarks>
/// <c>pᵢ = exp(zᵢ − max z) / Σⱼ exp(zⱼ − max z)</c>. The column's own maximum is subtracted, so no finite logits overflow.
/// (The NumPy original subtracts the maximum of the whole matrix, with which a column far below it becomes 0/0.) It mixes the
/// rows of a column, so it is no <see cref="IActivation{T}"/>, and it is trained together with
/// <see cref="Losses.CrossEntropyLoss"/>.
/// </remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed class Softmax<T>
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

    /// <summary>Computes the probabilities for adjacent columns of logits. Does not allocate in steady state.</summary>
    /// <param name="logits">(classes × samples), column-major.</param>
    /// <param name="probabilities">Receives the probabilities, of the same length; may be the memory of <paramref name="logits"/>.</param>
    /// <param name="classes">The length of a column, positive.</param>
    /// <exception cref="ArgumentException">The spans differ in length, or do not hold whole columns.</exception>
    public void Evaluate(ReadOnlySpan<T> logits, Span<T> probabilities, int classes)
    {
        ElementType.Check<T>();
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(classes);
        if (logits.Length % classes != 0 || probabilities.Length != logits.Length)
        {
            throw new ArgumentException(
                $"Softmax needs logits and probabilities of the same number of columns of {classes}, but got {logits.Length} and "
                + $"{probabilities.Length} elements." + Requirements.NullHint(Math.Min(logits.Length, probabilities.Length)),
                logits.IsEmpty ? nameof(logits) : nameof(probabilities));
        }

        int samples = logits.Length / classes;
        T[] scratch = ArrayPool<T>.Shared.Rent(2 * samples);
        SoftmaxKernel.Evaluate(logits, probabilities, classes, scratch.AsSpan(0, samples), scratch.AsSpan(samples, samples));
        ArrayPool<T>.Shared.Return(scratch);
    }

    /// <summary>Returns the name of the function.</summary>
    /// <returns>The name.</returns>
    public override string ToString() => "Softmax";
}
