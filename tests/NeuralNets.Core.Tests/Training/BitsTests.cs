using System.Numerics;
using NeuralNets.Core.Kernels;
using NeuralNets.Core.Tests.ChildProcess;

namespace NeuralNets.Core.Tests.Training;

/// <summary>The same seed gives the same bits, whatever computes them.</summary>
[Trait("Kind", "Sweep")]
[Collection(SimdWidthCollection.Name)]
public sealed class BitsTests
{
    private static readonly int[] s_workers = [1, 2, 3, 8];
    private static readonly int[] s_microBatchSizes = [1, 7, 256, int.MaxValue];

    private static readonly bool[] s_cuts = [false, true];

    public static TheoryData<string> Activations => [.. BitsScenario.Activations];

    public static TheoryData<string, string> Switches => new()
    {
        { "DOTNET_EnableAVX512", "Vector256 accelerated: True fused: True" },
        { "DOTNET_EnableAVX2", "Vector128 accelerated: True fused: False" },
        { "DOTNET_EnableHWIntrinsic", "Vector128 accelerated: False fused: False" },
    };

    [Theory]
    [MemberData(nameof(Activations))]
    public void Fit_AnyWorkersChunkCutAndWidth_GivesTheSameBitsInFloat(string activation) => CheckAll<float>(activation);

    [Theory]
    [MemberData(nameof(Activations))]
    public void Fit_AnyWorkersChunkCutAndWidth_GivesTheSameBitsInDouble(string activation) => CheckAll<double>(activation);

    [X64Theory]
    [MemberData(nameof(Switches))]
    public void Fit_HardwareSwitchedOff_GivesTheSameBits(string off, string hardware)
    {
        string[] lines = Child.Run("bits", (off, "0"));

        lines[0].Should().Be(hardware, "the switch must have taken effect");
        lines[1..].Should().Equal(BitsScenario.Activations.SelectMany(activation => new[]
        {
            $"{activation} float {BitsScenario.TrainSmall<float>(activation, 1, 256)}",
            $"{activation} double {BitsScenario.TrainSmall<double>(activation, 1, 256)}",
        }));
    }

    [X64Fact]
    public void Fit_MnistForTwoEpochs_GivesTheSameBitsWithoutAvx512AndForAnyWorkersAndChunk()
    {
        string expected = BitsScenario.TrainMnist(workers: 1, microBatchSize: 256, byUnits: false);

        BitsScenario.TrainMnist(workers: 2, microBatchSize: 32, byUnits: true).Should().Be(expected);
        BitsScenario.TrainMnist(workers: 3, microBatchSize: 5, byUnits: false).Should().Be(expected);
        string[] lines = Child.Run("mnist 2 11 true", ("DOTNET_EnableAVX512", "0"));
        lines.Should().Equal("Vector256 accelerated: True fused: True", expected);
    }

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
            foreach (int workers in workerCounts)
            {
                foreach (int microBatchSize in microBatchSizes)
                {
                    foreach (bool byUnits in s_cuts)
                    {
                        BitsScenario.TrainSmall<T>(activation, workers, microBatchSize, byUnits).Should().Be(
                            expected,
                            $"with {width}, {workers} workers, micro-batches of {microBatchSize}, first layer cut by units: {byUnits}");
                    }
                }
            }
        }
    }
}
