using System.Numerics;
using NeuralNets.Core.Kernels;
using NeuralNets.Core.Tests.ChildProcess;

namespace NeuralNets.Core.Tests.Training;

/// <summary>The same seed gives the same bits, whatever computes them. See <see cref="HardwareBitsTests"/> for other hardware.</summary>
[Trait("Kind", "Sweep")]
[Collection(SimdWidthCollection.Name)]
public sealed class BitsTests
{
    private static readonly int[] s_workers = [1, 2, 3, 8];
    private static readonly int[] s_microBatchSizes = [1, 7, 256, int.MaxValue];

    private static readonly bool[] s_cuts = [false, true];

    public static TheoryData<string> Activations => [.. BitsScenario.Activations];

    [Theory]
    [MemberData(nameof(Activations))]
    public void Fit_AnyWorkersChunkCutAndWidth_GivesTheSameBitsInFloat(string activation) => CheckAll<float>(activation);

    [Theory]
    [MemberData(nameof(Activations))]
    public void Fit_AnyWorkersChunkCutAndWidth_GivesTheSameBitsInDouble(string activation) => CheckAll<double>(activation);

    private static void CheckAll<T>(string activation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // That a function has the same bits at every width and place is shown by its own tests: three of them stand for the others here.
        bool isWhole = activation is "Relu" or "Sigmoid" or "Gelu" || LocalRun.IsExhaustive;
        int[] workerCounts = isWhole ? s_workers : [1, 3];
        int[] microBatchSizes = isWhole ? s_microBatchSizes : [7];
        string expected = BitsScenario.TrainSmall<T>(activation, workers: 1, microBatchSize: 256);
        foreach (SimdWidth width in Enum.GetValues<SimdWidth>())
        {
            using IDisposable forced = Simd.Force(width);

            // No other test runs while a width is forced, so the runs share the processors.
            Parallel.ForEach(
                from workers in workerCounts from size in microBatchSizes from byUnits in s_cuts select (workers, size, byUnits),
                run => BitsScenario.TrainSmall<T>(activation, run.workers, run.size, run.byUnits).Should().Be(
                    expected,
                    $"with {width}, {run.workers} workers, micro-batches of {run.size}, first layer cut by units: {run.byUnits}"));
        }
    }
}
