using System.Runtime.CompilerServices;
using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Activations;
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
/// <para>With label smoothing ε, the target of each of the K classes is <c>y(1 − ε) + ε/K</c>: the cost is
/// <c>−Σ yᵢ·log pᵢ</c> and the gradient <c>p − y</c> with those.</para>
/// </remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed class CrossEntropyLoss<T> : ILoss<T>
    where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
{
    /// <summary>Creates the loss.</summary>
    /// <param name="offset">What is added to the probability inside the logarithm, from 0 to 1. With 0 the cost is exact.</param>
    /// <param name="labelSmoothing">ε, by which targets are moved towards equal probabilities: from 0, not at all, to below 1.</param>
    /// <exception cref="ArgumentException">There are both an offset and label smoothing.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="offset"/> is not between 0 and 1, or
    /// <paramref name="labelSmoothing"/> not from 0 to below 1.</exception>
    public CrossEntropyLoss(double offset = 0, double labelSmoothing = 0)
    {
        if (!(offset >= 0 && offset <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(offset), offset, "The offset inside the logarithm must be between 0 and 1.");
        }

        LossArguments.CheckSmoothing(labelSmoothing);
        if (offset != 0 && labelSmoothing != 0)
        {
            throw new ArgumentException(
                "The offset gives the cost of the NumPy original, which has no label smoothing: give one of the two.", nameof(offset));
        }

        Offset = offset;
        LabelSmoothing = labelSmoothing;
    }

    /// <summary>What is added to the probability inside the logarithm when the cost is reported.</summary>
    public double Offset { get; }

    /// <summary>ε, by which targets are moved towards equal probabilities.</summary>
    public double LabelSmoothing { get; }

    /// <summary>Computes the cost of logits against labels.</summary>
    /// <param name="logits">(classes × samples).</param>
    /// <param name="labels">One label per sample, 0 … classes−1.</param>
    /// <returns>The cost, summed in the order of the samples.</returns>
    /// <exception cref="ArgumentException">There is not one label per sample, or a label is out of range.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than two classes.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="logits"/> is null.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public Cost Evaluate(Matrix<T> logits, ReadOnlySpan<int> labels)
    {
        Check(logits, labels);
        double[] costs = new double[labels.Length];
        T[] values = logits.ToColumnMajorArray();
        Evaluate(values, new TargetBatch<T>(labels), new T[values.Length], costs);
        double sum = 0;
        foreach (double cost in costs)
        {
            sum += cost;
        }

        return new Cost(sum, labels.Length);
    }

    /// <summary>Computes the gradient of the summed cost by the logits.</summary>
    /// <param name="logits">(classes × samples).</param>
    /// <param name="labels">One label per sample, 0 … classes−1.</param>
    /// <returns><c>P − Y</c>, (classes × samples). Divide by the number of samples for the gradient of the mean.</returns>
    /// <exception cref="ArgumentException">There is not one label per sample, or a label is out of range.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than two classes.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="logits"/> is null.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public Matrix<T> ComputeGradient(Matrix<T> logits, ReadOnlySpan<int> labels)
    {
        Check(logits, labels);
        T[] values = logits.ToColumnMajorArray();
        T[] gradient = new T[values.Length];
        Evaluate(values, new TargetBatch<T>(labels), gradient, new double[labels.Length]);
        return Matrix<T>.Build.Dense(logits.RowCount, labels.Length, gradient);
    }

    /// <inheritdoc/>
    public void CheckOutput(ILayerActivation<T> output, int outputCount)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (output is not Softmax<T>)
        {
            throw LossArguments.WrongOutput(nameof(CrossEntropyLoss<>), nameof(Softmax<>), output);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The targets are not labels, or the spans do not fit together.</exception>
    /// <remarks>The derivatives are <c>p − onehot(y)</c>. Labels are not checked; a data set's are in range.</remarks>
    public void Evaluate(ReadOnlySpan<T> logits, TargetBatch<T> targets, Span<T> derivatives, Span<double> costs)
    {
        ReadOnlySpan<int> labels = targets.Labels;
        int samples = costs.Length;
        if (labels.Length != targets.Count)
        {
            throw new ArgumentException(
                "Cross-entropy compares logits with class labels, but the targets are values. Columns that are one-hot become labels by "
                + "OneHot.Decode.",
                nameof(targets));
        }

        if (labels.Length != samples || derivatives.Length != logits.Length || (samples > 0 && logits.Length % samples != 0))
        {
            throw new ArgumentException(
                $"{samples} costs need as many labels, and logits and derivatives in whole columns, but there were "
                + $"{labels.Length} labels, {logits.Length} logits and {derivatives.Length} derivatives.",
                nameof(costs));
        }

        int classes = samples == 0 ? 0 : logits.Length / samples;
        for (int start = 0; start < samples; start += SoftmaxKernel.BlockColumns)
        {
            int count = Math.Min(SoftmaxKernel.BlockColumns, samples - start);
            Evaluate(
                logits.Slice(start * classes, count * classes),
                labels.Slice(start, count),
                derivatives.Slice(start * classes, count * classes),
                costs.Slice(start, count),
                classes);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Evaluate(ReadOnlySpan<T> logits, ReadOnlySpan<int> labels, Span<T> derivatives, Span<double> costs, int classes)
    {
        int samples = labels.Length;
        Span<T> maxima = stackalloc T[samples];
        Span<T> sums = stackalloc T[samples];
        SoftmaxKernel.Evaluate(logits, derivatives, classes, maxima, sums);

        // The logarithms are taken of all samples at once. Without an offset that of the sum of exponentials is a part of the cost.
        for (int j = 0; j < samples; j++)
        {
            costs[j] = Offset == 0
                ? double.CreateChecked(sums[j])
                : double.CreateChecked(derivatives[(j * classes) + labels[j]]) + Offset;
        }

        Elementwise.Apply<double, LogOperator<double>>(costs, costs);
        for (int j = 0; j < samples; j++)
        {
            costs[j] = Offset == 0
                ? costs[j] + (double.CreateChecked(maxima[j]) - double.CreateChecked(logits[(j * classes) + labels[j]]))
                : -costs[j];
            derivatives[(j * classes) + labels[j]] -= T.One;
        }

        if (LabelSmoothing != 0)
        {
            Smooth(logits, labels, derivatives, costs, maxima, classes);
        }
    }

    /// <summary>Makes costs and derivatives those of smoothed targets: the cost of each class counts ε/K more, that of the label ε
    /// less.</summary>
    private void Smooth(
        ReadOnlySpan<T> logits, ReadOnlySpan<int> labels, Span<T> derivatives, Span<double> costs, ReadOnlySpan<T> maxima, int classes)
    {
        T share = T.CreateChecked(LabelSmoothing / classes);
        for (int j = 0; j < labels.Length; j++)
        {
            // log p_y − log pᵢ is z_y − zᵢ. Both are taken from the largest logit, so that the sum has no negative terms.
            ReadOnlySpan<T> z = logits.Slice(j * classes, classes);
            double max = double.CreateChecked(maxima[j]);
            double sum = 0;
            foreach (T logit in z)
            {
                sum += max - double.CreateChecked(logit);
            }

            double ofLabel = max - double.CreateChecked(z[labels[j]]);
            costs[j] += LabelSmoothing * ((sum / classes) - ofLabel);
            Span<T> derivative = derivatives.Slice(j * classes, classes);
            derivative[labels[j]] += T.CreateChecked(LabelSmoothing);
            for (int i = 0; i < classes; i++)
            {
                derivative[i] -= share;
            }
        }
    }

    private static void Check(Matrix<T> logits, ReadOnlySpan<int> labels)
    {
        ElementType.Check<T>();
        ArgumentNullException.ThrowIfNull(logits);
        Requirements.CheckSoftmaxClasses(logits.RowCount, nameof(logits));
        if (labels.Length != logits.ColumnCount)
        {
            throw new ArgumentException(
                $"There must be one label per sample: the logits are {logits.RowCount} x {logits.ColumnCount}, but there were "
                    + $"{labels.Length} labels.",
                nameof(labels));
        }

        Requirements.CheckLabels(labels, logits.RowCount, nameof(labels));
    }
}
