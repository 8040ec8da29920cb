using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Data;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Evaluation;

/// <summary>The predictions of a classifier, whose outputs are one probability per class, for samples whose labels are known, sample by
/// sample.</summary>
/// <remarks>With weights, the measures count each sample by its weight, and <see cref="Unweighted"/> has them without.</remarks>
/// <example><code>
/// var predictions = new Predictions&lt;float>(test, network.Predict(test));
/// Console.WriteLine(predictions.Confusion.Accuracy);
/// </code></example>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed class Predictions<T>
    where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
{
    private readonly int[] _actual;
    private readonly int[] _predicted;
    private readonly double[] _confidences;
    private readonly T[]? _columns; // null: the storage is not column-major
    private readonly double[] _weights; // empty if all samples count the same

    /// <summary>Compares the true labels with probabilities.</summary>
    /// <param name="actual">The true label of each sample, 0 … classes−1; copied.</param>
    /// <param name="probabilities">The probabilities of the classes, (classes × samples).
    /// Kept, not copied, and must not change any more.</param>
    /// <param name="weights">How much each sample counts, finite and not negative; none if all count the same. Copied.</param>
    /// <exception cref="ArgumentException">
    /// There is no sample, there is not one label or weight per sample, a label is out of range, a probability is not from 0 to 1, or the
    /// weights are not finite, not negative and of a positive sum.
    /// </exception>
    /// <exception cref="ArgumentNullException"><paramref name="probabilities"/> is null.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public Predictions(ReadOnlySpan<int> actual, Matrix<T> probabilities, ReadOnlySpan<double> weights = default)
    {
        ElementType.Check<T>();
        ArgumentNullException.ThrowIfNull(probabilities);
        if (actual.IsEmpty || actual.Length != probabilities.ColumnCount)
        {
            throw new ArgumentException(
                "There must be one label per sample, and at least one: "
                + $"the probabilities are {probabilities.RowCount} x {probabilities.ColumnCount}, "
                + $"but there were {actual.Length} labels.",
                nameof(actual));
        }

        if (probabilities.RowCount == 1)
        {
            throw new ArgumentException(
                $"There must be a probability for each of at least two classes, but the probabilities are 1 x {probabilities.ColumnCount}. "
                + $"For yes or no by one output, use {nameof(BinaryMetrics)}.",
                nameof(probabilities));
        }

        Requirements.CheckLabels(actual, probabilities.RowCount, nameof(actual));
        Probabilities = probabilities;
        _actual = actual.ToArray();
        _predicted = new int[actual.Length];
        _confidences = new double[actual.Length];
        _columns = probabilities.AsColumnMajorArray();
        _weights = weights.ToArray();
        for (int i = 0; i < actual.Length; i++)
        {
            ReadOnlySpan<T> column = Column(i);
            foreach (T probability in column)
            {
                if (!(probability >= T.Zero && probability <= T.One))
                {
                    string what = T.IsNaN(probability) ? "NaN" : FormattableString.Invariant($"{probability}");
                    throw new ArgumentException(
                        $"Probabilities must be numbers from 0 to 1, but sample {i} has {what}.", nameof(probabilities));
                }
            }

            _predicted[i] = SoftmaxKernel.ArgMax(column);
            _confidences[i] = double.CreateChecked(column[_predicted[i]]);
        }

        Confusion = new ConfusionMatrix(_actual, _predicted, probabilities.RowCount, weights);
        Unweighted = Confusion.Unweighted is { } confusion ? new(this, confusion) : null;
    }

    /// <summary>Compares the labels of a data set with probabilities, and counts its samples by their weights.</summary>
    /// <param name="samples">The samples, with class labels.</param>
    /// <param name="probabilities">The probabilities of the classes, (classes × samples).
    /// Kept, not copied, and must not change any more.</param>
    /// <exception cref="ArgumentException">The targets are values, the probabilities are not classes × samples, or one is not from 0 to
    /// 1.</exception>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public Predictions(Dataset<T> samples, Matrix<T> probabilities)
        : this(Checked(samples, probabilities).Labels, probabilities, samples.Weights)
    {
    }

    private Predictions(Predictions<T> weighted, ConfusionMatrix confusion)
    {
        Probabilities = weighted.Probabilities;
        Confusion = confusion;
        _actual = weighted._actual;
        _predicted = weighted._predicted;
        _confidences = weighted._confidences;
        _columns = weighted._columns;
        _weights = [];
    }

    /// <summary>The probabilities of the classes, (classes × samples).</summary>
    public Matrix<T> Probabilities { get; }

    /// <summary>The true label of each sample.</summary>
    public ReadOnlySpan<int> Actual => _actual;

    /// <summary>The most probable class of each sample; the first of several.</summary>
    public ReadOnlySpan<int> Predicted => _predicted;

    /// <summary>The probability of the predicted class, for each sample.</summary>
    public ReadOnlySpan<double> Confidences => _confidences;

    /// <summary>How often each class was taken for each other.</summary>
    public ConfusionMatrix Confusion { get; }

    /// <summary>The same where every sample counts the same; null if there are no weights, since this is that already.</summary>
    public Predictions<T>? Unweighted { get; }

    private SampleWeights Weights => SampleWeights.Checked(_weights, _actual.Length, nameof(_weights));

    /// <summary>Computes the fraction of the samples whose true class is among the <paramref name="k"/> most probable ones.</summary>
    /// <param name="k">How many classes count, from 1 (which gives the accuracy) to their number (which gives 1).</param>
    /// <returns>The fraction, 0 … 1, by weight.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="k"/> is not from 1 to the number of classes.</exception>
    /// <remarks>Of equally probable classes the one with the lower number comes first, as in prediction.</remarks>
    public double ComputeTopKAccuracy(int k)
    {
        if (k < 1 || k > Probabilities.RowCount)
        {
            throw new ArgumentOutOfRangeException(
                nameof(k), k, $"The number of classes that count must be between 1 and {Probabilities.RowCount}.");
        }

        SampleWeights weights = Weights;
        double correct = 0, all = 0;
        for (int i = 0; i < _actual.Length; i++)
        {
            ReadOnlySpan<T> column = Column(i);
            T own = column[_actual[i]];
            int ahead = 0;
            for (int label = 0; label < column.Length; label++)
            {
                ahead += column[label] > own || (column[label] == own && label < _actual[i]) ? 1 : 0;
            }

            correct += ahead < k ? weights[i] : 0;
            all += weights[i];
        }

        return correct / all;
    }

    /// <summary>Computes the log loss: the mean of <c>−log p</c> over the samples, with p the probability that was given to the true
    /// class.</summary>
    /// <returns>The mean by weight, 0 or more.</returns>
    /// <remarks>As in scikit-learn, probabilities are first brought between ε and 1 − ε, with ε the distance from 1 to the next number of
    /// the element type (2⁻²³ for float, 2⁻⁵² for double), and divided by their sum over the classes: so the loss is finite for a
    /// probability of 0, too. The cost of <see cref="Losses.CrossEntropyLoss{T}"/> comes from the logits, and needs neither.</remarks>
    public double ComputeLogLoss()
    {
        double epsilon = EvaluationInput.Epsilon<T>();
        double[] own = new double[_actual.Length];
        for (int i = 0; i < own.Length; i++)
        {
            ReadOnlySpan<T> column = Column(i);
            double sum = 0;
            foreach (T probability in column)
            {
                sum += Math.Clamp(double.CreateChecked(probability), epsilon, 1 - epsilon);
            }

            own[i] = Math.Clamp(double.CreateChecked(column[_actual[i]]), epsilon, 1 - epsilon) / sum;
        }

        EvaluationInput.Log(own);
        SampleWeights weights = Weights;
        double loss = 0, all = 0;
        for (int i = 0; i < own.Length; i++)
        {
            loss -= weights[i] * own[i];
            all += weights[i];
        }

        return loss / all;
    }

    /// <summary>Compares how sure the network is with how often it is right.</summary>
    /// <param name="binCount">The number of equal parts of the interval from 0 to 1.</param>
    /// <returns>The curve of the confidences: a sample counts as yes if its predicted class is the true one.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="binCount"/> is not positive.</exception>
    public CalibrationCurve ComputeCalibration(int binCount = CalibrationCurve.DefaultBinCount)
    {
        int[] correct = new int[_actual.Length];
        for (int i = 0; i < correct.Length; i++)
        {
            correct[i] = _actual[i] == _predicted[i] ? 1 : 0;
        }

        return CalibrationCurve.Of<double>(correct, _confidences, _weights, binCount);
    }

    /// <summary>Finds the samples that were classified wrongly with the highest confidence: where to look first, at the
    /// network and at the data.</summary>
    /// <param name="count">How many at most, not negative.</param>
    /// <returns>The numbers of the samples, by falling confidence; equally confident ones in the order of the samples.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is negative.</exception>
    public int[] FindMostConfidentMistakes(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return [.. Enumerable.Range(0, _actual.Length)
            .Where(i => _predicted[i] != _actual[i])
            .OrderByDescending(i => _confidences[i])
            .Take(count)];
    }

    private static Dataset<T> Checked(Dataset<T> samples, Matrix<T> probabilities)
    {
        ArgumentNullException.ThrowIfNull(samples);
        if (samples.ClassCount == 0)
        {
            throw new ArgumentException(
                $"The samples must have class labels, but their targets are values: use {nameof(RegressionMetrics)}, or for yes or no per "
                + $"output {nameof(MultiLabelMetrics)}.",
                nameof(samples));
        }

        if (probabilities is null || probabilities.RowCount > 1)
        {
            EvaluationInput.CheckShape(samples, samples.ClassCount, probabilities!, "probabilities", nameof(probabilities));
        }

        return samples;
    }

    /// <summary>Returns the probabilities of one sample. A matrix that is not dense is never copied as a whole.</summary>
    private ReadOnlySpan<T> Column(int sample)
    {
        int length = Probabilities.RowCount;
        return _columns is null ? Probabilities.Column(sample).ToArray() : _columns.AsSpan(sample * length, length);
    }
}
