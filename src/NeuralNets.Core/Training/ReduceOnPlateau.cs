namespace NeuralNets.Core.Training;

/// <summary>When the learning rate is lowered, since the cost does not fall any more: the rule of Keras's
/// <c>ReduceLROnPlateau</c>.</summary>
/// <remarks>An epoch is a bad one unless its cost is below the smallest before it by more than <see cref="MinDelta"/>. After
/// <see cref="Patience"/> bad epochs in a row the rate is multiplied by <see cref="Factor"/>, but not below <see cref="Minimum"/>, and the
/// count begins anew; in the <see cref="Cooldown"/> epochs that follow none counts as bad. That of PyTorch lowers the rate one epoch
/// later, and compares by a relative threshold unless told otherwise. With a <see cref="GradientDescentTrainer{T}.Schedule"/>, both factors
/// apply.</remarks>
public sealed class ReduceOnPlateau
{
    /// <summary>Creates the setting.</summary>
    /// <param name="factor">What the rate is multiplied by, between 0 and 1.</param>
    /// <param name="patience">The number of bad epochs in a row after which the rate is lowered, positive.</param>
    /// <param name="minDelta">By how much a cost must be smaller to count as better, finite and not negative.</param>
    /// <param name="cooldown">The number of epochs after a reduction that do not count as bad, not negative.</param>
    /// <param name="minimum">The smallest rate, finite and not negative.</param>
    /// <param name="monitor">The cost that is watched.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range, or <paramref name="monitor"/> is not one of the named
    /// values.</exception>
    public ReduceOnPlateau(
        double factor = 0.1,
        int patience = 10,
        double minDelta = 1e-4,
        int cooldown = 0,
        double minimum = 0,
        MonitoredCost monitor = MonitoredCost.Validation)
    {
        if (factor is not (> 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(factor), factor, "The factor must be between 0 and 1.");
        }

        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(patience);
        ArgumentOutOfRangeException.ThrowIfNegative(cooldown);
        CostMonitor.Check(minDelta, monitor, nameof(minDelta), nameof(monitor));
        if (!(minimum >= 0 && double.IsFinite(minimum)))
        {
            throw new ArgumentOutOfRangeException(nameof(minimum), minimum, "The smallest rate must be finite and not negative.");
        }

        Factor = factor;
        Patience = patience;
        MinDelta = minDelta;
        Cooldown = cooldown;
        Minimum = minimum;
        Monitor = monitor;
    }

    /// <summary>What the rate is multiplied by.</summary>
    public double Factor { get; }

    /// <summary>The number of bad epochs in a row after which the rate is lowered.</summary>
    public int Patience { get; }

    /// <summary>By how much a cost must be smaller to count as better.</summary>
    public double MinDelta { get; }

    /// <summary>The number of epochs after a reduction that do not count as bad.</summary>
    public int Cooldown { get; }

    /// <summary>The smallest rate.</summary>
    public double Minimum { get; }

    /// <summary>The cost that is watched.</summary>
    public MonitoredCost Monitor { get; }

    /// <summary>The description in checkpoints.</summary>
    internal SavedSetting Saved => new(
        nameof(ReduceOnPlateau),
        ("factor", [Factor]),
        ("patience", [Patience]),
        ("minDelta", [MinDelta]),
        ("cooldown", [Cooldown]),
        ("minimum", [Minimum]),
        ("monitor", [(int)Monitor]));

    /// <exception cref="ArgumentException">The numbers are not those of a setting.</exception>
    internal static ReduceOnPlateau Create(SavedSetting saved) => new(
        saved.Number("factor"),
        (int)saved.Number("patience"),
        saved.Number("minDelta"),
        (int)saved.Number("cooldown"),
        saved.Number("minimum"),
        (MonitoredCost)(int)saved.Number("monitor"));
}
