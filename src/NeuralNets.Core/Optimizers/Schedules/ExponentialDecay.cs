namespace NeuralNets.Core.Optimizers.Schedules;

/// <summary>The rate is multiplied by a factor after each epoch: <c>factor^epoch</c>, as PyTorch's <c>ExponentialLR</c>. (That of Keras
/// falls a little in each step.)</summary>
public sealed class ExponentialDecay : LearningRateSchedule
{
    /// <summary>Creates the schedule.</summary>
    /// <param name="factor">The factor per epoch, from 0 to 1.</param>
    /// <param name="warmUpEpochs">The number of epochs in which the rate rises linearly at the start: it is (s + 1)/w of the base in step s
    /// of w. They count as epochs of the decay, too.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public ExponentialDecay(double factor, double warmUpEpochs = 0)
    {
        DecayFactor = Share(factor, nameof(factor));
        WarmUpEpochs = Epochs(warmUpEpochs, nameof(warmUpEpochs), mayBeZero: true);
    }

    /// <summary>The factor per epoch.</summary>
    public double DecayFactor { get; }

    /// <summary>The number of epochs in which the rate rises linearly at the start.</summary>
    public double WarmUpEpochs { get; }

    /// <inheritdoc/>
    internal override SavedSetting Saved => new(nameof(ExponentialDecay), ("factor", [DecayFactor]), ("warmUpEpochs", [WarmUpEpochs]));

    /// <inheritdoc/>
    public override double Factor(long stepCount, int stepsPerEpoch) => WarmUp(stepCount, Steps(WarmUpEpochs, stepsPerEpoch))
        ?? Elementary.Power(DecayFactor, stepCount / stepsPerEpoch);
}
