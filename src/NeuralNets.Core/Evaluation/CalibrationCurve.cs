using System.Globalization;
using System.Numerics;

namespace NeuralNets.Core.Evaluation;

/// <summary>How often the answer is yes where a probability says how often it should be.</summary>
/// <remarks>Probabilities are put into bins of the same width: of n bins, the i-th has those above (i − 1)/n and up to i/n, the first those
/// of 0, too, as in scikit-learn's <c>calibration_curve</c>.</remarks>
public sealed class CalibrationCurve
{
    /// <summary>The number of bins unless another is given.</summary>
    internal const int DefaultBinCount = 10;

    private CalibrationCurve(CalibrationBin[] bins)
    {
        Bins = Array.AsReadOnly(bins);
        foreach (CalibrationBin bin in bins)
        {
            ExpectedError += bin.Share * Math.Abs(bin.MeanProbability - bin.YesFraction);
        }
    }

    /// <summary>The bins that have samples, by rising probability.</summary>
    public IReadOnlyList<CalibrationBin> Bins { get; }

    /// <summary>The expected calibration error (ECE): the mean over the bins of the distance between the mean probability and the
    /// fraction of yes, each times its share of the samples; 0 … 1.</summary>
    public double ExpectedError { get; }

    /// <summary>Computes the curve.</summary>
    /// <param name="actual">1 for yes and 0 for no, one per sample.</param>
    /// <param name="probabilities">The probability of yes, one per sample.</param>
    /// <param name="weights">How much each sample counts, finite and not negative; none if all count the same.</param>
    /// <param name="binCount">The number of equal parts of the interval from 0 to 1.</param>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <returns>The curve.</returns>
    /// <exception cref="ArgumentException">There is no sample, the numbers of labels, probabilities or weights differ, a label is neither 0
    /// nor 1, a probability is not from 0 to 1, or the weights are not finite, not negative and of a positive sum.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="binCount"/> is not positive.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public static CalibrationCurve Of<T>(
        ReadOnlySpan<int> actual,
        ReadOnlySpan<T> probabilities,
        ReadOnlySpan<double> weights = default,
        int binCount = DefaultBinCount)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ElementType.Check<T>();
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(binCount);
        EvaluationInput.CheckCount(actual.Length, probabilities.Length, "probability", "probabilities", nameof(probabilities));
        Requirements.CheckLabels(actual, 2, nameof(actual));
        EvaluationInput.CheckProbabilities(probabilities, 1, nameof(probabilities));
        SampleWeights counted = SampleWeights.Checked(weights, actual.Length, nameof(weights));
        var sums = new SortedDictionary<int, Sums>(); // of the bins that have samples, however many there are
        double all = 0;
        for (int i = 0; i < actual.Length; i++)
        {
            double weight = counted[i];
            if (weight > 0)
            {
                double probability = double.CreateChecked(probabilities[i]);
                int bin = BinOf(probability, binCount);
                sums[bin] = sums.GetValueOrDefault(bin).Add(probability, actual[i], weight);
                all += weight;
            }
        }

        return new([.. sums.Values.Select(bin => new CalibrationBin(
            bin.Probability / bin.Weight, bin.Yes / bin.Weight, bin.Count, bin.Weight / all))]);
    }

    /// <summary>Returns the error and the number of bins.</summary>
    /// <returns>For instance <c>expected calibration error 0.0312, 10 bins with samples</c>, in the invariant culture.</returns>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"expected calibration error {ExpectedError:0.0000}, {Bins.Count} bins with samples");

    /// <summary>Returns the bin of a probability: the first whose upper edge is not below it.</summary>
    private static int BinOf(double probability, int count)
    {
        double width = 1.0 / count;
        int bin = Math.Min((int)(probability * count), count - 1);
        while (bin > 0 && probability <= bin * width)
        {
            bin--;
        }

        return bin < count - 1 && probability > (bin + 1) * width ? bin + 1 : bin;
    }

    private readonly record struct Sums(double Probability, double Yes, double Weight, int Count)
    {
        public Sums Add(double probability, int actual, double weight) =>
            new(Probability + (weight * probability), Yes + (weight * actual), Weight + weight, Count + 1);
    }
}
