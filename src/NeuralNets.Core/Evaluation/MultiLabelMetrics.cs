using System.Globalization;
using System.Numerics;
using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Data;

namespace NeuralNets.Core.Evaluation;

/// <summary>How good the probabilities of several labels are, any number of which a sample may have.</summary>
/// <example><code>Console.WriteLine(MultiLabelMetrics.Of(test, network.Predict(test)).MicroAverage.F1);</code></example>
/// <remarks>With weights, the measures count each sample by its weight, and <see cref="Unweighted"/> has them without. Memory is linear in
/// the samples and the labels.</remarks>
public sealed class MultiLabelMetrics
{
    private MultiLabelMetrics(BinaryMetrics[] labels, double subsetAccuracy, MultiLabelMetrics? unweighted)
    {
        Labels = Array.AsReadOnly(labels);
        SubsetAccuracy = subsetAccuracy;
        Unweighted = unweighted;
        double correct = 0, actual = 0, predicted = 0;
        long support = 0;
        foreach (BinaryMetrics label in labels)
        {
            ConfusionMatrix.ClassAmounts amounts = label.Confusion.AmountsOf(1);
            correct += label.Confusion.Correct(1);
            actual += amounts.Actual;
            predicted += amounts.Predicted;
            support += amounts.Count;
            HammingLoss += (1 - label.Confusion.Accuracy) / labels.Length;
        }

        MicroAverage = ClassMetrics.Of(correct, actual, predicted, support);
        MacroAverage = Average(labels, support, _ => 1);
        WeightedAverage = Average(labels, support, label => label.Confusion.AmountsOf(1).Actual);
    }

    /// <summary>The measures of each label by itself.</summary>
    public IReadOnlyList<BinaryMetrics> Labels { get; }

    /// <summary>Precision, recall and F1 of all pairs of sample and label together; the support is the number of pairs that are yes.
    /// </summary>
    public ClassMetrics MicroAverage { get; }

    /// <summary>The means of precision, recall and F1 over the labels, each with the same weight; 0 counts for a label that no sample has
    /// or is predicted to have, as in scikit-learn.</summary>
    public ClassMetrics MacroAverage { get; }

    /// <summary>The means of precision, recall and F1 over the labels, each with its samples as the weight; 0 where no sample has a label.
    /// </summary>
    public ClassMetrics WeightedAverage { get; }

    /// <summary>The fraction of the samples all of whose labels were predicted, and no other, 0 … 1.</summary>
    public double SubsetAccuracy { get; }

    /// <summary>The fraction of the pairs of sample and label that were predicted wrongly, 0 … 1.</summary>
    public double HammingLoss { get; }

    /// <summary>The same where every sample counts the same; null if there are no weights, since this is that already.</summary>
    public MultiLabelMetrics? Unweighted { get; }

