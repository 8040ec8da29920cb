using System.Numerics;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Training.Steps;

/// <summary>How a step is cut into work. The plan changes the speed, never the result.</summary>
/// <param name="WorkerCount">The number of workers.</param>
/// <param name="CutsFirstLayerByUnits">Whether each worker has some units of the first layer, all samples, or the other way round.</param>
/// <param name="MicroBatchSize">The maximum number of samples that go through at a time.</param>
internal sealed record StepPlan(int WorkerCount, bool CutsFirstLayerByUnits, int MicroBatchSize)
{
    /// <summary>
    /// The minimum number of multiply-adds of a step for each worker. Two barriers cost a few microseconds, in which a worker does some
    /// hundred thousand multiply-adds.
    /// </summary>
    private const double LeastWork = 1e6;

    /// <summary>Units are shared out in groups that fill a cache line in float, and whole vectors of any width.</summary>
    public const int UnitGroup = 16;

    /// <summary>The minimum number of units of a worker that fill the registers well.</summary>
    private const int LeastUnits = 32;

    /// <summary>With more workers, each gathering the whole batch for itself would cost more than it saves.</summary>
    private const int MostGatheringWorkers = 4;

    /// <summary>The maximum number of samples that go through at a time. 256 keep what passes between the layers in the cache.</summary>
    private const int MostColumns = 256;

    /// <summary>The maximum number of elements of a layer's values for a micro-batch, unless one sample has more: wider layers go through
    /// in smaller pieces, so that the memory grows with the layer, and not with its multiple.</summary>
    private const int MostElements = 1 << 26;

    /// <summary>Chooses a plan for the steps of a batch size.</summary>
    public static StepPlan Choose<T>(Network<T> network, TrainingSettings<T> settings, TrainingHooks hooks, int batchSize)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int[] sizes = [network.InputCount, .. network.Layers.Select(layer => layer.OutputCount)];
        int columns = hooks.MicroBatchSize ?? Math.Clamp(MostElements / sizes.Max(), 1, MostColumns);
        int workers = settings.Backend.HasOwnThreads ? 1 : settings.MaxDegreeOfParallelism;
        StepPlan plan = Choose(workers, sizes, Math.Min(columns, batchSize));
        return plan with
        {
            WorkerCount = hooks.WorkerCount ?? plan.WorkerCount,
            CutsFirstLayerByUnits = (hooks.CutsFirstLayerByUnits ?? plan.CutsFirstLayerByUnits) && sizes.Length > 2,
        };
    }

    /// <summary>Chooses a plan.</summary>
    /// <param name="maxDegreeOfParallelism">The maximum number of workers that are allowed.</param>
    /// <param name="layerSizes">The number of inputs, and of units of each layer.</param>
    /// <param name="microBatchSize">The number of samples of a step.</param>
    public static StepPlan Choose(int maxDegreeOfParallelism, ReadOnlySpan<int> layerSizes, int microBatchSize)
    {
        // A sample takes three multiply-adds per weight: forward, derivatives, gradient.
        double work = 0;
        for (int l = 1; l < layerSizes.Length; l++)
        {
            work += 3.0 * layerSizes[l - 1] * layerSizes[l] * microBatchSize;
        }

        int workers = (int)Math.Clamp(work / LeastWork, 1, Math.Min(maxDegreeOfParallelism, Environment.ProcessorCount));
        bool byUnits = layerSizes.Length > 2
            && workers is > 1 and <= MostGatheringWorkers
            && layerSizes[1] >= LeastUnits * workers;
        return new StepPlan(workers, byUnits, microBatchSize);
    }

    /// <summary>Returns a worker's units of the first layer.</summary>
    public (int Start, int Count) Units(int units, int worker)
    {
        int groups = (units + UnitGroup - 1) / UnitGroup;
        (int start, int count) = Partition.Share(groups, WorkerCount, worker);
        int first = Math.Min(start * UnitGroup, units);
        return (first, Math.Min((start + count) * UnitGroup, units) - first);
    }
}
