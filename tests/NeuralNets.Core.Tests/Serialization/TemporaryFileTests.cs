using System.Diagnostics;
using NeuralNets.Core.Serialization;
using NeuralNets.Core.Tests.ChildProcess;
using NeuralNets.Core.Tests.Data;

namespace NeuralNets.Core.Tests.Serialization;

/// <summary>What is left over is deleted, and what another process or thread is writing is not.</summary>
public sealed class TemporaryFileTests
{
    [Fact]
    public void Write_ProcessWasKilledInTheMiddle_DeletesWhatItLeft()
    {
        using var folder = new TempDirectory();
        string path = folder.File("file");
        string other = folder.File("other");
        using (Process process = StartWriting(path))
        {
            Temporaries(folder).Should().ContainSingle();
            process.Kill();
            process.WaitForExit();
        }

        AtomicFile.Write(other, stream => stream.WriteByte(1));
        Temporaries(folder).Should().ContainSingle("it belongs to another file");
        AtomicFile.Write(path, stream => Temporaries(folder).Should().ContainSingle("it is the one that is being written"));

        Temporaries(folder).Should().BeEmpty();
    }

    [Fact]
    public void Write_WhileAnotherProcessWritesTheSame_LetsItFinish()
    {
        using var folder = new TempDirectory();
        string path = folder.File("file");
        using Process process = StartWriting(path);

        AtomicFile.Write(path, stream => stream.WriteByte(1));
        File.ReadAllBytes(path).Should().Equal(1);
        process.StandardInput.Close();
        process.WaitForExit();

        process.ExitCode.Should().Be(0, process.StandardError.ReadToEnd());
        File.ReadAllBytes(path).Should().Equal(FileScenario.Content);
        Temporaries(folder).Should().BeEmpty();
    }

    [Fact]
    public void Write_ManyThreadsTheSame_EachSucceedsAndOneContentIsThere()
    {
        using var folder = new TempDirectory();
        string path = folder.File("file");
        Thread[] threads = [.. Enumerable.Range(1, 4).Select(number => new Thread(() =>
        {
            for (int i = 0; i < 50; i++)
            {
                AtomicFile.Write(path, stream => stream.Write(Enumerable.Repeat((byte)number, 1000).ToArray()));
            }
        }))];

        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());

        byte[] content = File.ReadAllBytes(path);
        content.Should().HaveCount(1000).And.OnlyContain(value => value == content[0]);
        Directory.GetFileSystemEntries(folder.File(".")).Should().ContainSingle();
    }

    [Fact]
    public void Write_NameAsLongAsANameMayBe_Succeeds()
    {
        using var folder = new TempDirectory();
        string path = folder.File(new string('n', 255));

        AtomicFile.Write(path, stream => stream.WriteByte(1));

        File.ReadAllBytes(path).Should().Equal(1);
    }

    private static Process StartWriting(string path)
    {
        Process process = Child.Start(["write-until-told", path]);
        process.StandardOutput.ReadLine().Should().Be("writing");
        return process;
    }

    private static string[] Temporaries(TempDirectory folder) => Directory.GetFiles(folder.File("."), "*.tmp");
}
