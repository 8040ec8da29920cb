using System.Globalization;
using System.Numerics;

namespace NeuralNets.Core.Evaluation;

/// <summary>How much of yes is found for how much of no that is taken for yes, over all thresholds of a score (receiver operating
/// characteristic).</summary>
/// <example><code>double auc = RocCurve.Of(test.Labels, probabilities).Auc;</code></example>
/// <remarks>Samples with equal scores pass a threshold together. Samples with the weight 0 do not count. The points are those of
/// scikit-learn's <c>roc_curve</c> with <c>drop_intermediate=False</c>; the first threshold is infinity, as from its version 1.3 on.
/// </remarks>
public sealed class RocCurve
{
    private RocCurve(RocPoint[] points, double auc)
    {
        Points = Array.AsReadOnly(points);
        Auc = auc;
    }

    /// <summary>The points by falling threshold, from (0, 0) to (1, 1): one per different score, and the first.</summary>
    public IReadOnlyList<RocPoint> Points { get; }

    /// <summary>The area under the curve by the trapezoidal rule, 0 … 1: the probability that a yes has a higher score than a no, where
    /// equal scores count one half. 0.5 for scores that say nothing.</summary>
    public double Auc { get; }

    /// <summary>Computes the curve.</summary>
    /// <param name="actual">1 for yes and 0 for no, one per sample.</param>
    /// <param name="scores">One finite score per sample, higher for yes: probabilities, or any other numbers.</param>
    /// <param name="weights">How much each sample counts, finite and not negative; none if all count the same.</param>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <returns>The curve. It depends on the order of the scores alone.</returns>
    /// <exception cref="ArgumentException">There is no sample, the numbers of labels, scores or weights differ, a label is neither 0 nor 1,
    /// a score is NaN or infinite, the weights are not finite, not negative and of a positive sum, or all samples that count are yes or all
    /// are no.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public static RocCurve Of<T>(ReadOnlySpan<int> actual, ReadOnlySpan<T> scores, ReadOnlySpan<double> weights = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        RankedScores ranked = RankedScores.Of(actual, scores, SampleWeights.Checked(weights, actual.Length, nameof(weights)));
        return TryCreate(ranked) ?? throw new ArgumentException(
            "The curve needs samples that are yes and samples that are no, but all that count are "
            + (ranked.Positives > 0 ? "yes." : "no."),
            nameof(actual));
    }

    /// <summary>Returns the area and the number of points.</summary>
    /// <returns>For instance <c>ROC AUC 0.9412, 120 points</c>, in the invariant culture.</returns>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"ROC AUC {Auc:0.0000}, {Points.Count} points");

    /// <summary>Returns the curve; null if all samples are yes or all are no.</summary>
    internal static RocCurve? TryCreate(RankedScores ranked)
    {
        double positives = ranked.Positives;
        double negatives = ranked.Negatives;
        if (positives == 0 || negatives == 0)
        {
            return null;
        }

        var points = new RocPoint[ranked.Thresholds.Count + 1];
        points[0] = new(double.PositiveInfinity, 0, 0);
        double area = 0, yes = 0, no = 0;
        for (int i = 0; i < ranked.Thresholds.Count; i++)
        {
            // Sums of weights, divided once: exact where all weights are 1.
            area += (ranked.FalsePositives[i] - no) * (ranked.TruePositives[i] + yes);
            yes = ranked.TruePositives[i];
            no = ranked.FalsePositives[i];
            points[i + 1] = new(ranked.Thresholds[i], no / negatives, yes / positives);
        }

        return new(points, area / 2 / positives / negatives);
    }
}
