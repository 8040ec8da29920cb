namespace NeuralNets.Core.Training;

/// <summary>The smallest cost so far and the bad epochs since.</summary>
/// <param name="Best">The smallest cost; infinite before the first epoch.</param>
/// <param name="BadEpochs">The number of epochs in a row that were not better.</param>
internal readonly record struct CostMonitor(double Best, int BadEpochs)
{
    /// <summary>Before the first epoch.</summary>
    public static CostMonitor Start { get; } = new(double.PositiveInfinity, 0);

    /// <summary>Returns whether a cost is the smallest so far: strictly, so the first of several wins.</summary>
    public bool IsBest(double cost) => cost < Best;

    /// <summary>Returns whether a cost is smaller by more than a difference.</summary>
    public bool IsBetter(double cost, double minDelta) => cost < Best - minDelta;

    /// <summary>Refuses a difference that is none, and a cost that is not one of the named values.</summary>
    public static void Check(double minDelta, MonitoredCost monitor, string minDeltaParameter, string monitorParameter)
    {
        if (!(minDelta >= 0 && double.IsFinite(minDelta)))
        {
            throw new ArgumentOutOfRangeException(
                minDeltaParameter, minDelta, "The difference that counts must be finite and not negative.");
        }

        if (!Enum.IsDefined(monitor))
        {
            throw new ArgumentOutOfRangeException(monitorParameter, monitor, "The cost must be one of the named values.");
        }
    }

    /// <summary>Returns the cost of an epoch that is watched.</summary>
    public static double CostOf(MonitoredCost monitor, Score training, Score? validation) =>
        (monitor == MonitoredCost.Training ? training : validation!).Cost.Mean;
}
