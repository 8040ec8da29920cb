using System.Numerics;
using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Data;

namespace NeuralNets.Core.Evaluation;

/// <summary>How close predicted values are to actual ones: per output, and on average over the outputs.</summary>
/// <example><code>Console.WriteLine(RegressionMetrics.Of(test, network.Predict(test)));</code></example>
/// <remarks>With weights, the measures count each sample by its weight, and <see cref="Unweighted"/> has them without.</remarks>
public sealed class RegressionMetrics
{
    private RegressionMetrics(OutputMetrics[] outputs, RegressionMetrics? unweighted)
    {
        Outputs = Array.AsReadOnly(outputs);
        Unweighted = unweighted;
        Average = new()
        {
            RSquared = outputs[0].RSquared is null ? null : outputs.Average(output => output.RSquared!.Value),
            ExplainedVariance = outputs.Average(output => output.ExplainedVariance),
            MeanAbsoluteError = outputs.Average(output => output.MeanAbsoluteError),
            MeanSquaredError = outputs.Average(output => output.MeanSquaredError),
            RootMeanSquaredError = outputs.Average(output => output.RootMeanSquaredError),
            MedianAbsoluteError = outputs.Average(output => output.MedianAbsoluteError),
        };
    }

    /// <summary>The measures of each output.</summary>
    public IReadOnlyList<OutputMetrics> Outputs { get; }

    /// <summary>The mean of each measure over the outputs, each with the same weight, as scikit-learn's <c>uniform_average</c>; of one
    /// output, its measures.</summary>
    public OutputMetrics Average { get; }

    /// <summary>The same where every sample counts the same; null if there are no weights, since this is that already.</summary>
    public RegressionMetrics? Unweighted { get; }

