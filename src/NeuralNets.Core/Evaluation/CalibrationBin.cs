namespace NeuralNets.Core.Evaluation;

/// <summary>The samples of a part of the interval from 0 to 1 in which their probabilities lie.</summary>
/// <param name="MeanProbability">The mean of their probabilities, by weight.</param>
/// <param name="YesFraction">The fraction of them that are yes, by weight.</param>
/// <param name="SampleCount">The number of them that have a weight.</param>
/// <param name="Share">Their fraction of all samples, by weight.</param>
public readonly record struct CalibrationBin(double MeanProbability, double YesFraction, int SampleCount, double Share);
