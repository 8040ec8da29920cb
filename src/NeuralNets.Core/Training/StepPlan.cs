using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Training;

/// <summary>How a step is cut into work. The plan changes the speed, never the result.</summary>
/// <param name="Workers">The number of workers.</param>
/// <param name="CutsFirstLayerByUnits">Whether each worker has some units of the first layer, all samples, or the other way round.</param>
/// <param name="ChunkColumns">The most samples that go through at a time.</param>
internal sealed record StepPlan(int Workers, bool CutsFirstLayerByUnits, int ChunkColumns)
{
    /// <summary>
    /// The least multiply-adds of a step for each worker. Two barriers cost a few microseconds, in which a worker does some
    /// hundred thousand multiply-adds.
    /// </summary>
    private const double LeastWork = 1e6;

    /// <summary>Units are shared out in groups that fill a cache line in float, and whole vectors of any width.</summary>
    private const int UnitGroup = 16;

    /// <summary>The least units of a worker that fill the registers well.</summary>
    private const int LeastUnits = 32;

    /// <summary>With more workers, each gathering the whole batch for itself would cost more than it saves.</summary>
    private const int MostGatheringWorkers = 4;

    /// <summary>Chooses a plan.</summary>
    /// <param name="maxWorkers">The most workers that are allowed.</param>
    /// <param name="layerSizes">The number of inputs, and of units of each layer.</param>
    /// <param name="chunkColumns">The number of samples of a step.</param>
    public static StepPlan Choose(int maxWorkers, ReadOnlySpan<int> layerSizes, int chunkColumns)
    {
        // A sample takes three multiply-adds a weight: forward, derivatives, gradient.
        double work = 0;
        for (int l = 1; l < layerSizes.Length; l++)
        {
            work += 3.0 * layerSizes[l - 1] * layerSizes[l] * chunkColumns;
        }

        int workers = (int)Math.Clamp(work / LeastWork, 1, Math.Min(maxWorkers, Environment.ProcessorCount));
        bool byUnits = layerSizes.Length > 2
            && workers is > 1 and <= MostGatheringWorkers
            && layerSizes[1] >= LeastUnits * workers;
        return new StepPlan(workers, byUnits, chunkColumns);
    }

    /// <summary>A worker's units of the first layer.</summary>
    public (int Start, int Count) Units(int units, int worker)
    {
        int groups = (units + UnitGroup - 1) / UnitGroup;
        (int start, int count) = Partition.Share(groups, Workers, worker);
        int first = Math.Min(start * UnitGroup, units);
        return (first, Math.Min((start + count) * UnitGroup, units) - first);
    }
}
