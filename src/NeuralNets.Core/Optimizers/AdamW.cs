namespace NeuralNets.Core.Optimizers;

/// <summary><see cref="Adam"/> with weights that decay by themselves, not through the moving means.</summary>
/// <remarks>First <c>w ← w·(1 − rate·λ)</c> for weights, not for biases, then the rule of Adam with the gradient as it is. (I. Loshchilov
/// and F. Hutter, Decoupled Weight Decay Regularization, 2019.) With λ = 0 it is Adam, to the bit.</remarks>
public sealed class AdamW : Optimizer
{
    private readonly Adam _adam;

    /// <summary>Creates the rule.</summary>
    /// <param name="weightDecay">λ, the share of a weight that a step with a learning rate of 1 would take away: at least 0 and
    /// finite.</param>
    /// <param name="beta1">β₁, the share of the mean that is kept per step, from 0 to less than 1.</param>
    /// <param name="beta2">β₂, the share of the mean square that is kept per step, from 0 to less than 1.</param>
    /// <param name="epsilon">ε, what keeps the divisor away from 0, positive and finite, also as a float.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public AdamW(double weightDecay = 0.01, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8)
    {
        if (!(weightDecay >= 0 && double.IsFinite(weightDecay)))
        {
            throw new ArgumentOutOfRangeException(
                nameof(weightDecay), weightDecay, "The weight decay must be finite and not negative.");
        }

        _adam = new Adam(beta1, beta2, epsilon);
        WeightDecay = weightDecay;
    }

    /// <summary>The share of a weight that a step with a learning rate of 1 would take away.</summary>
    public double WeightDecay { get; }

    /// <summary>The share of the mean that is kept per step.</summary>
    public double Beta1 => _adam.Beta1;

    /// <summary>The share of the mean square that is kept per step.</summary>
    public double Beta2 => _adam.Beta2;

    /// <summary>What keeps the divisor away from 0.</summary>
    public double Epsilon => _adam.Epsilon;

    /// <inheritdoc/>
    public override double DefaultLearningRate => _adam.DefaultLearningRate;

    /// <inheritdoc/>
    internal override string Name => "AdamW";

    /// <inheritdoc/>
    internal override IReadOnlyList<string> SlotNames => _adam.SlotNames;

    /// <inheritdoc/>
    internal override IReadOnlyList<double> Decays => _adam.Decays;

    /// <inheritdoc/>
    internal override SavedSetting Saved => new(Name, [("weightDecay", [WeightDecay]), .. _adam.Saved.Numbers]);

    /// <inheritdoc/>
    internal override double Update<T>(
        UpdateStep step, Span<T> sums, T scale, Span<T> parameters, Span<T> slot0, Span<T> slot1) => Adam.Update(
            _adam, step.AreWeights ? 1 - (step.LearningRate * WeightDecay) : 1, step, sums, scale, parameters, slot0, slot1);
}
