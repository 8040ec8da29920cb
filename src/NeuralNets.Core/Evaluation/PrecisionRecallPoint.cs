namespace NeuralNets.Core.Evaluation;

/// <summary>A point of a <see cref="PrecisionRecallCurve"/>.</summary>
/// <param name="Threshold">The smallest score that means yes; infinity where nothing does.</param>
/// <param name="Precision">The fraction of what is taken for yes that is, 0 … 1; 1 where nothing is.</param>
/// <param name="Recall">The fraction of yes that is found, 0 … 1.</param>
public readonly record struct PrecisionRecallPoint(double Threshold, double Precision, double Recall);