    /// <summary>Compares the values of one output.</summary>
    /// <param name="actual">The actual value of each sample, finite.</param>
    /// <param name="predicted">The predicted value of each sample, finite.</param>
    /// <param name="weights">How much each sample counts, finite and not negative; none if all count the same.</param>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <returns>The measures.</returns>
    /// <exception cref="ArgumentException">There is no sample, the numbers of values or weights differ, a value is NaN or infinite, or the
    /// weights are not finite, not negative and of a positive sum.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public static RegressionMetrics Of<T>(ReadOnlySpan<T> actual, ReadOnlySpan<T> predicted, ReadOnlySpan<double> weights = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ElementType.Check<T>();
        EvaluationInput.CheckCount(actual.Length, predicted.Length, "predicted value", "predicted", nameof(predicted));
        return Compare(actual, predicted, 1, weights);
    }

    /// <summary>Compares the values of several outputs.</summary>
    /// <param name="actual">The actual values, (outputs × samples), finite.</param>
    /// <param name="predicted">The predicted values, (outputs × samples), finite.</param>
    /// <param name="weights">How much each sample counts, finite and not negative; none if all count the same.</param>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <returns>The measures.</returns>
    /// <exception cref="ArgumentException">There is no sample or no output, the matrices differ in shape, there is not one weight per
    /// sample, a value is NaN or infinite, or the weights are not finite, not negative and of a positive sum.</exception>
    /// <exception cref="ArgumentNullException">A matrix is null.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public static RegressionMetrics Of<T>(Matrix<T> actual, Matrix<T> predicted, ReadOnlySpan<double> weights = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ElementType.Check<T>();
        ReadOnlySpan<T> expected = EvaluationInput.Columns(actual, nameof(actual));
        ReadOnlySpan<T> given = EvaluationInput.Columns(predicted, nameof(predicted));
        return actual.RowCount == predicted.RowCount && actual.ColumnCount == predicted.ColumnCount && !expected.IsEmpty
            ? Compare(expected, given, actual.RowCount, weights)
            : throw new ArgumentException(
                "There must be one predicted value per actual one, and at least one, but the actual values are "
                + $"{actual.RowCount} x {actual.ColumnCount} and the predicted {predicted.RowCount} x {predicted.ColumnCount}.",
                nameof(predicted));
    }

    /// <summary>Compares values with those of a data set, and counts its samples by their weights.</summary>
    /// <param name="samples">The samples, whose targets are values.</param>
    /// <param name="predicted">The predicted values, (outputs × samples), finite.</param>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <returns>The measures.</returns>
    /// <exception cref="ArgumentException">The targets are labels, the predicted values are not outputs × samples, or one is NaN or
    /// infinite.</exception>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static RegressionMetrics Of<T>(Dataset<T> samples, Matrix<T> predicted)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(samples);
        if (samples.ValueCount == 0)
        {
            throw new ArgumentException(
                "The samples must have values, but their targets are class labels: use Predictions, or for two classes "
                + $"{nameof(BinaryMetrics)}.",
                nameof(samples));
        }

        EvaluationInput.CheckShape(samples, samples.ValueCount, predicted, "predicted values", nameof(predicted));
        return Compare(
            samples.Values, EvaluationInput.Columns(predicted, nameof(predicted)), samples.ValueCount, samples.Weights);
    }

    /// <summary>Returns the averages, rounded to four digits.</summary>
    /// <returns>For instance <c>R² 0.4812, MAE 43.1, RMSE 54.2, median error 36.6, explained variance 0.4899</c>, in the invariant culture.
    /// </returns>
    public override string ToString() => Average.ToString();

    private static RegressionMetrics Compare<T>(
        ReadOnlySpan<T> actual, ReadOnlySpan<T> predicted, int outputs, ReadOnlySpan<double> weights)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        EvaluationInput.CheckFinite(actual, outputs, "Actual values", nameof(actual));
        EvaluationInput.CheckFinite(predicted, outputs, "Predicted values", nameof(predicted));
        int samples = actual.Length / outputs;
        SampleWeights counted = SampleWeights.Checked(weights, samples, nameof(weights));
        double[] values = new double[samples];
        double[] errors = new double[samples];
        var metrics = new OutputMetrics[outputs];
        for (int output = 0; output < outputs; output++)
        {
            for (int i = 0; i < samples; i++)
            {
                values[i] = double.CreateChecked(actual[(i * outputs) + output]);
                errors[i] = values[i] - double.CreateChecked(predicted[(i * outputs) + output]);
            }

            metrics[output] = Measure(values, errors, counted);
        }

        return new(metrics, counted.AreGiven ? Compare(actual, predicted, outputs, []) : null);
    }

    /// <summary>Computes the measures of one output; the errors become absolute.</summary>
    private static OutputMetrics Measure(ReadOnlySpan<double> values, Span<double> errors, SampleWeights weights)
    {
        double valueVariance = Variance(values, weights);
        double errorVariance = Variance(errors, weights);
        double all = 0, absolute = 0, squares = 0;
        for (int i = 0; i < errors.Length; i++)
        {
            absolute += weights[i] * Math.Abs(errors[i]);
            squares += weights[i] * (errors[i] * errors[i]);
            all += weights[i];
            errors[i] = Math.Abs(errors[i]);
        }

        double meanSquare = squares / all;
        return new()
        {
            RSquared = errors.Length == 1 ? null : ExplainedFraction(meanSquare, valueVariance),
            ExplainedVariance = ExplainedFraction(errorVariance, valueVariance),
            MeanAbsoluteError = absolute / all,
            MeanSquaredError = meanSquare,
            RootMeanSquaredError = Math.Sqrt(meanSquare),
            MedianAbsoluteError = Median(errors, weights),
        };
    }

    private static double ExplainedFraction(double left, double variance) => variance > 0 ? 1 - (left / variance) : left == 0 ? 1 : 0;

    /// <summary>Returns the mean squared distance from the mean, by weight: exactly 0 if all values that count are the same, whatever the
    /// rounding of their mean.</summary>
    private static double Variance(ReadOnlySpan<double> values, SampleWeights weights)
    {
        double sum = 0, all = 0, least = double.PositiveInfinity, largest = double.NegativeInfinity;
        for (int i = 0; i < values.Length; i++)
        {
            sum += weights[i] * values[i];
            all += weights[i];
            least = weights[i] > 0 ? Math.Min(least, values[i]) : least;
            largest = weights[i] > 0 ? Math.Max(largest, values[i]) : largest;
        }

        double mean = sum / all, squares = 0;
        for (int i = 0; i < values.Length; i++)
        {
            double distance = values[i] - mean;
            squares += weights[i] * (distance * distance);
        }

        return least == largest ? 0 : squares / all;
    }

    private static double Median(Span<double> errors, SampleWeights weights)
    {
        int[] order = new int[errors.Length];
        double half = 0;
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = i;
            half += weights[i] / 2;
        }

        double[] sorted = errors.ToArray();
        RankedScores.SortPairs(sorted, order, order.Length);
        double before = 0;
        for (int i = 0; i < order.Length; i++)
        {
            before += weights[order[i]];
            if (before > half || i == order.Length - 1)
            {
                return sorted[i];
            }

            if (before == half)
            {
                int next = i + 1;
                while (next < order.Length - 1 && weights[order[next]] == 0)
                {
                    next++;
                }

                return (sorted[i] + sorted[next]) / 2;
            }
        }

        throw new InvalidOperationException("There is no sample.");
    }
}
