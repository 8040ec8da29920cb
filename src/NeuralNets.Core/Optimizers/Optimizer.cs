using System.Numerics;

namespace NeuralNets.Core.Optimizers;

/// <summary>
/// The rule by which a step of training changes each parameter, and the settings of the rule. Immutable;
/// what a rule remembers from step to step belongs to the trainer. A rule of one's own derives from <see cref="CustomOptimizer"/>.
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

    /// <summary>The factors, at most two, whose powers by the number of updates the rule needs.</summary>
    internal virtual IReadOnlyList<double> Decays => [];

    /// <summary>The name and the numbers of the rule, as checkpoints describe it.</summary>
    internal virtual SavedSetting Saved => new(Name);

    /// <summary>Whether the rule is <c>w ← fma(−rate, g, w)</c>, which a matrix product can do with its sums as they come.</summary>
    internal virtual bool IsPlainDescent => false;

    /// <summary>Returns the name of the optimizer.</summary>
    /// <returns>The name.</returns>
    public override string ToString() => Name;

    /// <summary>Returns whether another optimizer goes on with what this one remembers: one of the same kind, whatever its
    /// numbers.</summary>
    internal bool IsContinuedBy(Optimizer other) => Name == other.Name && SlotNames.SequenceEqual(other.SlotNames);

    /// <summary>Changes parameters by their mean gradient, <c>sum·scale + 0</c>. Does not allocate.</summary>
    /// <param name="step">The numbers of this update.</param>
    /// <param name="sums">The sums of the gradient over the samples of the batch, which may be overwritten.</param>
    /// <param name="scale">What makes the gradient of the sums.</param>
    /// <param name="parameters">As many as sums.</param>
    /// <param name="slot0">The first of <see cref="SlotNames"/>, as many as sums; otherwise empty.</param>
    /// <param name="slot1">The second of <see cref="SlotNames"/>, as many as sums; otherwise empty.</param>
    /// <returns>The largest absolute value of a parameter afterwards; NaN if one is NaN.</returns>
    internal abstract double Update<T>(UpdateStep step, Span<T> sums, T scale, Span<T> parameters, Span<T> slot0, Span<T> slot1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>Refuses a number that must be at least 0 and less than 1, also as a float: there 0.99999999 is 1, and nothing would ever be
    /// forgotten.</summary>
    private protected static double Fraction(double value, string parameter) => value >= 0 && (float)value < 1
        ? value
        : throw new ArgumentOutOfRangeException(parameter, value, $"The {parameter} must be at least 0 and less than 1, also as a Single.");

    /// <summary>Refuses a number that must be positive and finite, also as a float.</summary>
    private protected static double Positive(double value, string parameter) => (float)value > 0 && float.IsFinite((float)value)
        ? value
        : throw new ArgumentOutOfRangeException(parameter, value, $"The {parameter} must be positive and finite, also as a Single.");
}
