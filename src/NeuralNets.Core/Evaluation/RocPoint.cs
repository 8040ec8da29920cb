namespace NeuralNets.Core.Evaluation;

/// <summary>A point of a <see cref="RocCurve"/>.</summary>
/// <param name="Threshold">The smallest score that means yes; infinity where nothing does.</param>
/// <param name="FalsePositiveRate">The fraction of no that is taken for yes, 0 … 1.</param>
/// <param name="TruePositiveRate">The fraction of yes that is found, 0 … 1: the recall.</param>
public readonly record struct RocPoint(double Threshold, double FalsePositiveRate, double TruePositiveRate);
