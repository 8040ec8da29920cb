using NeuralNets.Core.Serialization;
using NeuralNets.Core.Tests.Data;

namespace NeuralNets.Core.Tests.Serialization;

public sealed class AtomicFileTests
{
    [Fact]
    public void Write_NewAndThereAlready_HasTheContentAndLeavesNothingElse()
    {
        using var folder = new TempDirectory();
        string path = folder.File("file");

        AtomicFile.Write(path, stream => stream.Write([1, 2, 3]));
        File.ReadAllBytes(path).Should().Equal(1, 2, 3);
        AtomicFile.Write(path, stream => stream.Write([4]));

        File.ReadAllBytes(path).Should().Equal(4);
        Directory.GetFileSystemEntries(Path.GetDirectoryName(path)!).Should().Equal(path);
    }

    [Fact]
    public void Write_WhileItWrites_TheOldFileIsThere()
    {
        using var folder = new TempDirectory();
        string path = folder.Write("file", [1]);

        AtomicFile.Write(path, stream =>
        {
            stream.Write(new byte[1 << 20]);
            stream.Flush();
            File.ReadAllBytes(path).Should().Equal(1);
        });

        new FileInfo(path).Length.Should().Be(1 << 20);
    }

    [Fact]
    public void Write_WriterThrows_KeepsTheOldFileAndLeavesNothingElse()
    {
        using var folder = new TempDirectory();
        string path = folder.Write("file", [1]);

        Action write = () => AtomicFile.Write(path, stream =>
        {
            stream.Write(new byte[100_000]);
            throw new FormatException("mine");
        });

        write.Should().Throw<FormatException>().WithMessage("mine");
        File.ReadAllBytes(path).Should().Equal(1);
        Directory.GetFileSystemEntries(Path.GetDirectoryName(path)!).Should().Equal(path);
    }

    [Fact]
    public void Write_PathIsAFolder_ThrowsAndLeavesNothingElse()
    {
        using var folder = new TempDirectory();
        string path = folder.File("file");
        Directory.CreateDirectory(path);

        Action write = () => AtomicFile.Write(path, stream => stream.WriteByte(1));

        write.Should().ThrowExactly<IOException>().WithMessage($"*'{path}' is a folder.");
        Directory.GetFileSystemEntries(Path.GetDirectoryName(path)!).Should().Equal(path);
    }

    [Fact]
    public void Write_NoSuchFolder_NamesThePath()
    {
        using var folder = new TempDirectory();

        Action write = () => AtomicFile.Write(folder.File("none/file"), _ => { });

        write.Should().Throw<DirectoryNotFoundException>().WithMessage("*none*file*");
    }
}
