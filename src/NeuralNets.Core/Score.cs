using System.Globalization;
using NeuralNets.Core.Losses;

namespace NeuralNets.Core;

/// <summary>How well a network does on some samples: the cost, and the accuracy where the targets are class labels.</summary>
/// <param name="Cost">The cost by the loss.</param>
/// <param name="Accuracy">The fraction of the samples whose label is the predicted one, 0 … 1, by weight. A sample for which there is no
/// answer, since its outputs are not finite, does not count as correct. Null where the targets are values.</param>
public sealed record Score(Cost Cost, double? Accuracy)
{
    /// <summary>Cost and accuracy where every sample counts the same; null if the data set has no weights, since both are that
    /// already.</summary>
    public Score? Unweighted { get; init; }

    /// <summary>Returns the mean cost, and the accuracy where there is one.</summary>
    /// <returns>For instance <c>cost 0.075, accuracy 98.4 %</c>, in the invariant culture.</returns>
    public override string ToString()
    {
        string cost = string.Create(CultureInfo.InvariantCulture, $"cost {Cost.Mean:G4}");
        return Accuracy is { } accuracy ? string.Create(CultureInfo.InvariantCulture, $"{cost}, accuracy {accuracy * 100:F1} %") : cost;
    }
}
