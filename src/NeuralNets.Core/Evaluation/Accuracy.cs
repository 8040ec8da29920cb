namespace NeuralNets.Core.Evaluation;

/// <summary>The fraction of samples whose label was predicted.</summary>
public static class Accuracy
{
    /// <summary>Compares predicted with actual labels.</summary>
    /// <param name="actual">The true label of each sample.</param>
    /// <param name="predicted">The predicted label of each sample.</param>
    /// <param name="weights">How much each sample counts, finite and not negative; none if all count the same.</param>
    /// <returns>The fraction of equal pairs, 0 … 1, by weight.</returns>
    /// <exception cref="ArgumentException">There is no sample, the numbers of labels or weights differ, or the weights are not finite, not
    /// negative and of a positive sum.</exception>
    public static double Of(ReadOnlySpan<int> actual, ReadOnlySpan<int> predicted, ReadOnlySpan<double> weights = default)
    {
        EvaluationInput.CheckCount(actual.Length, predicted.Length, "predicted label", "predicted", nameof(predicted));
        SampleWeights counted = SampleWeights.Checked(weights, actual.Length, nameof(weights));
        double correct = 0, all = 0;
        for (int i = 0; i < actual.Length; i++)
        {
            correct += actual[i] == predicted[i] ? counted[i] : 0;
            all += counted[i];
        }

        return correct / all;
    }
}
