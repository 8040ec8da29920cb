using System.Globalization;
using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Evaluation;
using NeuralNets.Core.Tables;

namespace NeuralNets.Core.Models;

/// <summary>How well the answers of a model agree with the targets of a table.</summary>
/// <remarks>With a column of weights, all measures count each row by its weight; where a measure has a form without them, that is in its
/// <c>Unweighted</c>.</remarks>
public sealed class TableEvaluation
{
    private TableEvaluation(TablePredictions predictions) => Predictions = predictions;

    /// <summary>The fraction of the rows whose class was predicted, 0 … 1; null if a number is predicted.</summary>
    public double? Accuracy => Confusion?.Accuracy;

    /// <summary>The mean of −ln of the probability of the true class; null if a number is predicted, and where a row has a class that
    /// training had not.</summary>
    public double? LogLoss { get; private init; }

    /// <summary>The coefficient of determination: 1 at best, 0 for a prediction of the mean. Null if a class is predicted, or there is one
    /// row only.</summary>
    public double? RSquared => Regression?.Average.RSquared;

    /// <summary>Actual and predicted classes; null if a number is predicted. Classes that training had not come after the others, as one,
    /// and are always mistakes.</summary>
    public ConfusionMatrix? Confusion { get; private init; }

    /// <summary>The errors of the numbers, in their own units; null if a class is predicted.</summary>
    public RegressionMetrics? Regression { get; private init; }

    /// <summary>The answers.</summary>
    public TablePredictions Predictions { get; }

    /// <summary>Returns the main measures.</summary>
    /// <returns>For instance <c>accuracy 98.8 %, log loss 0.0412</c> or <c>R² 0.8731, MAE 4.1, RMSE 5.9</c>.</returns>
    public override string ToString() => Confusion is null
        ? Regression!.ToString()
        : string.Create(CultureInfo.InvariantCulture, $"accuracy {100 * Accuracy:f1} %")
            + (LogLoss is null ? "" : string.Create(CultureInfo.InvariantCulture, $", log loss {LogLoss:f4}"));

    internal static TableEvaluation Of(TableEncoder encoder, Table table, TablePredictions predictions)
    {
        double[] weights = encoder.WeightColumn is null ? [] : encoder.RowWeights(table);
        if (!encoder.IsClassifier)
        {
            return new(predictions)
            {
                Regression = RegressionMetrics.Of((ReadOnlySpan<double>)encoder.TargetValues(table), predictions.Values, weights),
            };
        }

        int classes = encoder.ClassNames.Count;
        int[] actual = encoder.EncodeLabels(table, allowUnknown: true);
        bool hasUnknown = actual.Contains(-1);
        int[] labels = [.. actual.Select(label => label < 0 ? classes : label)];
        int[] predicted = [.. Enumerable.Range(0, actual.Length).Select(predictions.LabelOf)];
        return new(predictions)
        {
            Confusion = new ConfusionMatrix(labels, predicted, hasUnknown ? classes + 1 : classes, weights),
            LogLoss = hasUnknown ? null : LogLossOf(labels, predictions, weights),
        };
    }

    private static double LogLossOf(int[] labels, TablePredictions predictions, double[] weights)
    {
        Matrix<double> probabilities = Matrix<double>.Build.Dense(predictions.ClassNames.Count, predictions.Count);
        for (int row = 0; row < predictions.Count; row++)
        {
            probabilities.SetColumn(row, predictions.GetProbabilities(row).ToArray());
        }

        return new Predictions<double>(labels, probabilities, weights).ComputeLogLoss();
    }
}
