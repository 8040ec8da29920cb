using NeuralNets.Core.Kernels;
using NeuralNets.Core.Tests.ChildProcess;

namespace NeuralNets.Core.Tests.Kernels;

/// <summary>What native code can do to the arithmetic of a thread is noticed: each in a process of its own.</summary>
public sealed class FloatingPointModeTests
{
    private const string SubnormalsAreLost = "subnormal numbers count as zero";

    [Fact]
    public void IsStandard_Untouched_IsTrueAndDoesNotAllocate()
    {
        FloatingPointMode.IsStandard.Should().BeTrue();

        long before = GC.GetAllocatedBytesForCurrentThread();
        FloatingPointMode.Require();
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
    }

    [LinuxX64Theory]
    [InlineData("float", Mxcsr.FlushToZero, SubnormalsAreLost)]
    [InlineData("float", Mxcsr.DenormalsAreZero, SubnormalsAreLost)]
    [InlineData("float", Mxcsr.RoundDown, "results are rounded down")]
    [InlineData("double", Mxcsr.FlushToZero, SubnormalsAreLost)]
    [InlineData("double", Mxcsr.DenormalsAreZero, SubnormalsAreLost)]
    [InlineData("double", Mxcsr.FlushToZero | Mxcsr.DenormalsAreZero, SubnormalsAreLost)]
    [InlineData("double", Mxcsr.RoundUp, "results are rounded up")]
    [InlineData("double", Mxcsr.RoundDown, "results are rounded down")]
    [InlineData("double", Mxcsr.RoundTowardZero, "results are rounded toward zero")]
    [InlineData("double", Mxcsr.RoundUp | Mxcsr.FlushToZero, "results are rounded up")]
    [InlineData("double", Mxcsr.RoundTowardZero | Mxcsr.FlushToZero | Mxcsr.DenormalsAreZero, "results are rounded toward zero")]
    public void FitAndPredict_OtherMode_AreRefusedAndNothingIsTouched(string type, uint mode, string reason)
    {
        string[] lines = Child.Run($"arithmetic {type} {mode}");

        lines.Should().HaveCount(10);
        lines[..8].Should().OnlyContain(line => line.Contains($"but on this thread {reason}, so", StringComparison.Ordinal));
        lines[8..].Should().Equal("untouched: True", "as ever afterwards: 1");
    }

    /// <summary>The compiler must not have computed the probe beforehand, at any level of its optimizations.</summary>
    [LinuxX64Theory]
    [InlineData("DOTNET_TieredCompilation", "0")]
    [InlineData("DOTNET_TieredPGO", "0")]
    [InlineData("DOTNET_JITMinOpts", "1")]
    [InlineData("DOTNET_EnableHWIntrinsic", "0")]
    public void FitAndPredict_OtherModeUnderAnotherCompilation_AreRefused(string variable, string value) =>
        Child.Run($"arithmetic double {Mxcsr.FlushToZero}", (variable, value))[..8]
            .Should().OnlyContain(line => line.Contains(SubnormalsAreLost, StringComparison.Ordinal));

    [LinuxX64Fact]
    public void Fit_ModeChangesInItsCourse_IsRefusedOnWhicheverThread()
    {
        string[] lines = Child.Run("arithmetic-changes");

        lines.Should().HaveCount(8);
        lines.Where(line => line.Contains(SubnormalsAreLost, StringComparison.Ordinal)).Should().HaveCount(6);
        lines.Where(line => line.StartsWith("epochs", StringComparison.Ordinal)).Should().Equal("epochs: 1", "epochs: 1");
    }

    [LinuxX64Fact]
    public void Predict_ThreadsOfThePoolInAnotherMode_ComputeNothing() =>
        Child.Run("arithmetic-pool").Should().Equal("same: 200, the pool rounds as usual: False");
}
