namespace NeuralNets.Core.Losses;

/// <summary>A cost over some samples.</summary>
/// <param name="Sum">The sum of the samples' costs.</param>
/// <param name="Samples">The number of samples.</param>
public readonly record struct Cost(double Sum, int Samples)
{
    /// <summary>The mean of the samples' costs.</summary>
    public double Mean => Sum / Samples;
}
