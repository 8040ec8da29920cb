using System.Numerics;

namespace NeuralNets.Core.Optimizers;

/// <summary>
/// The rule by which a step of training changes each parameter, and the settings of the rule. Immutable;
/// what a rule remembers from step to step belongs to the trainer.
/// </summary>
public abstract class Optimizer
{
    private protected Optimizer()
    {
    }

    /// <summary>The learning rate per step unless the trainer's is set.</summary>
    public abstract double DefaultLearningRate { get; }

    /// <summary>The name in checkpoints.</summary>
    internal abstract string Name { get; }

    /// <summary>The names of what is remembered of each parameter, at most two; zeros at first.</summary>
    internal virtual IReadOnlyList<string> SlotNames => [];

    /// <summary>Whether the rule is <c>w ← fma(−rate, g, w)</c>, which a matrix product can do with its sums as they come.</summary>
    internal virtual bool IsPlainDescent => false;

    /// <summary>Returns the name of the optimizer.</summary>
    /// <returns>The name.</returns>
    public override string ToString() => Name;

    /// <summary>Changes parameters by their mean gradient, <c>sum·scale + 0</c>. Does not allocate.</summary>
    /// <param name="step">The numbers of this update.</param>
    /// <param name="sums">The sums of the gradient over the samples of the batch.</param>
    /// <param name="scale">One over the number of samples.</param>
    /// <param name="parameters">As many as sums.</param>
    /// <param name="slot0">The first of <see cref="SlotNames"/>, as many as sums; otherwise empty.</param>
    /// <param name="slot1">The second of <see cref="SlotNames"/>, as many as sums; otherwise empty.</param>
    /// <returns>The largest absolute value of a parameter afterwards; NaN if one is NaN.</returns>
    internal abstract double Update<T>(
        UpdateStep step, ReadOnlySpan<T> sums, T scale, Span<T> parameters, Span<T> slot0, Span<T> slot1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}
