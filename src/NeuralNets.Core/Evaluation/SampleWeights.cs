namespace NeuralNets.Core.Evaluation;

/// <summary>How much each sample counts in a measure: 1 unless weights are given.</summary>
/// <remarks>Weights are scaled by a power of two, which changes no ratio by a bit, so that products of two sums neither overflow nor
/// vanish.</remarks>
internal readonly ref struct SampleWeights
{
    private const int MostExponent = 1000;

    private readonly ReadOnlySpan<double> _weights;
    private readonly double _scale;

    private SampleWeights(ReadOnlySpan<double> weights, double sum)
    {
        _weights = weights;
        _scale = Math.ScaleB(1, Math.Clamp(-Math.ILogB(sum), -MostExponent, MostExponent));
    }

    /// <summary>Whether weights were given.</summary>
    public bool AreGiven => !_weights.IsEmpty;

    public double this[int sample] => _weights.IsEmpty ? 1 : _weights[sample] * _scale;

    /// <param name="weights">One per sample, or none.</param>
    /// <param name="count">The number of samples.</param>
    /// <param name="parameter">The argument that they are.</param>
    /// <exception cref="ArgumentException">There is not one weight per sample, one is negative, NaN or infinite, or their sum is 0 or
    /// infinite.</exception>
    public static SampleWeights Checked(ReadOnlySpan<double> weights, int count, string parameter)
    {
        if (weights.IsEmpty)
        {
            return default;
        }

        if (weights.Length != count)
        {
            throw new ArgumentException(
                $"There must be one weight per sample or none at all: there are {count} samples, but {weights.Length} weights.", parameter);
        }

        return new(weights, Requirements.CheckWeights(weights, parameter));
    }
}
