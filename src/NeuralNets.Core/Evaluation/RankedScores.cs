using System.Numerics;

namespace NeuralNets.Core.Evaluation;

/// <summary>Samples that are yes or no by falling score: what curves over all thresholds are made of.</summary>
/// <remarks>Sums of weights run by falling score, and among equal scores in the order of the samples. Memory is linear in the samples.
/// </remarks>
internal sealed class RankedScores
{
    private RankedScores(List<double> thresholds, List<double> truePositives, List<double> falsePositives)
    {
        Thresholds = thresholds;
        TruePositives = truePositives;
        FalsePositives = falsePositives;
    }

    /// <summary>The different scores, falling.</summary>
    public IReadOnlyList<double> Thresholds { get; }

    /// <summary>How much of yes has at least the score, per threshold.</summary>
    public IReadOnlyList<double> TruePositives { get; }

    /// <summary>How much of no has at least the score, per threshold.</summary>
    public IReadOnlyList<double> FalsePositives { get; }

    /// <summary>How much is yes.</summary>
    public double Positives => TruePositives[^1];

    /// <summary>How much is no.</summary>
    public double Negatives => FalsePositives[^1];

    /// <param name="actual">1 for yes and 0 for no, one per sample.</param>
    /// <param name="scores">One per sample.</param>
    /// <param name="weights">How much each sample counts.</param>
    /// <exception cref="ArgumentException">There is no sample, the numbers of labels and scores differ, a label is neither 0 nor 1, or a
    /// score is not finite.</exception>
    public static RankedScores Of<T>(ReadOnlySpan<int> actual, ReadOnlySpan<T> scores, SampleWeights weights)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ElementType.Check<T>();
        EvaluationInput.CheckCount(actual.Length, scores.Length, "score", "scores", nameof(scores));
        Requirements.CheckLabels(actual, 2, nameof(actual));
        EvaluationInput.CheckFinite(scores, 1, "Scores", nameof(scores));
        int[] order = Sort(scores, weights);
        var thresholds = new List<double>();
        var truePositives = new List<double>();
        var falsePositives = new List<double>();
        double yes = 0, no = 0;
        for (int i = 0; i < order.Length; i++)
        {
            int sample = order[i];
            yes += actual[sample] == 1 ? weights[sample] : 0;
            no += actual[sample] == 0 ? weights[sample] : 0;
            if (i == order.Length - 1 || scores[sample] != scores[order[i + 1]])
            {
                thresholds.Add(double.CreateChecked(scores[sample]));
                truePositives.Add(yes);
                falsePositives.Add(no);
            }
        }

        return new(thresholds, truePositives, falsePositives);
    }

    /// <summary>Returns the samples that count by falling score, equal ones in their order.</summary>
    private static int[] Sort<T>(ReadOnlySpan<T> scores, SampleWeights weights)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int[] order = new int[scores.Length];
        T[] keys = new T[scores.Length];
        int count = 0;
        for (int i = 0; i < scores.Length; i++)
        {
            if (weights[i] > 0)
            {
                order[count] = i;
                keys[count++] = -scores[i];
            }
        }

        SortPairs(keys, order, count);
        return order[..count];
    }

    /// <summary>Sorts the first keys, and the samples with them: equal keys come in the order of the samples.</summary>
    internal static void SortPairs<T>(T[] keys, int[] samples, int count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Array.Sort(keys, samples, 0, count);
        int start = 0;
        for (int i = 1; i <= count; i++)
        {
            if (i == count || keys[i] != keys[start])
            {
                samples.AsSpan(start, i - start).Sort(); // the sort above leaves them in any order
                start = i;
            }
        }
    }
}
