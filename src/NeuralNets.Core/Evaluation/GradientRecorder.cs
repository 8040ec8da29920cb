using NeuralNets.Core.Kernels;
using NeuralNets.Core.Optimizers;

namespace NeuralNets.Core.Evaluation;

/// <summary>The rule that changes nothing and remembers the mean gradient: by it a step of training shows what it computed.</summary>
internal sealed class GradientRecorder : Optimizer
{
    /// <inheritdoc/>
    public override double DefaultLearningRate => 1;

    /// <inheritdoc/>
    internal override string Name => nameof(GradientRecorder);

    /// <inheritdoc/>
    internal override IReadOnlyList<string> SlotNames { get; } = ["gradient"];

    /// <inheritdoc/>
    internal override double Update<T>(UpdateStep step, Span<T> sums, T scale, Span<T> parameters, Span<T> slot0, Span<T> slot1)
    {
        UpdateKernel.Scale(sums, scale);
        sums.CopyTo(slot0);
        return Magnitude.Max<T>(parameters);
    }
}
