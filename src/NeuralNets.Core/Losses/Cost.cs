using System.Globalization;

namespace NeuralNets.Core.Losses;

/// <summary>A cost over some samples.</summary>
/// <param name="Sum">The sum of the samples' costs.</param>
/// <param name="SampleCount">The number of samples.</param>
public readonly record struct Cost(double Sum, int SampleCount)
{
    /// <summary>The mean of the samples' costs.</summary>
    public double Mean => Sum / SampleCount;

    /// <summary>Returns the properties by their names, with numbers as the invariant culture writes them.</summary>
    /// <returns>For instance <c>Cost { Sum = 3, SampleCount = 2, Mean = 1.5 }</c>.</returns>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{nameof(Cost)} {{ Sum = {Sum}, SampleCount = {SampleCount}, Mean = {Mean} }}");
}
