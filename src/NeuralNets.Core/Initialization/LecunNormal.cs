namespace NeuralNets.Core.Initialization;

/// <summary>Normal weights whose variance keeps that of the inputs: the default for layers with
/// <see cref="Activations.Selu{T}"/>.</summary>
/// <remarks><c>w ~ N(0, 1/inputs)</c>; Keras draws from a normal distribution that is cut off at two standard deviations and scaled to the
/// same variance. Source: Y. LeCun, L. Bottou, G. B. Orr, K.-R. Müller, "Efficient BackProp", Neural Networks: Tricks of the Trade
/// (1998).</remarks>
public sealed class LecunNormal : IWeightInitializer
{
    /// <inheritdoc/>
    public double Draw(int inputs, int outputs, RandomSequence random, long index) =>
        random.Normal(index) * Math.Sqrt(1.0 / inputs);
}
