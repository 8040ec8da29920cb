namespace NeuralNets.Core.Evaluation;

/// <summary>How often each class was taken for each other, and the measures that follow from that.</summary>
public sealed class ConfusionMatrix
{
    private readonly long[,] _counts;
    private readonly long[] _occurrences;
    private readonly long[] _predictions;

    /// <summary>Counts the pairs of actual and predicted labels.</summary>
    /// <param name="actual">The true label of each sample, 0 … classes−1.</param>
    /// <param name="predicted">The predicted label of each sample, 0 … classes−1.</param>
    /// <param name="classes">The number of classes, positive.</param>
    /// <exception cref="ArgumentException">There is no sample, the numbers of labels differ, or a label is no class.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="classes"/> is not positive.</exception>
    public ConfusionMatrix(ReadOnlySpan<int> actual, ReadOnlySpan<int> predicted, int classes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(classes);
        Accuracy = Evaluation.Accuracy.Of(actual, predicted);
        Requirements.CheckLabels(actual, classes, nameof(actual));
        Requirements.CheckLabels(predicted, classes, nameof(predicted));
        _counts = new long[classes, classes];
        _occurrences = new long[classes];
        _predictions = new long[classes];
        for (int i = 0; i < actual.Length; i++)
        {
            _counts[actual[i], predicted[i]]++;
            _occurrences[actual[i]]++;
            _predictions[predicted[i]]++;
        }

        Samples = actual.Length;
    }

    /// <summary>The number of classes.</summary>
    public int Classes => _counts.GetLength(0);

    /// <summary>The number of samples.</summary>
    public long Samples { get; }

    /// <summary>The share of the samples whose label was predicted, 0 … 1.</summary>
    public double Accuracy { get; }

    /// <summary>The number of samples of one class for which one was predicted.</summary>
    /// <param name="actual">The true class, 0 … <see cref="Classes"/>−1.</param>
    /// <param name="predicted">The predicted class, 0 … <see cref="Classes"/>−1.</param>
    /// <returns>The number of samples.</returns>
    /// <exception cref="IndexOutOfRangeException">One of them is no class.</exception>
    public long this[int actual, int predicted] => _counts[actual, predicted];

    /// <summary>Returns how well one class was recognised.</summary>
    /// <param name="label">The class, 0 … <see cref="Classes"/>−1.</param>
    /// <returns>Its precision, recall, F1 and number of samples.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="label"/> is no class.</exception>
    public ClassMetrics Metrics(int label)
    {
        if ((uint)label >= (uint)Classes)
        {
            throw new ArgumentOutOfRangeException(nameof(label), label, $"The class must be between 0 and {Classes - 1}.");
        }

        long hits = _counts[label, label];
        long occurrences = _occurrences[label];
        long predictions = _predictions[label];
        return new ClassMetrics
        {
            Precision = Share(hits, predictions),
            Recall = Share(hits, occurrences),
            F1 = Share(2 * hits, occurrences + predictions),
            Support = occurrences,
        };
    }

    /// <summary>Returns the mean of each measure over the classes, all counting the same.</summary>
    /// <returns>The means, and the number of all samples.</returns>
    /// <remarks>A class that neither occurs nor was predicted says nothing and is left out, as in scikit-learn.</remarks>
    public ClassMetrics MacroAverage() => Average(label => _occurrences[label] + _predictions[label] > 0 ? 1 : 0);

    /// <summary>Returns the mean of each measure over the classes, each counting as often as it occurs.</summary>
    /// <returns>The means, and the number of all samples. The weighted recall is the accuracy.</returns>
    public ClassMetrics WeightedAverage() => Average(label => _occurrences[label]);

    private ClassMetrics Average(Func<int, long> weight)
    {
        double precision = 0, recall = 0, f1 = 0;
        long weights = 0;
        for (int label = 0; label < Classes; label++)
        {
            long share = weight(label);
            ClassMetrics metrics = Metrics(label);
            precision += share * metrics.Precision;
            recall += share * metrics.Recall;
            f1 += share * metrics.F1;
            weights += share;
        }

        return new ClassMetrics
        {
            Precision = precision / weights,
            Recall = recall / weights,
            F1 = f1 / weights,
            Support = Samples,
        };
    }

    /// <summary>A share, where none of nothing is 0.</summary>
    private static double Share(long part, long whole) => whole == 0 ? 0 : (double)part / whole;
}
