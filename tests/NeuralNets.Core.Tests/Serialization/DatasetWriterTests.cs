using System.Diagnostics;
using NeuralNets.Core.Data;
using NeuralNets.Core.Serialization;
using NeuralNets.Core.Tests.ChildProcess;
using NeuralNets.Core.Tests.Data;

namespace NeuralNets.Core.Tests.Serialization;

public sealed class DatasetWriterTests
{
    [Fact]
    public void Complete_SamplesOneByOne_GivesTheFileOfTheSet()
    {
        using var folder = new TempDirectory();
        string path = folder.File("set");
        using (DatasetWriter<float> writer = DatasetFile.Create<float>(path, featureCount: 3, classCount: 4))
        {
            writer.Add([1f, -2.5f, 3f], 3, weight: 2);
            writer.Add([0f, 0f, 0.5f], 0, weight: 0);
            writer.Count.Should().Be(2);
            Entries(folder).Should().HaveCount(3, "the features, the labels and the weights").And.OnlyContain(it => it.EndsWith(".tmp"));
            writer.Complete();
            Entries(folder).Should().Equal("set");
        }

        Entries(folder).Should().Equal("set");
        Dataset<float> opened = DatasetFile.Open<float>(path);
        opened.ToMatrix().ToColumnMajorArray().Should().Equal(1, -2.5f, 3, 0, 0, 0.5f);
        opened.Labels.ToArray().Should().Equal(3, 0);
        opened.Weights.ToArray().Should().Equal(2, 0);
        opened.ClassCount.Should().Be(4);
        opened.LargestFeature.Should().Be(3);
    }

    [Fact]
    public void Complete_File_IsASafetensorsFileWhoseFeaturesBeginWithAPage()
    {
        using var folder = new TempDirectory();
        string path = folder.File("set");
        using (DatasetWriter<double> writer = DatasetFile.CreateForValues<double>(path, featureCount: 3, valueCount: 2, PixelScaling.None))
        {
            writer.Add((byte[])[1, 2, 3], [4.0, 5.0]);
            writer.Complete();
        }

        byte[] file = File.ReadAllBytes(path);
        file.Should().HaveCount(4096 + 3 + 5 + 16);
        file.AsSpan(4096, 8).ToArray().Should().Equal(1, 2, 3, 0, 0, 0, 0, 0);
        BitConverter.ToDouble(file, 4096 + 8).Should().Be(4);
        string header = SafetensorsBytes.HeaderOf(file);
        header.Should().HaveLength(4088).And.Contain("""
            "features":{"dtype":"U8","shape":[1,3],"data_offsets":[0,3]},
            """.Trim()).And.Contain("""
            "padding":{"dtype":"U8","shape":[5],"data_offsets":[3,8]},"values":{"dtype":"F64","shape":[1,2],"data_offsets":[8,24]}}
            """.Trim()).And.Contain("""
            "neuralnets.dataset":"{\"format\":1,\"scaling\":\"None\"}"
            """.Trim());
    }

    [Fact]
    public void Complete_PiecesOfEverySize_GivesTheSameFile()
    {
        using var folder = new TempDirectory();
        byte[] row = [.. Enumerable.Range(0, 100_003).Select(i => (byte)(i * 7))];
        using (DatasetWriter<float> writer = DatasetFile.Create<float>(folder.File("set"), row.Length, 2))
        {
            for (int i = 0; i < 5; i++)
            {
                writer.Add(row, i % 2);
            }

            writer.Complete();
        }

        byte[] file = File.ReadAllBytes(folder.File("set"));
        for (int i = 0; i < 5; i++)
        {
            file.AsSpan(4096 + (i * row.Length), row.Length).SequenceEqual(row).Should().BeTrue();
        }

        DatasetFile.Verify(folder.File("set"));
    }

    [Fact]
    public void Dispose_WithoutComplete_LeavesWhatWasThereAndNothingElse()
    {
        using var folder = new TempDirectory();
        string path = folder.Write("set", [1]);

        using (DatasetWriter<float> writer = DatasetFile.Create<float>(path, 1, 2))
        {
            writer.Add([1f], 0, weight: 1);
            File.ReadAllBytes(path).Should().Equal(1);
        }

        File.ReadAllBytes(path).Should().Equal(1);
        Entries(folder).Should().Equal("set");
    }

    [Fact]
    public void Complete_FileThere_IsReplacedAndKeepsItsMode()
    {
        using var folder = new TempDirectory();
        string path = folder.Write("set", [1]);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        }

        DatasetFile.Save(path, DatasetSamples.Create<float>("bytes"));

