namespace NeuralNets.Core.Evaluation;

/// <summary>How often each class was taken for each other.</summary>
public sealed class ConfusionMatrix
{
    private readonly long[,] _counts;

    /// <summary>Counts the pairs of actual and predicted labels.</summary>
    /// <param name="actual">The true label of each sample, 0 … classes−1.</param>
    /// <param name="predicted">The predicted label of each sample, 0 … classes−1.</param>
    /// <param name="classes">The number of classes, positive.</param>
    /// <exception cref="ArgumentException">There is no sample, the numbers of labels differ, or a label is out of range.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="classes"/> is not positive.</exception>
    public ConfusionMatrix(ReadOnlySpan<int> actual, ReadOnlySpan<int> predicted, int classes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(classes);
        Accuracy = Evaluation.Accuracy.Of(actual, predicted);
        Requirements.CheckLabels(actual, classes, nameof(actual));
        Requirements.CheckLabels(predicted, classes, nameof(predicted));
        _counts = new long[classes, classes];
        for (int i = 0; i < actual.Length; i++)
        {
            _counts[actual[i], predicted[i]]++;
        }

        Samples = actual.Length;
    }

    /// <summary>The number of classes.</summary>
    public int Classes => _counts.GetLength(0);

    /// <summary>The number of samples.</summary>
    public int Samples { get; }

    /// <summary>The share of the samples whose label was predicted, 0 … 1.</summary>
    public double Accuracy { get; }

    /// <summary>The number of samples of one class for which one was predicted.</summary>
    /// <param name="actual">The true class.</param>
    /// <param name="predicted">The predicted class.</param>
    /// <returns>The number of samples.</returns>
    public long this[int actual, int predicted] => _counts[actual, predicted];
}
