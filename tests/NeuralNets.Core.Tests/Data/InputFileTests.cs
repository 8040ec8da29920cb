using System.Diagnostics;
using System.Text;
using NeuralNets.Core.Data;
using NeuralNets.Core.Serialization;
using NeuralNets.Core.Tables;
using NeuralNets.Core.Training;

namespace NeuralNets.Core.Tests.Data;

/// <summary>Every reader that takes a path, given a folder, nothing, or a pipe. Files without rights are tested by
/// AtomicFileOnLinuxTests.</summary>
public sealed class InputFileTests
{
    public static TheoryData<string> Readers => [.. s_readers.Keys];

    private static readonly Dictionary<string, Action<string>> s_readers = new()
    {
        ["network"] = path => NetworkFile.Load<float>(path),
        ["layers"] = path => NetworkFile.LoadLayers<float>(path, ["a"], []),
        ["checkpoint"] = path => CheckpointFile.Load<float>(path),
        ["idx"] = path => IdxReader.Read(path),
        ["images"] = path => IdxReader.ReadImages(path, path),
        ["data set"] = path => DatasetFile.Open<float>(path),
        ["data set to verify"] = path => DatasetFile.Verify(path),
        ["csv"] = path => CsvImageReader.Read(path),
        ["csv by name"] = path => CsvImageReader.Read(path, "label"),
        ["csv without labels"] = path => CsvImageReader.ReadUnlabeled(path),
        ["csv table"] = path => CsvTable.Read(path),
    };

    [Theory]
    [MemberData(nameof(Readers))]
    public void Read_Folder_ThrowsIOExceptionThatSaysSo(string reader)
    {
        using var folder = new TempDirectory();
        string path = folder.File("folder");
        Directory.CreateDirectory(path);

        FluentActions.Invoking(() => s_readers[reader](path))
            .Should().ThrowExactly<IOException>().WithMessage($"What is read must be a file, but '{path}' is a folder.");
    }

    [Theory]
    [MemberData(nameof(Readers))]
    public void Read_NothingThere_ThrowsFileNotFound(string reader)
    {
        using var folder = new TempDirectory();

        FluentActions.Invoking(() => s_readers[reader](folder.File("none"))).Should().Throw<FileNotFoundException>();
        FluentActions.Invoking(() => s_readers[reader](folder.File("none/none"))).Should().Throw<DirectoryNotFoundException>();
    }

    [LinuxTheory]
    [InlineData("/dev/null")]
    [InlineData("/dev/zero")]
    [InlineData("/proc/self/status")]
    public void Read_DeviceOrFileOfTheSystem_ThrowsInvalidData(string path)
    {
        foreach (Action<string> read in s_readers
            .Where(reader => path != "/dev/zero" || !reader.Key.StartsWith("csv")).Select(r => r.Value))
        {
            FluentActions.Invoking(() => read(path)).Should().Throw<InvalidDataException>();
        }
    }

    [LinuxFact]
    public void Read_Pipe_GivesWhatAFileGives()
    {
        using var folder = new TempDirectory();
        var trainer = new GradientDescentTrainer<float>(ChildProcess.FileScenario.Network()) { Seed = 9 };
        string checkpoint = folder.File("checkpoint");
        CheckpointFile.Save(checkpoint, trainer);
        string idx = folder.Write("idx", IdxFile.Write([.. Enumerable.Range(0, 100_000).Select(i => (byte)i)], 10, 100, 100));
        string gzip = folder.Write("idx.gz", TempDirectory.Gzip(File.ReadAllBytes(idx)));
        string csv = folder.Write("csv", Encoding.UTF8.GetBytes("label,a\n1,2\n"));

        Through(checkpoint, path => NetworkFile.Load<float>(path).ComputeParametersSha256())
            .Should().Be(trainer.Network.ComputeParametersSha256());
        Through(checkpoint, path => CheckpointFile.Load<float>(path).Seed).Should().Be(9);
        Through(idx, path => IdxReader.Read(path).Data.ToArray()).Should().Equal(IdxReader.Read(idx).Data.ToArray());
        Through(gzip, path => IdxReader.Read(path).Data.ToArray()).Should().Equal(IdxReader.Read(idx).Data.ToArray());
        Through(csv, path => CsvImageReader.Read(path, "label").Count).Should().Be(1);

        T Through<T>(string file, Func<string, T> read)
        {
            string pipe = folder.File(Guid.NewGuid().ToString());
            UnixCommand.Run("mkfifo", pipe);
            using Process writer = UnixCommand.Copy(file, pipe);
            T result = read(pipe);
            writer.WaitForExit();
            return result;
        }
    }
}
