namespace NeuralNets.Core.Optimizers;

/// <summary>The numbers of one update.</summary>
/// <param name="LearningRate">The learning rate.</param>
/// <param name="Number">The number of updates so far with this one, over all epochs: 1, 2, …</param>
public readonly record struct UpdateStep(double LearningRate, long Number)
{
    /// <summary>Whether the parameters are weights, which may decay; otherwise biases.</summary>
    public bool AreWeights { get; init; }

    /// <summary>The first of <see cref="Optimizer.Decays"/> to the power of <see cref="Number"/>.</summary>
    internal double FirstPower { get; init; } = 1;

    /// <summary>The second of <see cref="Optimizer.Decays"/> to the power of <see cref="Number"/>.</summary>
    internal double SecondPower { get; init; } = 1;

    /// <summary>Returns the numbers of the next update.</summary>
    internal UpdateStep Next(Optimizer optimizer, double learningRate) => this with
    {
        LearningRate = learningRate,
        Number = Number + 1,

        // Products in double, so that every machine has the same: a power is the C library's.
        FirstPower = FirstPower * (optimizer.Decays.Count > 0 ? optimizer.Decays[0] : 1),
        SecondPower = SecondPower * (optimizer.Decays.Count > 1 ? optimizer.Decays[1] : 1),
    };
}
