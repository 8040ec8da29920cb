using System.Globalization;
using System.Numerics;
using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Data;

namespace NeuralNets.Core.Evaluation;

/// <summary>How good the probabilities of yes are, for samples whose answer is known.</summary>
/// <example><code>Console.WriteLine(BinaryMetrics.Of(test, network.Predict(test)));</code></example>
/// <remarks>With weights, the measures count each sample by its weight, and <see cref="Unweighted"/> has them without; a sample with the
/// weight 0 does not count.</remarks>
public sealed class BinaryMetrics
{
    private BinaryMetrics(ConfusionMatrix confusion, RankedScores ranked)
    {
        Confusion = confusion;
        RocAuc = RocCurve.TryCreate(ranked)?.Auc;
        AveragePrecision = PrecisionRecallCurve.TryCreate(ranked)?.AveragePrecision;
    }

    /// <summary>The mean of <c>−log p</c>, with p the probability that was given to the actual answer.</summary>
    /// <remarks>As in scikit-learn, probabilities are first brought between ε and 1 − ε, with ε the distance from 1 to the next number of
    /// the element type (2⁻²³ for float, 2⁻⁵² for double): so the loss is finite for a probability of 0, too. The cost of
    /// <see cref="Losses.BinaryCrossEntropyLoss{T}"/> comes from the logits, and does not need that.</remarks>
    public double LogLoss { get; private init; }

    /// <summary>The mean of the squared distance between the probability of yes and the answer, 1 or 0; 0 … 1.</summary>
    public double BrierScore { get; private init; }

    /// <summary>The expected calibration error in ten bins: see <see cref="CalibrationCurve"/>.</summary>
    public double CalibrationError { get; private init; }

    /// <summary>The area under the <see cref="RocCurve"/>; null if all samples are yes or all are no.</summary>
    public double? RocAuc { get; }

    /// <summary>The average precision of the <see cref="PrecisionRecallCurve"/>; null if no sample is yes.</summary>
    public double? AveragePrecision { get; }

    /// <summary>The answers by the threshold: class 0 is no, 1 is yes. It has the accuracy, the balanced accuracy and Matthews's
    /// correlation.</summary>
    public ConfusionMatrix Confusion { get; }

    /// <summary>The precision, recall and F1 of yes, by the threshold.</summary>
    public ClassMetrics Yes => Confusion.GetMetrics(1);

    /// <summary>The same where every sample counts the same; null if there are no weights, since this is that already.</summary>
    public BinaryMetrics? Unweighted { get; private init; }

