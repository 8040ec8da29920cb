namespace NeuralNets.Core.Initialization;

/// <summary>Draws the initial weights of a dense layer. Biases start at zero.</summary>
/// <remarks>
/// An implementation is a pure function of its arguments: then a seed gives the same network everywhere. Weights are drawn
/// in double precision and rounded to the element type, so that a float network starts as the rounded double one. A test of an
/// implementation passes <see cref="RandomSequence.FromSeed"/>.
/// </remarks>
public interface IWeightInitializer
{
    /// <summary>Returns one initial weight.</summary>
    /// <param name="inputs">The number of inputs of the layer (fan-in).</param>
    /// <param name="outputs">The number of units of the layer (fan-out).</param>
    /// <param name="random">The layer's random numbers.</param>
    /// <param name="index">The weight's position in the column-major (outputs × inputs) matrix: the index of its draw.</param>
    /// <returns>The weight.</returns>
    double Draw(int inputs, int outputs, RandomSequence random, long index);
}
