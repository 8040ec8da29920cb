namespace NeuralNets.Core.Initialization;

/// <summary>Normal weights of a given standard deviation, whatever the size of the layer.</summary>
/// <remarks>
/// <c>w ~ N(0, σ²)</c>. The NumPy original uses σ = 0.01, with which deep layers receive hardly any signal: see
/// <see cref="HeUniform"/> for what works.
/// </remarks>
public sealed class RandomNormal : IWeightInitializer
{
    /// <summary>Creates the initializer.</summary>
    /// <param name="standardDeviation">σ, finite and not negative.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="standardDeviation"/> is negative, NaN or infinite.</exception>
    public RandomNormal(double standardDeviation = 0.01)
    {
        if (!double.IsFinite(standardDeviation) || standardDeviation < 0)
        {
            throw new ArgumentOutOfRangeException(
                nameof(standardDeviation), standardDeviation, "The standard deviation must be finite and not negative.");
        }

        StandardDeviation = standardDeviation;
    }

    /// <summary>σ.</summary>
    public double StandardDeviation { get; }

    /// <inheritdoc/>
    public double Draw(int inputs, int outputs, RandomSequence random, long index) => random.Normal(index) * StandardDeviation;
}
