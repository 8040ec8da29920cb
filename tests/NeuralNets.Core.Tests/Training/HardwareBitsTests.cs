using NeuralNets.Core.Tests.ChildProcess;

namespace NeuralNets.Core.Tests.Training;

/// <summary>The same seed gives the same bits in processes that find less hardware. None of these tests forces a width, so they run
/// beside others.</summary>
[Trait("Kind", "Sweep")]
public sealed class HardwareBitsTests
{
    public static TheoryData<string, string> Switches => new()
    {
        { "DOTNET_EnableAVX512", "Vector256 accelerated: True fused: True" },
        { "DOTNET_EnableAVX2", "Vector128 accelerated: True fused: False" },
        { "DOTNET_EnableHWIntrinsic", "Vector128 accelerated: False fused: False" },
    };

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
}
