namespace NeuralNets.Core.Training;

/// <summary>How far <see cref="ReduceOnPlateau"/> has come.</summary>
/// <param name="Scale">What the learning rate is multiplied by.</param>
/// <param name="Monitor">The smallest cost and the bad epochs.</param>
/// <param name="Cooldown">The number of epochs until bad ones count again.</param>
internal readonly record struct PlateauState(double Scale, CostMonitor Monitor, int Cooldown)
{
    /// <summary>Before the first epoch.</summary>
    public static PlateauState Start { get; } = new(1, CostMonitor.Start, 0);

    /// <summary>Returns the learning rate.</summary>
    public double Rate(double learningRate, double minimum) => Scale == 1 ? learningRate : Math.Max(learningRate * Scale, minimum);

    /// <summary>Returns the state after an epoch, in the order of Keras: an epoch that ends the cooldown may be the first bad
    /// one.</summary>
    public PlateauState Next(ReduceOnPlateau setting, double learningRate, double cost)
    {
        int cooldown = Math.Max(0, Cooldown - 1);
        int badEpochs = Cooldown > 0 ? 0 : Monitor.BadEpochs;
        if (Monitor.IsBetter(cost, setting.MinDelta))
        {
            return new PlateauState(Scale, new CostMonitor(cost, 0), cooldown);
        }

        if (cooldown == 0)
        {
            badEpochs++;
        }

        return badEpochs >= setting.Patience && Rate(learningRate, setting.Minimum) > setting.Minimum
            ? new PlateauState(Scale * setting.Factor, Monitor with { BadEpochs = 0 }, setting.Cooldown)
            : new PlateauState(Scale, Monitor with { BadEpochs = badEpochs }, cooldown);
    }
}
