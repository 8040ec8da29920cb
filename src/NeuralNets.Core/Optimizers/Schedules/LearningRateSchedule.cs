namespace NeuralNets.Core.Optimizers.Schedules;

/// <summary>What the learning rate is multiplied by in the course of training.</summary>
/// <remarks>A schedule is a pure function of the number of steps so far, so a run that goes on after a checkpoint needs nothing else. One's
/// own derives from this class; a checkpoint does not hold it, and it is set again after loading.</remarks>
public abstract class LearningRateSchedule
{
    /// <summary>The description in checkpoints; null of a custom schedule.</summary>
    internal virtual SavedSetting? Saved => null;

    /// <summary>Returns the factor of the learning rate in a step.</summary>
    /// <param name="stepCount">The number of steps before it, over all calls of Fit: 0, 1, … It begins anew with an
    /// <see cref="Optimizer"/> of another kind.</param>
    /// <param name="stepsPerEpoch">The number of steps of an epoch.</param>
    /// <returns>The factor, finite and not negative.</returns>
    public abstract double Factor(long stepCount, int stepsPerEpoch);

    /// <summary>Returns a number of epochs as steps, rounded.</summary>
    private protected static double Steps(double epochs, int stepsPerEpoch) => Math.Round(epochs * stepsPerEpoch);

    /// <summary>Returns the factor of a step while the rate rises linearly from the start; null afterwards.</summary>
    private protected static double? WarmUp(long step, double warmUpSteps) => step < warmUpSteps ? (step + 1) / warmUpSteps : null;

    private protected static double Epochs(double value, string parameter, bool mayBeZero) =>
        double.IsFinite(value) && (mayBeZero ? value >= 0 : value > 0)
            ? value
            : throw new ArgumentOutOfRangeException(
                parameter, value, $"The number of epochs must be finite and {(mayBeZero ? "not negative" : "positive")}.");

    private protected static double Share(double value, string parameter) => value is >= 0 and <= 1
        ? value
        : throw new ArgumentOutOfRangeException(parameter, value, "The factor must be from 0 to 1.");

    private protected static void CheckWarmUp(double warmUpEpochs, double totalEpochs, string parameter)
    {
        if (Epochs(warmUpEpochs, parameter, mayBeZero: true) >= totalEpochs)
        {
            throw new ArgumentOutOfRangeException(
                parameter, warmUpEpochs, FormattableString.Invariant($"The warm-up must be shorter than the {totalEpochs} epochs in all."));
        }
    }
}
