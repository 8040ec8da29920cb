namespace NeuralNets.Core.Optimizers.Schedules;

/// <summary>The built-in schedules, as checkpoints describe them.</summary>
internal static class ScheduleCatalog
{
    /// <summary>Creates a schedule from its description.</summary>
    /// <exception cref="ArgumentException">There is no such schedule, or not with such numbers.</exception>
    public static LearningRateSchedule Create(SavedSetting saved) => saved.Name switch
    {
        nameof(StepDecay) => new StepDecay((int)saved.Number("everyEpochs"), saved.Number("factor"), saved.Number("warmUpEpochs")),
        nameof(ExponentialDecay) => new ExponentialDecay(saved.Number("factor"), saved.Number("warmUpEpochs")),
        nameof(CosineDecay) => new CosineDecay(
            saved.Number("totalEpochs"), saved.Number("warmUpEpochs"), saved.Number("lastFactor")),
        nameof(OneCycle) => new OneCycle(saved.Number("totalEpochs"), saved.Number("warmUpEpochs"), saved.Number("lastFactor")),
        MissingSchedule.Name => new MissingSchedule(),
        _ => throw new ArgumentException($"there is no schedule with the name {saved.Name}"),
    };
}

/// <summary>Stands for the custom schedule of a checkpoint until it is set again.</summary>
internal sealed class MissingSchedule : LearningRateSchedule
{
    public const string Name = "Custom";

    /// <inheritdoc/>
    internal override SavedSetting Saved => new(Name);

    /// <inheritdoc/>
    public override double Factor(long stepCount, int stepsPerEpoch) => throw new InvalidOperationException(
        "The checkpoint was trained with a custom schedule, which it does not hold: set the trainer's Schedule to it before training.");
}
