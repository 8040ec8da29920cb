namespace NeuralNets.Core.Evaluation;

/// <summary>How well one class was recognised, or several on average.</summary>
/// <param name="Precision">The share of the samples predicted to be of the class that are: <c>TP/(TP + FP)</c>;
/// 0 for a class that was never predicted.</param>
/// <param name="Recall">The share of the class's samples that were predicted to be: <c>TP/(TP + FN)</c>; 0 for a class that
/// never occurs.</param>
/// <param name="F1">The harmonic mean of precision and recall, <c>2·TP/(2·TP + FP + FN)</c>; 0 where nothing was right.</param>
/// <param name="Support">The number of samples of the class, or of all classes.</param>
public readonly record struct ClassMetrics(double Precision, double Recall, double F1, long Support);
