using System.Globalization;

namespace NeuralNets.Core.Losses;

/// <summary>A cost over some samples.</summary>
/// <param name="Sum">The sum of the samples' costs, each times the weight of its sample.</param>
/// <param name="SampleCount">The number of samples.</param>
public readonly record struct Cost(double Sum, int SampleCount)
{
    /// <summary>The sum of the samples' weights, whose mean over a data set is 1: the number of samples where they have none.</summary>
    public double WeightSum { get; init; } = SampleCount;

    /// <summary>The mean of the samples' costs, by weight.</summary>
    public double Mean => Sum / WeightSum;

    /// <summary>Returns the properties by their names, with numbers as the invariant culture writes them.</summary>
    /// <returns>For instance <c>Cost { Sum = 3, SampleCount = 2, WeightSum = 2, Mean = 1.5 }</c>.</returns>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{nameof(Cost)} {{ Sum = {Sum}, SampleCount = {SampleCount}, WeightSum = {WeightSum}, Mean = {Mean} }}");
}
