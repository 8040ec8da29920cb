namespace NeuralNets.Core.Initialization;

/// <summary>Uniform weights that balance the variance of activations and gradients: the default for layers that are not of a ReLU
/// kind.</summary>
/// <remarks><c>w ~ U(−√(6/(inputs + outputs)), √(6/(inputs + outputs)))</c>. Source: X. Glorot, Y. Bengio, "Understanding the difficulty of
/// training deep feedforward neural networks", AISTATS 2010.</remarks>
public sealed class GlorotUniform : IWeightInitializer
{
    /// <inheritdoc/>
    public double Draw(int inputs, int outputs, RandomSequence random, long index) =>
        ((2 * random.Uniform(index)) - 1) * Math.Sqrt(6.0 / (inputs + outputs));
}
