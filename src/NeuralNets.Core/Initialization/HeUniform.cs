namespace NeuralNets.Core.Initialization;

/// <summary>Uniform weights whose variance keeps that of the activations through ReLU layers: the default for them.</summary>
/// <remarks><c>w ~ U(−√(6/inputs), √(6/inputs))</c>. Source: K. He, X. Zhang, S. Ren, J. Sun, "Delving deep into rectifiers", ICCV
/// 2015.</remarks>
public sealed class HeUniform : IWeightInitializer
{
    /// <inheritdoc/>
    public double Draw(int inputs, int outputs, RandomSequence random, long index) =>
        ((2 * random.Uniform(index)) - 1) * Math.Sqrt(6.0 / inputs);
}
