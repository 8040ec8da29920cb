using System.Runtime.CompilerServices;
using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Data;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Losses;

/// <summary>
/// The cross-entropy of the softmax of logits against the true classes: the cost that classification networks are trained with.
/// </summary>
/// <remarks>
/// <para>For a sample with logits z and label y the cost is <c>−log p_y = log Σⱼ exp(zⱼ − max z) + max z − z_y</c>, by
/// log-sum-exp in double precision: it is finite for all finite logits whose differences are finite, where <c>−log</c> of a
/// probability that underflowed is not. The gradient by the logits is <c>p − onehot(y)</c>.</para>
/// <para>The NumPy original reports <c>−log(p_y + 1e-9)</c>; <see cref="Offset"/> reproduces that. It changes the reported cost
/// alone, never the gradient, as in the original.</para>
/// </remarks>
public sealed class CrossEntropyLoss
{
    /// <summary>Creates the loss.</summary>
    /// <param name="offset">What is added to the probability inside the logarithm, from 0 to 1. With 0 the cost is exact.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="offset"/> is not between 0 and 1.</exception>
    public CrossEntropyLoss(double offset = 0)
    {
        if (!(offset >= 0 && offset <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(offset), offset, "The offset inside the logarithm must be between 0 and 1.");
        }

        Offset = offset;
    }

    /// <summary>What is added to the probability inside the logarithm when the cost is reported.</summary>
    public double Offset { get; }

    /// <summary>Computes the cost of logits against labels.</summary>
    /// <param name="logits">(classes × samples).</param>
    /// <param name="labels">One label a sample, 0 … classes−1.</param>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <returns>The cost, summed in the order of the samples.</returns>
    /// <exception cref="ArgumentException">There is not one label a sample, or a label is out of range.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than two classes.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="logits"/> is null.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public Cost Evaluate<T>(Matrix<T> logits, ReadOnlySpan<int> labels)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        Check(logits, labels);
        double[] costs = new double[labels.Length];
        Evaluate(logits.ToColumnMajorArray(), labels, new T[logits.RowCount * labels.Length], new T[2 * labels.Length], costs);
        double sum = 0;
        foreach (double cost in costs)
        {
            sum += cost;
        }

        return new Cost(sum, labels.Length);
    }

    /// <summary>Computes the cost of logits against one-hot targets.</summary>
    /// <param name="logits">(classes × samples).</param>
    /// <param name="targets">(classes × samples): one 1 in each column, 0 elsewhere.</param>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <returns>The cost, summed in the order of the samples.</returns>
    /// <exception cref="ArgumentException">The shapes differ, or a column of targets is not one-hot.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than two classes.</exception>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public Cost Evaluate<T>(Matrix<T> logits, Matrix<T> targets)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> => Evaluate(logits, Labels(logits, targets));

    /// <summary>Computes the gradient of the summed cost by the logits.</summary>
    /// <param name="logits">(classes × samples).</param>
    /// <param name="labels">One label a sample, 0 … classes−1.</param>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <returns><c>P − Y</c>, (classes × samples). Divide by the number of samples for the gradient of the mean.</returns>
    /// <exception cref="ArgumentException">There is not one label a sample, or a label is out of range.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than two classes.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="logits"/> is null.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public static Matrix<T> Gradient<T>(Matrix<T> logits, ReadOnlySpan<int> labels)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        Check(logits, labels);
        T[] gradient = new T[logits.RowCount * labels.Length];
        new Softmax<T>().Evaluate(logits.ToColumnMajorArray(), gradient, logits.RowCount);
        SubtractOneHot<T>(gradient, labels);
        return Matrix<T>.Build.Dense(logits.RowCount, labels.Length, gradient);
    }

    /// <summary>Computes the gradient of the summed cost by the logits.</summary>
    /// <param name="logits">(classes × samples).</param>
    /// <param name="targets">(classes × samples): one 1 in each column, 0 elsewhere.</param>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <returns><c>P − Y</c>, (classes × samples). Divide by the number of samples for the gradient of the mean.</returns>
    /// <exception cref="ArgumentException">The shapes differ, or a column of targets is not one-hot.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than two classes.</exception>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public static Matrix<T> Gradient<T>(Matrix<T> logits, Matrix<T> targets)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> => Gradient(logits, Labels(logits, targets));

    /// <summary>Computes the probabilities and each sample's cost. Does not allocate.</summary>
    /// <param name="logits">(classes × samples).</param>
    /// <param name="labels">One label a sample.</param>
    /// <param name="probabilities">Receives (classes × samples); not the memory of the logits.</param>
    /// <param name="scratch">Two elements a sample.</param>
    /// <param name="costs">Receives one cost a sample.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Evaluate<T>(
        ReadOnlySpan<T> logits, ReadOnlySpan<int> labels, Span<T> probabilities, Span<T> scratch, Span<double> costs)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        int samples = labels.Length;
        if (samples == 0)
        {
            return;
        }

        int classes = logits.Length / samples;
        Span<T> maxima = scratch[..samples];
        Span<T> sums = scratch.Slice(samples, samples);
        SoftmaxKernel.Evaluate(logits, probabilities, classes, maxima, sums);

        // The logarithms are taken of all samples at once. Without an offset that of the sum of exponentials is a part of the cost.
        for (int j = 0; j < samples; j++)
        {
            costs[j] = Offset == 0
                ? double.CreateChecked(sums[j])
                : double.CreateChecked(probabilities[(j * classes) + labels[j]]) + Offset;
        }

        Elementwise.Apply<double, LogOperator<double>>(costs, costs);
        for (int j = 0; j < samples; j++)
        {
            costs[j] = Offset == 0
                ? costs[j] + (double.CreateChecked(maxima[j]) - double.CreateChecked(logits[(j * classes) + labels[j]]))
                : -costs[j];
        }
    }

    /// <summary><c>P − Y</c>, in place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void SubtractOneHot<T>(Span<T> probabilities, ReadOnlySpan<int> labels)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        int classes = labels.IsEmpty ? 0 : probabilities.Length / labels.Length;
        for (int j = 0; j < labels.Length; j++)
        {
            probabilities[(j * classes) + labels[j]] -= T.One;
        }
    }

    private static void Check<T>(Matrix<T> logits, ReadOnlySpan<int> labels)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        ElementType.Check<T>();
        ArgumentNullException.ThrowIfNull(logits);
        Requirements.CheckSoftmaxClasses(logits.RowCount, nameof(logits));
        if (labels.Length != logits.ColumnCount)
        {
            throw new ArgumentException(
                $"There must be one label a sample: the logits are {logits.RowCount} x {logits.ColumnCount}, but there were {labels.Length} labels.",
                nameof(labels));
        }

        Requirements.CheckLabels(labels, logits.RowCount, nameof(labels));
    }

    private static int[] Labels<T>(Matrix<T> logits, Matrix<T> targets)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        ElementType.Check<T>();
        ArgumentNullException.ThrowIfNull(logits);
        ArgumentNullException.ThrowIfNull(targets);
        if (targets.RowCount != logits.RowCount || targets.ColumnCount != logits.ColumnCount)
        {
            throw new ArgumentException(
                $"Targets must have the shape of the logits, {logits.RowCount} x {logits.ColumnCount}, but were {targets.RowCount} x {targets.ColumnCount}.",
                nameof(targets));
        }

        return OneHot.Decode(targets, nameof(targets));
    }
}
