using System.Globalization;

namespace NeuralNets.Core.Evaluation;

/// <summary>How well one class was recognised, or several on average.</summary>
public readonly record struct ClassMetrics
{
    /// <summary>The share of the samples predicted to be of the class that are: <c>TP/(TP + FP)</c>; 0 for a class that was never
    /// predicted.</summary>
    public required double Precision { get; init; }

    /// <summary>The share of the class's samples that were predicted to be: <c>TP/(TP + FN)</c>; 0 for a class that never
    /// occurs.</summary>
    public required double Recall { get; init; }

    /// <summary>The harmonic mean of precision and recall, <c>2·TP/(2·TP + FP + FN)</c>; 0 where nothing was right.</summary>
    public required double F1 { get; init; }

    /// <summary>The number of samples of the class, or of all classes.</summary>
    public required long Support { get; init; }

    /// <summary>Returns the properties by their names, with numbers as the invariant culture writes them.</summary>
    /// <returns>For instance <c>ClassMetrics { Precision = 0.5, Recall = 1, F1 = 0.6666666666666666, Support = 3 }</c>.</returns>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{nameof(ClassMetrics)} {{ Precision = {Precision}, Recall = {Recall}, F1 = {F1}, Support = {Support} }}");
}