    /// <summary>Compares probabilities with labels.</summary>
    /// <param name="actual">1 for a label that a sample has and 0 for others, (labels × samples).</param>
    /// <param name="probabilities">The probability of each label, (labels × samples).</param>
    /// <param name="weights">How much each sample counts, finite and not negative; none if all count the same.</param>
    /// <param name="threshold">The smallest probability that means yes, between 0 and 1.</param>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <returns>The measures.</returns>
    /// <exception cref="ArgumentException">There is no sample or no label, the matrices differ in shape, there is not one weight per
    /// sample, an element is not 0 or 1, a probability is not from 0 to 1, or the weights are not finite, not negative and of a positive
    /// sum.</exception>
    /// <exception cref="ArgumentNullException">A matrix is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threshold"/> is not between 0 and 1.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public static MultiLabelMetrics Of<T>(
        Matrix<T> actual, Matrix<T> probabilities, ReadOnlySpan<double> weights = default, double threshold = 0.5)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ElementType.Check<T>();
        ReadOnlySpan<T> expected = EvaluationInput.Columns(actual, nameof(actual));
        ReadOnlySpan<T> given = EvaluationInput.Columns(probabilities, nameof(probabilities));
        return actual.RowCount == probabilities.RowCount && actual.ColumnCount == probabilities.ColumnCount
            ? Compare(expected, nameof(actual), given, actual.RowCount, weights, threshold)
            : throw new ArgumentException(
                $"There must be one probability per label and sample, but the labels are {actual.RowCount} x {actual.ColumnCount} and the "
                + $"probabilities {probabilities.RowCount} x {probabilities.ColumnCount}.",
                nameof(probabilities));
    }

    /// <summary>Compares probabilities with the labels of a data set, and counts its samples by their weights.</summary>
    /// <param name="samples">The samples, whose targets are values: 1 for a label that a sample has and 0 for others.</param>
    /// <param name="probabilities">The probability of each label, (labels × samples).</param>
    /// <param name="threshold">The smallest probability that means yes, between 0 and 1.</param>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <returns>The measures.</returns>
    /// <exception cref="ArgumentException">The targets are classes, or not 0 or 1, the probabilities are not labels × samples, or one is
    /// not from 0 to 1.</exception>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threshold"/> is not between 0 and 1.</exception>
    public static MultiLabelMetrics Of<T>(Dataset<T> samples, Matrix<T> probabilities, double threshold = 0.5)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(samples);
        if (samples.ValueCount == 0)
        {
            throw new ArgumentException(
                "The samples must have a value of 0 or 1 per label, but their targets are classes: use Predictions, or for two classes "
                + $"{nameof(BinaryMetrics)}.",
                nameof(samples));
        }

        EvaluationInput.CheckShape(samples, samples.ValueCount, probabilities, "probabilities", nameof(probabilities));
        return Compare(
            samples.Values,
            nameof(samples),
            EvaluationInput.Columns(probabilities, nameof(probabilities)),
            samples.ValueCount,
            samples.Weights,
            threshold);
    }

    /// <summary>Returns the measures, rounded to four digits.</summary>
    /// <returns>For instance <c>micro F1 0.8123, macro F1 0.7512, subset accuracy 0.6100 of 14 labels</c>, in the invariant
    /// culture.</returns>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"micro F1 {MicroAverage.F1:0.0000}, macro F1 {MacroAverage.F1:0.0000}, subset accuracy {SubsetAccuracy:0.0000} ")
        + string.Create(CultureInfo.InvariantCulture, $"of {Labels.Count} labels");

    private static MultiLabelMetrics Compare<T>(
        ReadOnlySpan<T> actual,
        string actualParameter,
        ReadOnlySpan<T> probabilities,
        int labels,
        ReadOnlySpan<double> weights,
        double threshold)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        BinaryMetrics.CheckThreshold(threshold);
        if (actual.IsEmpty)
        {
            throw new ArgumentException("There must be at least one label and one sample, but there was none.", actualParameter);
        }

        int samples = actual.Length / labels;
        EvaluationInput.CheckProbabilities(probabilities, labels, nameof(probabilities));
        SampleWeights counted = SampleWeights.Checked(weights, samples, nameof(weights));
        int[] answers = EvaluationInput.ToLabels(actual, labels, actualParameter);
        int[] own = new int[samples];
        var ofLabel = new T[samples];
        bool[] isWrong = new bool[samples];
        var metrics = new BinaryMetrics[labels];
        for (int label = 0; label < labels; label++)
        {
            for (int i = 0; i < samples; i++)
            {
                own[i] = answers[(i * labels) + label];
                ofLabel[i] = probabilities[(i * labels) + label];
                isWrong[i] |= double.CreateChecked(ofLabel[i]) >= threshold != (own[i] == 1);
            }

            metrics[label] = BinaryMetrics.Of<T>(own, ofLabel, weights, threshold);
        }

        double correct = 0, all = 0;
        for (int i = 0; i < samples; i++)
        {
            correct += isWrong[i] ? 0 : counted[i];
            all += counted[i];
        }

        MultiLabelMetrics? unweighted = counted.AreGiven
            ? new([.. metrics.Select(label => label.Unweighted!)], (double)isWrong.Count(wrong => !wrong) / samples, null)
            : null;
        return new(metrics, correct / all, unweighted);
    }

    private static ClassMetrics Average(BinaryMetrics[] labels, long support, Func<BinaryMetrics, double> weight)
    {
        double precision = 0, recall = 0, f1 = 0, weights = 0;
        foreach (BinaryMetrics label in labels)
        {
            double own = weight(label);
            ClassMetrics metrics = label.Yes;
            precision += own * metrics.Precision;
            recall += own * metrics.Recall;
            f1 += own * metrics.F1;
            weights += own;
        }

        double divisor = weights > 0 ? weights : 1;
        return new() { Precision = precision / divisor, Recall = recall / divisor, F1 = f1 / divisor, Support = support };
    }
}
