namespace NeuralNets.Core.Training;

/// <summary>Chooses how many workers a step is worth. The number changes the speed, never the result.</summary>
internal static class TeamSize
{
    /// <summary>
    /// The least multiply-adds of a step for each worker. Two barriers cost a few microseconds, in which a worker does some
    /// hundred thousand multiply-adds.
    /// </summary>
    private const double LeastWork = 1e6;

    /// <summary>The workers for a step.</summary>
    /// <param name="maximum">The most that are allowed.</param>
    /// <param name="parameters">The number of the network's parameters: a sample takes three multiply-adds for each.</param>
    /// <param name="columns">The number of samples of a step.</param>
    public static int Choose(int maximum, long parameters, int columns)
    {
        double worth = 3.0 * parameters * columns / LeastWork;
        return (int)Math.Clamp(worth, 1, Math.Min(maximum, Environment.ProcessorCount));
    }
}
