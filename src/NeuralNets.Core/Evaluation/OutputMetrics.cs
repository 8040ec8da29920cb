using System.Globalization;

namespace NeuralNets.Core.Evaluation;

/// <summary>How close the predicted values of one output are to the actual ones.</summary>
public readonly record struct OutputMetrics
{
    /// <summary>The coefficient of determination, R²: <c>1 − Σ(y − ŷ)²/Σ(y − ȳ)²</c> with the actual values y, the predicted ŷ and the
    /// mean ȳ: 1 at best, 0 for a prediction of the mean, any negative number for worse. If all actual values are the same, 1 for exact
    /// predictions and otherwise 0, as in scikit-learn. Null for a single sample.</summary>
    public required double? RSquared { get; init; }

    /// <summary>One minus the fraction of the variance that is left: <c>1 − Var(y − ŷ)/Var(y)</c>, which does not count an error that all
    /// predictions have. If all actual values are the same, 1 if all errors are, too, and otherwise 0, as in scikit-learn.</summary>
    public required double ExplainedVariance { get; init; }

    /// <summary>The mean of |y − ŷ| (MAE), in the unit of the values.</summary>
    public required double MeanAbsoluteError { get; init; }

    /// <summary>The mean of (y − ŷ)² (MSE), in the square of the unit.</summary>
    public required double MeanSquaredError { get; init; }

    /// <summary>The square root of the mean of (y − ŷ)² (RMSE), in the unit of the values.</summary>
    public required double RootMeanSquaredError { get; init; }

    /// <summary>The median of |y − ŷ|, which single large errors do not move, in the unit of the values.</summary>
    /// <remarks>Half of the weight lies on either side; where that is so for two errors and all between them, their mean. So weights of 1
    /// change nothing, and a weight of 2 is the sample twice. (scikit-learn 1.2 takes the lower one where weights are given.)</remarks>
    public required double MedianAbsoluteError { get; init; }

    /// <summary>Returns the measures, rounded to four digits.</summary>
    /// <returns>For instance <c>R² 0.4812, MAE 43.1, RMSE 54.2, median error 36.6, explained variance 0.4899</c>, in the invariant culture.
    /// </returns>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"R² {RSquared?.ToString("0.0000", CultureInfo.InvariantCulture) ?? "undefined"}, MAE {MeanAbsoluteError:G4}, ")
        + string.Create(
            CultureInfo.InvariantCulture,
            $"RMSE {RootMeanSquaredError:G4}, median error {MedianAbsoluteError:G4}, explained variance {ExplainedVariance:0.0000}");
}
