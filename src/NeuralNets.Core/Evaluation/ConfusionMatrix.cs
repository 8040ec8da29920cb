using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace NeuralNets.Core.Evaluation;

/// <summary>How often each class was taken for each other, and the measures that follow from that.</summary>
/// <remarks>The table is kept sparse: it has at most one entry per sample, however many classes there are.</remarks>
public sealed class ConfusionMatrix
{
    private const int MaxPrintedClasses = 20;

    private readonly Dictionary<(int Actual, int Predicted), long> _counts = [];
    private readonly SortedDictionary<int, ClassCounts> _classes = [];

    /// <summary>Counts the pairs of actual and predicted labels.</summary>
    /// <param name="actual">The true label of each sample, 0 … <paramref name="classCount"/>−1.</param>
    /// <param name="predicted">The predicted label of each sample, 0 … <paramref name="classCount"/>−1.</param>
    /// <param name="classCount">The number of classes, positive.</param>
    /// <exception cref="ArgumentException">There is no sample, the numbers of labels differ, or a label is not a class.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="classCount"/> is not positive.</exception>
    public ConfusionMatrix(ReadOnlySpan<int> actual, ReadOnlySpan<int> predicted, int classCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(classCount);
        Accuracy = Evaluation.Accuracy.Of(actual, predicted);
        Requirements.CheckLabels(actual, classCount, nameof(actual));
        Requirements.CheckLabels(predicted, classCount, nameof(predicted));
        ClassCount = classCount;
        SampleCount = actual.Length;
        for (int i = 0; i < actual.Length; i++)
        {
            CollectionsMarshal.GetValueRefOrAddDefault(_counts, (actual[i], predicted[i]), out _)++;
        }

        foreach (((int label, int answer), long count) in _counts)
        {
            _classes[label] = Counts(label).Add(occurrences: count, predictions: 0);
            _classes[answer] = Counts(answer).Add(occurrences: 0, predictions: count);
        }
    }

    /// <summary>The number of classes.</summary>
    public int ClassCount { get; }

    /// <summary>The number of samples.</summary>
    public long SampleCount { get; }

    /// <summary>The fraction of the samples whose label was predicted, 0 … 1.</summary>
    public double Accuracy { get; }

    /// <summary>The number of samples of one class for which one was predicted.</summary>
    /// <param name="actual">The true class, 0 … <see cref="ClassCount"/>−1.</param>
    /// <param name="predicted">The predicted class, 0 … <see cref="ClassCount"/>−1.</param>
    /// <returns>The number of samples.</returns>
    /// <exception cref="ArgumentOutOfRangeException">One of them is not a class.</exception>
    public long this[int actual, int predicted]
    {
        get
        {
            CheckClass(actual, nameof(actual));
            CheckClass(predicted, nameof(predicted));
            return _counts.GetValueOrDefault((actual, predicted));
        }
    }

    /// <summary>Returns how well one class was recognised.</summary>
    /// <param name="label">The class, 0 … <see cref="ClassCount"/>−1.</param>
    /// <returns>Its precision, recall, F1 and number of samples.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="label"/> is not a class.</exception>
    public ClassMetrics GetMetrics(int label)
    {
        CheckClass(label, nameof(label));
        long correct = _counts.GetValueOrDefault((label, label));
        (long occurrences, long predictions) = Counts(label);
        return new ClassMetrics
        {
            Precision = Fraction(correct, predictions),
            Recall = Fraction(correct, occurrences),
            F1 = Fraction(2 * correct, occurrences + predictions),
            Support = occurrences,
        };
    }

    /// <summary>Computes the mean of each measure over the classes, each with the same weight.</summary>
    /// <returns>The means, and the number of all samples.</returns>
    /// <remarks>A class that neither occurs nor was predicted says nothing and is left out, as in scikit-learn.</remarks>
    public ClassMetrics ComputeMacroAverage() => Average(_ => 1);

    /// <summary>Computes the mean of each measure over the classes, each with its number of samples as the weight.</summary>
    /// <returns>The means, and the number of all samples. The weighted recall is the accuracy.</returns>
    public ClassMetrics ComputeWeightedAverage() => Average(counts => counts.Occurrences);

    /// <summary>Returns the accuracy, and for up to 20 classes the table: a row per actual class, a column per predicted one.</summary>
    /// <returns>One line, or one line and those of the table, separated by line feeds.</returns>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"accuracy {Accuracy:0.0000} over {SampleCount} samples of {ClassCount} classes");
        if (ClassCount > MaxPrintedClasses)
        {
            return text.ToString();
        }

        int width = Math.Max(_counts.Values.Max(), ClassCount - 1).ToString(CultureInfo.InvariantCulture).Length + 2;
        text.Append("; rows: actual, columns: predicted");
        AppendLine("", label => label);
        for (int actual = 0; actual < ClassCount; actual++)
        {
            AppendLine(actual.ToString(CultureInfo.InvariantCulture), predicted => this[actual, predicted]);
        }

        return text.ToString();

        void AppendLine(string head, Func<int, long> number)
        {
            text.Append('\n').Append(head.PadLeft(width));
            for (int predicted = 0; predicted < ClassCount; predicted++)
            {
                text.Append(number(predicted).ToString(CultureInfo.InvariantCulture).PadLeft(width));
            }
        }
    }

    private void CheckClass(int label, string parameter)
    {
        if ((uint)label >= (uint)ClassCount)
        {
            throw new ArgumentOutOfRangeException(parameter, label, $"The class must be between 0 and {ClassCount - 1}.");
        }
    }

    private ClassCounts Counts(int label) => _classes.GetValueOrDefault(label);

    /// <summary>Averages over the classes that occur or were predicted, in their order.</summary>
    private ClassMetrics Average(Func<ClassCounts, long> weight)
    {
        double precision = 0, recall = 0, f1 = 0;
        long weights = 0;
        foreach ((int label, ClassCounts counts) in _classes)
        {
            long classWeight = weight(counts);
            ClassMetrics metrics = GetMetrics(label);
            precision += classWeight * metrics.Precision;
            recall += classWeight * metrics.Recall;
            f1 += classWeight * metrics.F1;
            weights += classWeight;
        }

        return new ClassMetrics
        {
            Precision = precision / weights,
            Recall = recall / weights,
            F1 = f1 / weights,
            Support = SampleCount,
        };
    }

    /// <summary>Returns a fraction, which is 0 where the denominator is 0.</summary>
    private static double Fraction(long part, long whole) => whole == 0 ? 0 : (double)part / whole;

    /// <summary>How often a class occurs, and how often it was predicted.</summary>
    private readonly record struct ClassCounts(long Occurrences, long Predictions)
    {
        public ClassCounts Add(long occurrences, long predictions) => new(Occurrences + occurrences, Predictions + predictions);
    }
}
