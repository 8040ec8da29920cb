namespace NeuralNets.Core.Optimizers.Schedules;

/// <summary>The rate is multiplied by a factor every so many epochs: <c>factor^⌊epoch/every⌋</c>, as PyTorch's <c>StepLR</c>.</summary>
public sealed class StepDecay : LearningRateSchedule
{
    /// <summary>Creates the schedule.</summary>
    /// <param name="everyEpochs">The number of epochs from one multiplication to the next, positive. They are counted from the start of
    /// training, warm-up included.</param>
    /// <param name="factor">The factor, from 0 to 1.</param>
    /// <param name="warmUpEpochs">The number of epochs in which the rate rises linearly at the start: it is (s + 1)/w of the base in step s
    /// of w.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public StepDecay(int everyEpochs, double factor = 0.1, double warmUpEpochs = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(everyEpochs);
        EveryEpochs = everyEpochs;
        DecayFactor = Share(factor, nameof(factor));
        WarmUpEpochs = Epochs(warmUpEpochs, nameof(warmUpEpochs), mayBeZero: true);
    }

    /// <summary>The number of epochs from one multiplication to the next.</summary>
    public int EveryEpochs { get; }

    /// <summary>The factor of a multiplication.</summary>
    public double DecayFactor { get; }

    /// <summary>The number of epochs in which the rate rises linearly at the start.</summary>
    public double WarmUpEpochs { get; }

    /// <inheritdoc/>
    internal override SavedSetting Saved =>
        new(nameof(StepDecay), ("everyEpochs", [EveryEpochs]), ("factor", [DecayFactor]), ("warmUpEpochs", [WarmUpEpochs]));

    /// <inheritdoc/>
    public override double Factor(long stepCount, int stepsPerEpoch) => WarmUp(stepCount, Steps(WarmUpEpochs, stepsPerEpoch))
        ?? Elementary.Power(DecayFactor, stepCount / stepsPerEpoch / EveryEpochs);
}
