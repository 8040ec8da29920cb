using NeuralNets.Core.Tests.ChildProcess;
using NeuralNets.Core.Tests.Data;
using NeuralNets.Core.Training;

namespace NeuralNets.Core.Tests.Training;

public sealed class CheckpointScheduleTests
{
    [Fact]
    public void Path_Relative_IsFixedWhenTheScheduleIsMade() =>
        new CheckpointSchedule("folder/../file").Path.Should().Be(Path.Combine(Environment.CurrentDirectory, "file"));

    [Fact]
    public void Fit_CurrentFolderChangesAfterTheScheduleIsMade_SavesWhereThePathWas()
    {
        // The current folder belongs to the whole process.
        using var folder = new TempDirectory();
        Child.Run(["checkpoint-elsewhere", folder.File(".")]);

        CheckpointFile.Load<float>(folder.File("relative")).EpochsCompleted.Should().Be(2);
    }
}
