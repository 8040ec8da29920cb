using System.Globalization;
using System.Numerics;

namespace NeuralNets.Core.Evaluation;

/// <summary>How much of what is taken for yes is, for how much of yes that is found, over all thresholds of a score: for a yes that is
/// rare, more telling than a <see cref="RocCurve"/>.</summary>
/// <remarks>Samples with equal scores pass a threshold together. Samples with the weight 0 do not count. The points are those of
/// scikit-learn's <c>precision_recall_curve</c>, in the opposite order.</remarks>
public sealed class PrecisionRecallCurve
{
    private PrecisionRecallCurve(PrecisionRecallPoint[] points, double averagePrecision)
    {
        Points = Array.AsReadOnly(points);
        AveragePrecision = averagePrecision;
    }

    /// <summary>The points by falling threshold, so by rising recall: one per different score, and before them precision 1 and recall 0.
    /// </summary>
    public IReadOnlyList<PrecisionRecallPoint> Points { get; }

    /// <summary>The mean precision, each times the step in recall to it, <c>Σ(Rᵢ − Rᵢ₋₁)·Pᵢ</c>, 0 … 1. Scores that say nothing have the
    /// fraction of yes.</summary>
    public double AveragePrecision { get; }

    /// <summary>Computes the curve.</summary>
    /// <param name="actual">1 for yes and 0 for no, one per sample.</param>
    /// <param name="scores">One finite score per sample, higher for yes: probabilities, or any other numbers.</param>
    /// <param name="weights">How much each sample counts, finite and not negative; none if all count the same.</param>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <returns>The curve. It depends on the order of the scores alone.</returns>
    /// <exception cref="ArgumentException">There is no sample, the numbers of labels, scores or weights differ, a label is neither 0 nor 1,
    /// a score is NaN or infinite, the weights are not finite, not negative and of a positive sum, or no sample that counts is yes.
    /// </exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public static PrecisionRecallCurve Of<T>(ReadOnlySpan<int> actual, ReadOnlySpan<T> scores, ReadOnlySpan<double> weights = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        TryCreate(RankedScores.Of(actual, scores, SampleWeights.Checked(weights, actual.Length, nameof(weights))))
        ?? throw new ArgumentException("The curve needs samples that are yes, but all that count are no.", nameof(actual));

    /// <summary>Returns the average precision and the number of points.</summary>
    /// <returns>For instance <c>average precision 0.8123, 120 points</c>, in the invariant culture.</returns>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"average precision {AveragePrecision:0.0000}, {Points.Count} points");

    /// <summary>Returns the curve; null if no sample is yes.</summary>
    internal static PrecisionRecallCurve? TryCreate(RankedScores ranked)
    {
        double positives = ranked.Positives;
        if (positives == 0)
        {
            return null;
        }

        var points = new PrecisionRecallPoint[ranked.Thresholds.Count + 1];
        points[0] = new(double.PositiveInfinity, 1, 0);
        double sum = 0, before = 0;
        for (int i = 0; i < ranked.Thresholds.Count; i++)
        {
            double yes = ranked.TruePositives[i];
            double precision = yes / (yes + ranked.FalsePositives[i]);
            sum += (yes - before) * precision;
            before = yes;
            points[i + 1] = new(ranked.Thresholds[i], precision, yes / positives);
        }

        return new(points, sum / positives);
    }
}
