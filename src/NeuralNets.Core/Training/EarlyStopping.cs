namespace NeuralNets.Core.Training;

/// <summary>When training ends before its last epoch, since the cost has not fallen for some time. Whenever a call of Fit ends, also by an
/// exception or a cancellation, the network gets the parameters of its best epoch.</summary>
/// <remarks>
/// <para>The best epoch is the one with the smallest cost, the first of several. An epoch is a bad one unless its cost is below the
/// smallest before it by more than <see cref="MinDelta"/>; NaN is never below. Training ends after <see cref="Patience"/> bad epochs in a
/// row.</para>
/// <para>A later call of Fit goes on from the parameters of the best epoch, with what the optimizer remembers of the last one, and counts
/// anew. A checkpoint that the trainer wrote in a call
/// holds the parameters of its last epoch, those of the best one, and the count: the call goes on as if it had not been killed.</para>
/// </remarks>
public sealed class EarlyStopping
{
    /// <summary>Creates the setting.</summary>
    /// <param name="patience">The number of bad epochs in a row after which training ends, positive.</param>
    /// <param name="minDelta">By how much a cost must be smaller to count as better, finite and not negative.</param>
    /// <param name="monitor">The cost that is watched.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range, or <paramref name="monitor"/> is not one of the named
    /// values.</exception>
    public EarlyStopping(int patience, double minDelta = 0, MonitoredCost monitor = MonitoredCost.Validation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(patience);
        CostMonitor.Check(minDelta, monitor, nameof(minDelta), nameof(monitor));
        Patience = patience;
        MinDelta = minDelta;
        Monitor = monitor;
    }

    /// <summary>The number of bad epochs in a row after which training ends.</summary>
    public int Patience { get; }

    /// <summary>By how much a cost must be smaller to count as better.</summary>
    public double MinDelta { get; }

    /// <summary>The cost that is watched.</summary>
    public MonitoredCost Monitor { get; }

    /// <summary>The description in checkpoints.</summary>
    internal SavedSetting Saved => new(
        nameof(EarlyStopping), ("patience", [Patience]), ("minDelta", [MinDelta]), ("monitor", [(int)Monitor]));

    /// <exception cref="ArgumentException">The numbers are not those of a setting.</exception>
    internal static EarlyStopping Create(SavedSetting saved) => new(
        (int)saved.Number("patience"), saved.Number("minDelta"), (MonitoredCost)(int)saved.Number("monitor"));
}
