using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Evaluation;

/// <summary>The predictions of a network for samples whose labels are known, sample by sample.</summary>
/// <example><code>
/// var predictions = new Predictions&lt;float>(test.Labels, network.Predict(test));
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

    /// <summary>Compares the true labels with probabilities.</summary>
    /// <param name="actual">The true label of each sample, 0 … classes−1; copied.</param>
    /// <param name="probabilities">The probabilities of the classes, (classes × samples).
    /// Kept, not copied, and must not change any more.</param>
    /// <exception cref="ArgumentException">
    /// There is no sample, there is not one label per sample, a label is out of range, or a probability is NaN.
    /// </exception>
    /// <exception cref="ArgumentNullException"><paramref name="probabilities"/> is null.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public Predictions(ReadOnlySpan<int> actual, Matrix<T> probabilities)
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

        Requirements.CheckLabels(actual, probabilities.RowCount, nameof(actual));
        Probabilities = probabilities;
        _actual = actual.ToArray();
        _predicted = new int[actual.Length];
        _confidences = new double[actual.Length];
        _columns = probabilities.AsColumnMajorArray();
        for (int i = 0; i < actual.Length; i++)
        {
            ReadOnlySpan<T> column = Column(i);
            foreach (T probability in column)
            {
                if (T.IsNaN(probability))
                {
                    throw new ArgumentException($"Probabilities must be numbers, but sample {i} has NaN.", nameof(probabilities));
                }
            }

            _predicted[i] = SoftmaxKernel.ArgMax(column);
            _confidences[i] = double.CreateChecked(column[_predicted[i]]);
        }

        Confusion = new ConfusionMatrix(_actual, _predicted, probabilities.RowCount);
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

    /// <summary>Computes the fraction of the samples whose true class is among the <paramref name="k"/> most probable ones.</summary>
    /// <param name="k">How many classes count, from 1 (which gives the accuracy) to their number (which gives 1).</param>
    /// <returns>The fraction, 0 … 1.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="k"/> is not from 1 to the number of classes.</exception>
    /// <remarks>Of equally probable classes the one with the lower number comes first, as in prediction.</remarks>
    public double ComputeTopKAccuracy(int k)
    {
        if (k < 1 || k > Probabilities.RowCount)
        {
            throw new ArgumentOutOfRangeException(
                nameof(k), k, $"The number of classes that count must be between 1 and {Probabilities.RowCount}.");
        }

        int correct = 0;
        for (int i = 0; i < _actual.Length; i++)
        {
            ReadOnlySpan<T> column = Column(i);
            T own = column[_actual[i]];
            int ahead = 0;
            for (int label = 0; label < column.Length; label++)
            {
                ahead += column[label] > own || (column[label] == own && label < _actual[i]) ? 1 : 0;
            }

            correct += ahead < k ? 1 : 0;
        }

        return (double)correct / _actual.Length;
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

    /// <summary>Returns the probabilities of one sample. A matrix that is not dense is never copied as a whole.</summary>
    private ReadOnlySpan<T> Column(int sample)
    {
        int length = Probabilities.RowCount;
        return _columns is null ? Probabilities.Column(sample).ToArray() : _columns.AsSpan(sample * length, length);
    }
}
