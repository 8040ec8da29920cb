namespace NeuralNets.Core.Optimizers.Schedules;

/// <summary>The rate falls along half a cosine from the base to a last factor, <c>last + (1 − last)·(1 + cos(π·p))/2</c> with the part p of
/// the steps behind the warm-up that are done; it stays there.</summary>
/// <remarks>I. Loshchilov and F. Hutter, SGDR, 2017, without restarts. The total includes the warm-up; <c>decay_steps</c> of Keras does
/// not.</remarks>
public sealed class CosineDecay : LearningRateSchedule
{
    /// <summary>Creates the schedule.</summary>
    /// <param name="totalEpochs">The number of epochs of the whole schedule, positive.</param>
    /// <param name="warmUpEpochs">The number of epochs in which the rate rises linearly at the start: it is (s + 1)/w of the base in step s
    /// of w. Less than the total.</param>
    /// <param name="lastFactor">The factor at the end and after it, from 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public CosineDecay(double totalEpochs, double warmUpEpochs = 0, double lastFactor = 0)
    {
        TotalEpochs = Epochs(totalEpochs, nameof(totalEpochs), mayBeZero: false);
        CheckWarmUp(warmUpEpochs, totalEpochs, nameof(warmUpEpochs));
        WarmUpEpochs = warmUpEpochs;
        LastFactor = Share(lastFactor, nameof(lastFactor));
    }

    /// <summary>The number of epochs of the whole schedule.</summary>
    public double TotalEpochs { get; }

    /// <summary>The number of epochs in which the rate rises linearly at the start.</summary>
    public double WarmUpEpochs { get; }

    /// <summary>The factor at the end and after it.</summary>
    public double LastFactor { get; }

    /// <inheritdoc/>
    internal override SavedSetting Saved => new(
        nameof(CosineDecay), ("totalEpochs", [TotalEpochs]), ("warmUpEpochs", [WarmUpEpochs]), ("lastFactor", [LastFactor]));

    /// <inheritdoc/>
    public override double Factor(long stepCount, int stepsPerEpoch)
    {
        double warmUp = Steps(WarmUpEpochs, stepsPerEpoch);
        double total = Steps(TotalEpochs, stepsPerEpoch);
        return WarmUp(stepCount, warmUp)
            ?? (stepCount >= total
                ? LastFactor
                : LastFactor + ((1 - LastFactor) * 0.5 * (1 + Elementary.CosinePi((stepCount - warmUp) / (total - warmUp)))));
    }
}
