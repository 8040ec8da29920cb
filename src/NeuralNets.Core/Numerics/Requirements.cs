namespace NeuralNets.Core.Numerics;

/// <summary>Checks that more than one public entry point makes.</summary>
internal static class Requirements
{
    public static void CheckSoftmaxClasses(int classes, string parameter)
    {
        if (classes < 2)
        {
            throw new ArgumentOutOfRangeException(
                parameter,
                classes,
                "A softmax needs at least 2 classes: the probability of a single one is always 1. For yes or no, give it two classes, or "
                + "use one output with Sigmoid.");
        }
    }

    /// <summary>
    /// Returns the likely cause of an empty span, as a sentence for the end of a message; nothing if it is not empty. An array that is null
    /// becomes an empty span silently.
    /// </summary>
    public static string NullHint(int length) => length > 0 ? string.Empty
        : " An empty span may come from an array that is null: AsArray() of a sparse vector and AsColumnMajorArray() of a matrix that is "
            + "not dense are null, while ToArray() and ToColumnMajorArray() copy.";

    /// <summary>Returns the sum of the weights of samples.</summary>
    /// <param name="weights">One per sample.</param>
    /// <param name="parameter">The argument that they are.</param>
    /// <exception cref="ArgumentException">A weight is negative, NaN or infinite, or their sum is 0 or infinite.</exception>
    public static double CheckWeights(ReadOnlySpan<double> weights, string parameter)
    {
        double sum = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            sum += weights[i];
            if (!(weights[i] >= 0 && double.IsFinite(weights[i])))
            {
                throw new ArgumentException(
                    FormattableString.Invariant($"Weights must be finite and not negative, but that of sample {i} is {weights[i]}."),
                    parameter);
            }
        }

        return sum > 0 && double.IsFinite(sum)
            ? sum
            : throw new ArgumentException(
                FormattableString.Invariant($"Weights must have a positive and finite sum, but theirs is {sum}."), parameter);
    }

    public static void CheckLabels(ReadOnlySpan<int> labels, int classes, string parameter)
    {
        for (int i = 0; i < labels.Length; i++)
        {
            if ((uint)labels[i] >= (uint)classes)
            {
                throw new ArgumentException(
                    FormattableString.Invariant($"Labels must be between 0 and {classes - 1}, but sample {i} has label {labels[i]}."),
                    parameter);
            }
        }
    }
}
