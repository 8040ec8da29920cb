namespace NeuralNets.Core.Optimizers.Schedules;

/// <summary>The rate rises linearly to the base in the first part of training and falls linearly to a last factor in the rest; it stays
/// there.</summary>
/// <remarks>L. N. Smith, A Disciplined Approach to Neural Network Hyper-Parameters, 2018. PyTorch's <c>OneCycleLR</c> rises and falls along
/// cosines unless told otherwise, from 1/25 of the base.</remarks>
public sealed class OneCycle : LearningRateSchedule
{
    /// <summary>Creates the schedule.</summary>
    /// <param name="totalEpochs">The number of epochs of the whole schedule, positive.</param>
    /// <param name="warmUpEpochs">The number of epochs in which the rate rises: it is (s + 1)/w of the base in step s of w. Less than the
    /// total; 0.3 of it if null.</param>
    /// <param name="lastFactor">The factor at the end and after it, from 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public OneCycle(double totalEpochs, double? warmUpEpochs = null, double lastFactor = 0)
    {
        TotalEpochs = Epochs(totalEpochs, nameof(totalEpochs), mayBeZero: false);
        WarmUpEpochs = warmUpEpochs ?? (0.3 * totalEpochs);
        CheckWarmUp(WarmUpEpochs, totalEpochs, nameof(warmUpEpochs));
        LastFactor = Share(lastFactor, nameof(lastFactor));
    }

    /// <summary>The number of epochs of the whole schedule.</summary>
    public double TotalEpochs { get; }

    /// <summary>The number of epochs in which the rate rises.</summary>
    public double WarmUpEpochs { get; }

    /// <summary>The factor at the end and after it.</summary>
    public double LastFactor { get; }

    /// <inheritdoc/>
    internal override SavedSetting Saved => new(
        nameof(OneCycle), ("totalEpochs", [TotalEpochs]), ("warmUpEpochs", [WarmUpEpochs]), ("lastFactor", [LastFactor]));

    /// <inheritdoc/>
    public override double Factor(long stepCount, int stepsPerEpoch)
    {
        double warmUp = Steps(WarmUpEpochs, stepsPerEpoch);
        double total = Steps(TotalEpochs, stepsPerEpoch);
        return WarmUp(stepCount, warmUp)
            ?? (stepCount >= total ? LastFactor : 1 - ((1 - LastFactor) * ((stepCount - warmUp) / (total - warmUp))));
    }
}