    /// <summary>Compares probabilities with answers.</summary>
    /// <param name="actual">1 for yes and 0 for no, one per sample.</param>
    /// <param name="probabilities">The probability of yes, one per sample.</param>
    /// <param name="weights">How much each sample counts, finite and not negative; none if all count the same.</param>
    /// <param name="threshold">The smallest probability that means yes, between 0 and 1.</param>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <returns>The measures.</returns>
    /// <exception cref="ArgumentException">There is no sample, the numbers of labels, probabilities or weights differ, a label is neither 0
    /// nor 1, a probability is not from 0 to 1, or the weights are not finite, not negative and of a positive sum.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threshold"/> is not between 0 and 1.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public static BinaryMetrics Of<T>(
        ReadOnlySpan<int> actual,
        ReadOnlySpan<T> probabilities,
        ReadOnlySpan<double> weights = default,
        double threshold = 0.5)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ElementType.Check<T>();
        CheckThreshold(threshold);
        EvaluationInput.CheckCount(actual.Length, probabilities.Length, "probability", "probabilities", nameof(probabilities));
        Requirements.CheckLabels(actual, 2, nameof(actual));
        EvaluationInput.CheckProbabilities(probabilities, 1, nameof(probabilities));
        SampleWeights counted = SampleWeights.Checked(weights, actual.Length, nameof(weights));
        int[] predicted = new int[actual.Length];
        double[] logarithms = new double[actual.Length];
        double epsilon = EvaluationInput.Epsilon<T>();
        for (int i = 0; i < predicted.Length; i++)
        {
            double probability = double.CreateChecked(probabilities[i]);
            predicted[i] = probability >= threshold ? 1 : 0;
            double clipped = Math.Clamp(probability, epsilon, 1 - epsilon);
            logarithms[i] = actual[i] == 1 ? clipped : 1 - clipped;
        }

        EvaluationInput.Log(logarithms);
        double loss = 0, squares = 0, all = 0;
        for (int i = 0; i < predicted.Length; i++)
        {
            double distance = double.CreateChecked(probabilities[i]) - actual[i];
            loss -= counted[i] * logarithms[i];
            squares += counted[i] * (distance * distance);
            all += counted[i];
        }

        return new(new ConfusionMatrix(actual, predicted, 2, weights), RankedScores.Of(actual, probabilities, counted))
        {
            LogLoss = loss / all,
            BrierScore = squares / all,
            CalibrationError = CalibrationCurve.Of(actual, probabilities, weights).ExpectedError,
            Unweighted = counted.AreGiven ? Of(actual, probabilities, threshold: threshold) : null,
        };
    }

    /// <summary>Compares probabilities with the answers of a data set, and counts its samples by their weights.</summary>
    /// <param name="samples">The samples, with labels of two classes, or one value of 0 or 1 each.</param>
    /// <param name="probabilities">The probability of yes, (1 × samples), or those of the two classes, (2 × samples).</param>
    /// <param name="threshold">The smallest probability that means yes, between 0 and 1.</param>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <returns>The measures.</returns>
    /// <exception cref="ArgumentException">The targets are not of two classes or one value of 0 or 1 each, the probabilities are not of the
    /// right shape, or one is not from 0 to 1.</exception>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threshold"/> is not between 0 and 1.</exception>
    public static BinaryMetrics Of<T>(Dataset<T> samples, Matrix<T> probabilities, double threshold = 0.5)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(samples);
        ArgumentNullException.ThrowIfNull(probabilities);
        if (samples.ClassCount != 2 && samples.ValueCount != 1)
        {
            throw new ArgumentException(
                $"The samples must be yes or no, with labels of 2 classes or one value each, but there are {samples}: use "
                + $"{(samples.ClassCount > 0 ? "Predictions" : nameof(MultiLabelMetrics))}.",
                nameof(samples));
        }

        int rows = probabilities.RowCount == 2 && samples.ClassCount == 2 ? 2 : 1;
        EvaluationInput.CheckShape(samples, rows, probabilities, "probabilities", nameof(probabilities));
        ReadOnlySpan<int> actual = samples.ClassCount == 2
            ? samples.Labels
            : EvaluationInput.ToLabels(samples.Values, 1, nameof(samples));
        return Of<T>(actual, probabilities.Row(rows - 1).ToArray(), samples.Weights, threshold);
    }

    /// <summary>Returns the measures, rounded to four digits.</summary>
    /// <returns>For instance <c>ROC AUC 0.9412, average precision 0.8123, log loss 0.3012, Brier score 0.0912, accuracy 0.8800</c>, in the
    /// invariant culture.</returns>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"ROC AUC {Text(RocAuc)}, average precision {Text(AveragePrecision)}, log loss {LogLoss:0.0000}, Brier score {BrierScore:0.0000}, ")
        + string.Create(CultureInfo.InvariantCulture, $"accuracy {Confusion.Accuracy:0.0000}");

    /// <exception cref="ArgumentOutOfRangeException">It is not between 0 and 1.</exception>
    internal static void CheckThreshold(double threshold)
    {
        if (!(threshold > 0 && threshold < 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(threshold), threshold, "The smallest probability that means yes must be between 0 and 1.");
        }
    }

    private static string Text(double? measure) => measure?.ToString("0.0000", CultureInfo.InvariantCulture) ?? "undefined";
}
