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

    /// <summary>The number of samples of the class, or of all classes; whatever their weights.</summary>
    public required long Support { get; init; }

    /// <summary>Computes the measures from what was counted.</summary>
    /// <param name="correct">TP: how much is of the class and was predicted to be.</param>
    /// <param name="actual">TP + FN: how much is of the class.</param>
    /// <param name="predicted">TP + FP: how much was predicted to be.</param>
    /// <param name="support">The number of samples.</param>
    internal static ClassMetrics Of(double correct, double actual, double predicted, long support) => new()
    {
        Precision = Fraction(correct, predicted),
        Recall = Fraction(correct, actual),
        F1 = Fraction(2 * correct, actual + predicted),
        Support = support,
    };

    /// <summary>Returns the measures, rounded to four digits, whatever the culture.</summary>
    /// <returns>For instance <c>precision 0.9073, recall 0.8419, F1 0.8734, support 974</c>.</returns>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"precision {Precision:0.0000}, recall {Recall:0.0000}, F1 {F1:0.0000}, support {Support}");

    /// <summary>Returns a fraction, which is 0 where the denominator is 0.</summary>
    private static double Fraction(double part, double whole) => whole == 0 ? 0 : part / whole;
}
