namespace NeuralNets.Core.Initialization;

/// <summary>Normal weights whose variance keeps that of the activations through ReLU layers.</summary>
/// <remarks><c>w ~ N(0, 2/inputs)</c>. Source: K. He, X. Zhang, S. Ren, J. Sun, "Delving deep into rectifiers", ICCV 2015.</remarks>
public sealed class HeNormal : IWeightInitializer
{
    /// <inheritdoc/>
    public double Draw(int inputs, int outputs, RandomSequence random, long index) =>
        random.Normal(index) * Math.Sqrt(2.0 / inputs);
}
