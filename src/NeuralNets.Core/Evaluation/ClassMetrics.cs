using System.Globalization;

namespace NeuralNets.Core.Evaluation;

/// <summary>How well one class was recognised, or several on average.</summary>
public readonly record struct ClassMetrics
{
    /// <summary>The fraction of the samples predicted to be of the class that are: <c>TP/(TP + FP)</c>; 0 for a class that was never
    /// predicted.</summary>
    public required double Precision { get; init; }

    /// <summary>The fraction of the class's samples that were predicted to be: <c>TP/(TP + FN)</c>; 0 for a class that never
    /// occurs.</summary>
    public required double Recall { get; init; }

    /// <summary>The harmonic mean of precision and recall, <c>2·TP/(2·TP + FP + FN)</c>; 0 where nothing was correct.</summary>
    public required double F1 { get; init; }

    /// <summary>The number of samples of the class, or of all classes.</summary>
    public required long Support { get; init; }

    /// <summary>Returns the measures, rounded to four digits, whatever the culture.</summary>
    /// <returns>For instance <c>precision 0.9073, recall 0.8419, F1 0.8734, support 974</c>.</returns>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"precision {Precision:0.0000}, recall {Recall:0.0000}, F1 {F1:0.0000}, support {Support}");
}
