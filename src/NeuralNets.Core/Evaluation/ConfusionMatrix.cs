using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace NeuralNets.Core.Evaluation;

/// <summary>How often each class was taken for each other, and the measures that follow from that.</summary>
/// <remarks>The table is kept sparse: it has at most one entry per sample, however many classes there are. With weights, the measures
/// count each sample by its weight, and <see cref="Unweighted"/> has them without; a sample with the weight 0 does not count.</remarks>
public sealed class ConfusionMatrix
{
    private const int MaxPrintedClasses = 20;

    private readonly Dictionary<(int Actual, int Predicted), Cell> _cells = [];
    private readonly SortedList<int, ClassAmounts> _classes;
    private readonly double _total;

    /// <summary>Counts the pairs of actual and predicted labels.</summary>
    /// <param name="actual">The true label of each sample, 0 … <paramref name="classCount"/>−1.</param>
    /// <param name="predicted">The predicted label of each sample, 0 … <paramref name="classCount"/>−1.</param>
    /// <param name="classCount">The number of classes, positive.</param>
    /// <param name="weights">How much each sample counts in the measures, finite and not negative; none if all count the same.</param>
    /// <exception cref="ArgumentException">There is no sample, the numbers of labels or weights differ, a label is not a class, or the
    /// weights are not finite, not negative and of a positive sum.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="classCount"/> is not positive.</exception>
    public ConfusionMatrix(
        ReadOnlySpan<int> actual, ReadOnlySpan<int> predicted, int classCount, ReadOnlySpan<double> weights = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(classCount);
        Accuracy = Evaluation.Accuracy.Of(actual, predicted, weights);
        Requirements.CheckLabels(actual, classCount, nameof(actual));
        Requirements.CheckLabels(predicted, classCount, nameof(predicted));
        SampleWeights counted = SampleWeights.Checked(weights, actual.Length, nameof(weights));
        ClassCount = classCount;
        SampleCount = actual.Length;
        var classes = new Dictionary<int, ClassAmounts>();
        for (int i = 0; i < actual.Length; i++)
        {
            double weight = counted[i];
            CollectionsMarshal.GetValueRefOrAddDefault(_cells, (actual[i], predicted[i]), out _).Add(weight);
            ref ClassAmounts occurring = ref CollectionsMarshal.GetValueRefOrAddDefault(classes, actual[i], out _);
            occurring.Count++;
            occurring.Actual += weight;
            CollectionsMarshal.GetValueRefOrAddDefault(classes, predicted[i], out _).Predicted += weight;
            _total += weight;
        }

        _classes = new(classes);
        Unweighted = counted.AreGiven ? new ConfusionMatrix(actual, predicted, classCount) : null;
    }

    /// <summary>The number of classes.</summary>
    public int ClassCount { get; }

    /// <summary>The number of samples.</summary>
    public long SampleCount { get; }

    /// <summary>The fraction of the samples whose label was predicted, 0 … 1.</summary>
    public double Accuracy { get; }

    /// <summary>The mean recall of the classes that occur, 0 … 1: the accuracy if all of them were equally frequent.</summary>
    public double BalancedAccuracy
    {
        get
        {
            double sum = 0;
            int count = 0;
            foreach ((int label, ClassAmounts amounts) in _classes)
            {
                if (amounts.Actual > 0)
                {
                    sum += Correct(label) / amounts.Actual;
                    count++;
                }
            }

            return sum / count;
        }
    }

    /// <summary>The correlation between actual and predicted classes, −1 … 1 (Matthews; for several classes, Gorodkin's): 1 if all are
    /// correct, about 0 for guesses, whatever the frequencies of the classes. 0 if all samples are of one class or predicted to be.
    /// </summary>
    /// <remarks>With t and p the numbers of samples that are and are predicted to be of a class, c of those that are both, and n of all:
    /// <c>Σ(n·c − t·p)/√(Σt(n − t)·Σp(n − p))</c>, with sums over the classes.</remarks>
    public double MatthewsCorrelation
    {
        get
        {
            double covariance = 0, ofActual = 0, ofPredicted = 0;
            int actual = 0, predicted = 0;
            foreach ((int label, ClassAmounts amounts) in _classes)
            {
                // Shares of all: products of numbers of samples could overflow.
                double t = amounts.Actual / _total;
                double p = amounts.Predicted / _total;
                covariance += (Correct(label) / _total) - (t * p);
                ofActual += t * (1 - t);
                ofPredicted += p * (1 - p);
                actual += t > 0 ? 1 : 0;
                predicted += p > 0 ? 1 : 0;
            }

            return actual < 2 || predicted < 2 ? 0 : covariance / (Math.Sqrt(ofActual) * Math.Sqrt(ofPredicted));
        }
    }

    /// <summary>The same where every sample counts the same; null if there are no weights, since this is that already.</summary>
    public ConfusionMatrix? Unweighted { get; }

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
            return _cells.GetValueOrDefault((actual, predicted)).Count;
        }
    }

    /// <summary>Returns how well one class was recognised.</summary>
    /// <param name="label">The class, 0 … <see cref="ClassCount"/>−1.</param>
    /// <returns>Its precision, recall, F1 and number of samples.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="label"/> is not a class.</exception>
    public ClassMetrics GetMetrics(int label)
    {
        CheckClass(label, nameof(label));
        ClassAmounts amounts = AmountsOf(label);
        return ClassMetrics.Of(Correct(label), amounts.Actual, amounts.Predicted, amounts.Count);
    }

    /// <summary>Computes the mean of each measure over the classes, each with the same weight.</summary>
    /// <returns>The means, and the number of all samples.</returns>
    /// <remarks>A class that neither occurs nor was predicted says nothing and is left out, as in scikit-learn.</remarks>
    public ClassMetrics ComputeMacroAverage() => Average(_ => 1);

    /// <summary>Computes the mean of each measure over the classes, each with its samples as the weight.</summary>
    /// <returns>The means, and the number of all samples. The weighted recall is the accuracy.</returns>
    public ClassMetrics ComputeWeightedAverage() => Average(amounts => amounts.Actual);

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

        int width = Math.Max(_cells.Values.Max(cell => cell.Count), ClassCount - 1).ToString(CultureInfo.InvariantCulture).Length + 2;
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

    /// <summary>Returns how much is actually of a class and predicted to be.</summary>
    internal ClassAmounts AmountsOf(int label) => _classes.GetValueOrDefault(label);

    /// <summary>Returns how much is both of a class and predicted to be.</summary>
    internal double Correct(int label) => _cells.GetValueOrDefault((label, label)).Weight;

    /// <summary>Averages over the classes that occur or were predicted, in their order.</summary>
    private ClassMetrics Average(Func<ClassAmounts, double> weight)
    {
        double precision = 0, recall = 0, f1 = 0, weights = 0;
        foreach ((int label, ClassAmounts amounts) in _classes)
        {
            if (amounts.Actual + amounts.Predicted == 0)
            {
                continue;
            }

            double classWeight = weight(amounts);
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

    /// <summary>How much is of a class, and how much was predicted to be, by weight; and how many samples are.</summary>
    internal struct ClassAmounts
    {
        public long Count;
        public double Actual;
        public double Predicted;
    }

    private struct Cell
    {
        public long Count;
        public double Weight;

        public void Add(double weight)
        {
            Count++;
            Weight += weight;
        }
    }
}
