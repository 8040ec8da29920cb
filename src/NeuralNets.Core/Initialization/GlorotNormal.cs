namespace NeuralNets.Core.Initialization;

/// <summary>Normal weights that balance the variance of activations and gradients.</summary>
/// <remarks><c>w ~ N(0, 2/(inputs + outputs))</c>. Source: X. Glorot, Y. Bengio, "Understanding the difficulty of training deep feedforward
/// neural networks", AISTATS 2010.</remarks>
public sealed class GlorotNormal : IWeightInitializer
{
    /// <inheritdoc/>
    public double Draw(int inputs, int outputs, RandomSequence random, long index) =>
        random.Normal(index) * Math.Sqrt(2.0 / (inputs + outputs));
}
