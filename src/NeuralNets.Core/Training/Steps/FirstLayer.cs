using System.Numerics;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Training.Steps;

/// <summary>
/// The first layer in a step of training. It mostly has most of the weights, and its work is cut in one of two ways:
/// <see cref="FirstLayerByUnits{T}"/> gives each worker some units for all samples, <see cref="FirstLayerBySamples{T}"/> some samples
/// for all units.
/// </summary>
/// <remarks>
/// The members are called in their order here, each by every worker, with a barrier before <see cref="ForwardSamples"/> and one before
/// <see cref="BackwardUnits"/>. Each form does its work in the half of them that suits it.
/// </remarks>
internal abstract class FirstLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Takes the parameters from the network: before the first step of an epoch.</summary>
    public abstract void Load(int worker);

    /// <summary>Brings the parameters of the network up to date: those that a step has changed since.</summary>
    public abstract void Save(int worker);

    /// <summary>Gathers the micro-batch and computes the values of the worker's units for all samples.</summary>
    public abstract void ForwardUnits(MicroBatch batch, int worker);

    /// <summary>Gathers the worker's samples and computes the values of all units for them.</summary>
    public abstract void ForwardSamples(MicroBatch batch, int worker);

    /// <summary>Computes <c>z = W·a</c> for the layer behind, with the values a of this one for some samples: one chain over all units in
    /// order.</summary>
    /// <param name="layer">The layer behind.</param>
    /// <param name="start">The first sample.</param>
    /// <param name="count">The number of samples.</param>
    /// <param name="z">Receives (units of the layer behind × samples).</param>
    public abstract void MultiplyValues(DenseLayer<T> layer, int start, int count, MatrixTarget<T> z);

    /// <summary>Computes the derivatives of all units for some samples, from those of the layer behind.</summary>
    public abstract void BackwardSamples(LayerValues<T> behind, MicroBatch batch, int start, int count);

    /// <summary>Computes the derivatives of the worker's units for all samples, from those of the layer behind.</summary>
    public abstract void BackwardUnits(LayerValues<T> behind, MicroBatch batch, int worker);

    /// <summary>Takes the gradient of the worker's parameters, and with the last micro-batch of a batch updates them, or if the update
    /// waits for the norm, notes the squares.</summary>
    public abstract void Update(MicroBatch batch, ParameterUpdate<T> update, GradientSquares<T>? squares, int worker);

    /// <summary>Applies the rule to the worker's parameters, when the norm of the whole gradient is known.</summary>
    /// <param name="update">What becomes of the gradient.</param>
    /// <param name="scale">The factor of the gradient.</param>
    /// <param name="worker">The worker.</param>
    public abstract void Apply(ParameterUpdate<T> update, T scale, int worker);

    /// <summary>Returns the units whose outgoing weights, in the layer behind, the worker updates.</summary>
    public abstract (int Start, int Count) OutgoingUnits(int worker);

    /// <summary>Returns the values of <see cref="OutgoingUnits"/>, (units × samples).</summary>
    public abstract MatrixView<T> OutgoingValues(int samples, int worker);
}
