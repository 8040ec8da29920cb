using NeuralNets.Core.Losses;

namespace NeuralNets.Core;

/// <summary>The costs and correct answers of samples, added in their order.</summary>
/// <param name="hasWeights">Whether samples count differently.</param>
/// <param name="areLabels">Whether the targets are labels.</param>
internal struct ScoreSum(bool hasWeights, bool areLabels)
{
    private double _cost;
    private double _weight;
    private double _correct;
    private double _weightedCost;
    private double _weightedCorrect;
    private int _count;

    /// <summary>Adds a sample.</summary>
    public void Add(double cost, bool isCorrect, double weight)
    {
        _count++;
        _cost += cost;
        _correct += isCorrect ? 1 : 0;
        if (hasWeights)
        {
            _weight += weight;
            _weightedCost += weight == 0 ? 0 : weight * cost; // an infinite cost times 0 would be NaN
            _weightedCorrect += isCorrect ? weight : 0;
        }
    }

    /// <summary>Returns the score of what was added.</summary>
    public readonly Score ToScore()
    {
        var score = new Score(new Cost(_cost, _count), areLabels ? _correct / _count : null);
        return !hasWeights
            ? score
            : new Score(new Cost(_weightedCost, _count) { WeightSum = _weight }, areLabels ? _weightedCorrect / _weight : null)
            {
                Unweighted = score,
            };
    }
}
