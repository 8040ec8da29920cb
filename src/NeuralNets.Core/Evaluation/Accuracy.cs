namespace NeuralNets.Core.Evaluation;

/// <summary>The fraction of samples whose label was predicted.</summary>
public static class Accuracy
{
    /// <summary>Compares predicted with actual labels.</summary>
    /// <param name="actual">The true label of each sample.</param>
    /// <param name="predicted">The predicted label of each sample.</param>
    /// <returns>The fraction of equal pairs, 0 … 1.</returns>
    /// <exception cref="ArgumentException">There is no sample, or the numbers of labels differ.</exception>
    public static double Of(ReadOnlySpan<int> actual, ReadOnlySpan<int> predicted)
    {
        if (actual.IsEmpty || actual.Length != predicted.Length)
        {
            throw new ArgumentException(
                "There must be one predicted label per actual one, and at least one, "
                + $"but there were {actual.Length} actual and {predicted.Length} predicted.",
                nameof(predicted));
        }

        int correct = 0;
        for (int i = 0; i < actual.Length; i++)
        {
            correct += actual[i] == predicted[i] ? 1 : 0;
        }

        return (double)correct / actual.Length;
    }
}
