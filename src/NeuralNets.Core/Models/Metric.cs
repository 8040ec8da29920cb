namespace NeuralNets.Core.Models;

/// <summary>The metric that is meant where none is given.</summary>
internal static class Metric
{
    /// <summary>The accuracy of classes, or R² of numbers: more is better.</summary>
    public static double Default(TableEvaluation evaluation) => evaluation.Accuracy ?? evaluation.RSquared ?? double.NaN;
}
