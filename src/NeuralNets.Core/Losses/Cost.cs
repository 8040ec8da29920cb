using System.Globalization;

namespace NeuralNets.Core.Losses;

/// <summary>A cost over some samples.</summary>
/// <param name="Sum">The sum of the samples' costs.</param>
/// <param name="Samples">The number of samples.</param>
public readonly record struct Cost(double Sum, int Samples)
{
    /// <summary>The mean of the samples' costs.</summary>
    public double Mean => Sum / Samples;

    /// <summary>Returns the properties by their names, with numbers as the invariant culture writes them.</summary>
    /// <returns>For instance <c>Cost { Sum = 3, Samples = 2, Mean = 1.5 }</c>.</returns>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{nameof(Cost)} {{ Sum = {Sum}, Samples = {Samples}, Mean = {Mean} }}");
}