        DatasetFile.Verify(path);
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(path).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        }
    }

    /// <summary>A real process that writes without end is killed: nothing is at the path, and the next writer cleans up.</summary>
    [Fact]
    public void Writer_ProcessIsKilled_LeavesNothingAtThePath()
    {
        using var folder = new TempDirectory();
        string path = folder.File("set");
        using (Process process = Child.Start(["dataset-until-told", path]))
        {
            process.StandardOutput.ReadLine().Should().Be("writing");
            process.Kill();
            process.WaitForExit();
        }

        Entries(folder).Should().HaveCount(3).And.NotContain("set");
        DatasetFile.Save(path, DatasetSamples.Create<float>("bytes"));

        Entries(folder).Should().Equal("set");
        DatasetFile.Verify(path);
    }

    [Fact]
    public void Add_SampleThatDoesNotFit_IsRefusedAndOthersMayFollow()
    {
        using var folder = new TempDirectory();
        string path = folder.File("set");
        using DatasetWriter<double> writer = DatasetFile.Create<double>(path, 2, 3);
        Refuses(() => writer.Add([1.0], 0), "A sample needs 2 features, but sample 0 has 1. (Parameter 'features')");
        Refuses(() => writer.Add((byte[])[1, 2, 3], 0), "A sample needs 2 features, but sample 0 has 3. (Parameter 'features')");
        Refuses(() => writer.Add((double[])null!, 0), "A sample needs 2 features, but sample 0 has 0. An empty span may come from*");
        writer.Add([1.0, 2.0], 0);
        Refuses(() => writer.Add([1.0, double.NaN], 0), "Features must be finite, but feature 1 of sample 1 is NaN.*");
        Refuses(() => writer.Add([double.NegativeInfinity, 0.0], 0), "Features must be finite, but feature 0 of sample 1 is -Infinity.*");
        Refuses(() => writer.Add([1.0, 2.0], 3), "Labels must be between 0 and 2, but sample 1 has label 3.*");
        Refuses(() => writer.Add([1.0, 2.0], -1), "Labels must be between 0 and 2, but sample 1 has label -1.*");
        Refuses(
            () => writer.Add([1.0, 2.0], 0, weight: 1),
            "All samples must have a weight, or none, but the 1 before have none, and sample 1 has one. (Parameter 'weight')");
        Refuses(
            () => writer.Add((byte[])[1, 2], 0),
            "The features of all samples must be of the same kind, but those of the 1 before are numbers, and those of sample 1 are "
            + "bytes.*");
        writer.Invoking(it => it.Add([1.0, 2.0], [1.0])).Should().Throw<InvalidOperationException>().WithMessage(
            "The file was begun for labels of 3 classes, but sample 1 has values. DatasetFile.CreateForValues begins one for values.");

        writer.Add([3.0, 4.0], 2);
        writer.Complete();

        DatasetFile.Open<double>(path).ToMatrix().ToColumnMajorArray().Should().Equal(1, 2, 3, 4);
    }

    [Fact]
    public void Add_ValuesOrWeightThatDoNotFit_AreRefused()
    {
        using var folder = new TempDirectory();
        using DatasetWriter<float> writer = DatasetFile.CreateForValues<float>(folder.File("set"), 1, 2);
        Refuses(() => writer.Add([1f], [1f]), "A sample needs 2 values, but sample 0 has 1. (Parameter 'values')");
        Refuses(() => writer.Add([1f], [1f, float.NaN]), "Values must be finite, but value 1 of sample 0 is NaN. (Parameter 'values')");
        Refuses(() => writer.Add([1f], [1f, 2f], -0.5), "Weights must be finite and not negative, but that of sample 0 is -0.5.*");
        Refuses(() => writer.Add([1f], [1f, 2f], double.NaN), "Weights must be finite and not negative, but that of sample 0 is NaN.*");
        writer.Add((byte[])[1], [1f, 2f], 0);
        Refuses(
            () => writer.Add((byte[])[1], [1f, 2f]),
            "All samples must have a weight, or none, but the 1 before have one, and sample 1 has none.*");
        writer.Invoking(it => it.Add((byte[])[1], 0)).Should().Throw<InvalidOperationException>().WithMessage(
            "The file was begun for 2 values per sample, but sample 1 has a label. DatasetFile.Create begins one for labels.");
        writer.Invoking(it => it.Complete()).Should().Throw<InvalidOperationException>().WithMessage(
            "Weights must have a finite sum and a mean above 0, but the sum of these 1 is 0.");
        writer.Add((byte[])[1], [1f, 2f], 1);
        writer.Complete();
        writer.Invoking(it => it.Add((byte[])[1], [1f, 2f], 1)).Should().Throw<InvalidOperationException>()
            .WithMessage("Nothing can be added to a file that was completed: begin another one.");
    }

    [Fact]
    public void Complete_NoSample_IsRefused()
    {
        using var folder = new TempDirectory();
        DatasetWriter<float> writer = DatasetFile.Create<float>(folder.File("set"), 1, 2);

        writer.Invoking(it => it.Complete()).Should().Throw<InvalidOperationException>()
            .WithMessage("A data set needs at least one sample, but none was added.");
        writer.Dispose();
        writer.Dispose();

        writer.Invoking(it => it.Add([1f], 0)).Should().Throw<ObjectDisposedException>();
        writer.Invoking(it => it.Complete()).Should().Throw<ObjectDisposedException>();
        Entries(folder).Should().BeEmpty();
    }

    [Fact]
    public void Create_BadArguments_AreRefused()
    {
        using var folder = new TempDirectory();
        string path = folder.File("set");
        FluentActions.Invoking(() => DatasetFile.Create<float>("", 1, 2)).Should().Throw<ArgumentException>().WithParameterName("path");
        FluentActions.Invoking(() => DatasetFile.Create<float>(path, 0, 2)).Should().Throw<ArgumentOutOfRangeException>()
            .WithParameterName("featureCount");
        FluentActions.Invoking(() => DatasetFile.Create<double>(path, int.MaxValue / 4, 2)).Should().Throw<ArgumentOutOfRangeException>()
            .WithParameterName("featureCount");
        FluentActions.Invoking(() => DatasetFile.Create<float>(path, 1, 1)).Should().Throw<ArgumentOutOfRangeException>()
            .WithParameterName("classCount");
        FluentActions.Invoking(() => DatasetFile.CreateForValues<float>(path, 1, 0)).Should().Throw<ArgumentOutOfRangeException>()
            .WithParameterName("valueCount");
        FluentActions.Invoking(() => DatasetFile.Create<Half>(path, 1, 2)).Should().Throw<NotSupportedException>();
        FluentActions.Invoking(() => DatasetFile.Create<float>(folder.File("none/set"), 1, 2)).Should().Throw<DirectoryNotFoundException>();
        FluentActions.Invoking(() => DatasetFile.Create<float>(Path.GetDirectoryName(path)!, 1, 2)).Should().Throw<IOException>();
        FluentActions.Invoking(() => DatasetFile.Save<float>(path, null!)).Should().Throw<ArgumentNullException>();
        Entries(folder).Should().BeEmpty();
    }

    [Fact]
    public void Add_BytesOfAStatedMaximum_AreOpenedAsThoseInMemory()
    {
        using var folder = new TempDirectory();
        string path = folder.File("set");
        PixelScaling scaling = PixelScaling.ByMaximum(16);
        var images = new LabeledImages(new byte[] { 0, 16, 3, 4 }, new byte[] { 1, 0 }, 1, 2);
        using (DatasetWriter<float> writer = DatasetFile.Create<float>(path, 2, 2, scaling))
        {
            writer.Add(images.GetImage(0), 1);
            FluentActions.Invoking(() => writer.Add((byte[])[5, 17], 0)).Should().Throw<ArgumentException>().WithParameterName("features")
                .WithMessage("With ByMaximum(16) pixels must be at most 16, but pixel 1 of image 1 is 17.*");
            writer.Add(images.GetImage(1), 0);
            writer.Complete();
        }

        DatasetFile.Verify(path);
        Dataset<float> opened = DatasetFile.Open<float>(path);
        opened.Fingerprint.Should().Be(Dataset<float>.FromImages(images, 2, scaling).Fingerprint);
        opened.ToMatrix().ToColumnMajorArray().Should().Equal(0, 1, 0.1875f, 0.25f);
        FluentActions.Invoking(() => DatasetFile.Open<float>(path, scaling: PixelScaling.UnitInterval)).Should().Throw<ArgumentException>()
            .WithMessage("*the scaling must be that of the file, ByMaximum(16), but was UnitInterval.*");
    }

    [LinuxFact]
    public void Create_Device_IsRefused() =>
        FluentActions.Invoking(() => DatasetFile.Create<float>("/dev/null", 1, 2)).Should().Throw<IOException>().WithMessage(
            "What is written row by row must go to a regular file or to a new one, but '/dev/null' is another kind of file.");

    /// <summary>A disk without room: the writer says so, can only be disposed, and leaves nothing.</summary>
    [LinuxFact]
    public void Add_DiskIsFull_ThrowsAndLeavesNothing()
    {
        using var folder = new TempDirectory();
        string disk = folder.File("disk");
        Directory.CreateDirectory(disk);
        if (!UnixCommand.Succeeds("mount", "-t", "tmpfs", "-o", "size=256k", "none", disk))
        {
            return; // Only an administrator may, and not in every container.
        }

        try
        {
            using (DatasetWriter<float> writer = DatasetFile.Create<float>(Path.Combine(disk, "set"), 100_000, 2))
            {
                Action fill = () =>
                {
                    for (int i = 0; i < 10; i++)
                    {
                        writer.Add(new byte[100_000], 0);
                    }
                };
                fill.Should().Throw<IOException>();
                writer.Invoking(it => it.Complete()).Should().Throw<InvalidOperationException>()
                    .WithMessage("The file could not be written, and so cannot be continued: begin another one.");
            }

            Directory.GetFileSystemEntries(disk).Should().BeEmpty();
        }
        finally
        {
            UnixCommand.Run("umount", disk);
        }
    }

    private static void Refuses(Action add, string message) => add.Should().Throw<ArgumentException>().WithMessage(message);

    private static string[] Entries(TempDirectory folder) =>
        [.. Directory.GetFileSystemEntries(Path.GetDirectoryName(folder.File("x"))!).Select(it => Path.GetFileName(it)!)];
}
