using System.Numerics;
using NeuralNets.Core.Activations;

namespace NeuralNets.Core.Losses;

/// <summary>
/// What training minimizes: the mean over the samples of a cost that compares the logits of the output layer with the targets.
/// </summary>
/// <remarks>
/// <para>A loss sees the logits z, never the values f(z) of the output function: so the pair of both can be computed together, stable for
/// logits of any size, and the function cannot be applied twice.</para>
/// <para>The library calls a loss from several threads at once, on samples cut anywhere: an implementation keeps no state, and what it
/// writes for a sample depends on that sample alone.</para>
/// </remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public interface ILoss<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Refuses an output layer that the loss does not belong to.</summary>
    /// <param name="output">The function of the output layer.</param>
    /// <param name="outputCount">The number of outputs.</param>
    /// <exception cref="ArgumentException">The loss belongs to other output functions; the message names them.</exception>
    void CheckOutput(ILayerActivation<T> output, int outputCount);

    /// <summary>Refuses targets that the loss cannot take, such as values outside of its range. Called with the targets of a whole data
    /// set before anything is trained or evaluated; does nothing unless implemented.</summary>
    /// <param name="targets">The targets of the data set.</param>
    /// <exception cref="ArgumentException">The loss cannot take a target; the message names its sample and output.</exception>
    void CheckTargets(TargetBatch<T> targets)
    {
    }

    /// <summary>Computes the cost of each sample and its derivatives. Does not allocate.</summary>
    /// <param name="logits">z, (outputs × samples), column-major.</param>
    /// <param name="targets">The targets of the samples.</param>
    /// <param name="derivatives">Receives the derivative of a sample's cost by each of its logits, (outputs × samples); does not
    /// overlap the logits.</param>
    /// <param name="costs">Receives one cost per sample.</param>
    void Evaluate(ReadOnlySpan<T> logits, TargetBatch<T> targets, Span<T> derivatives, Span<double> costs);
}
