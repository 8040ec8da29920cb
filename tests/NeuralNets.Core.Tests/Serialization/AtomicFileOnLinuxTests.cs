using System.Diagnostics;
using System.Net.Sockets;
using NeuralNets.Core.Serialization;
using NeuralNets.Core.Tests.ChildProcess;
using NeuralNets.Core.Tests.Data;

namespace NeuralNets.Core.Tests.Serialization;

/// <summary>Modes, owners, links, devices, pipes and mounts. Tests of what takes an administrator pass without one.</summary>
public sealed class AtomicFileOnLinuxTests
{
    [LinuxTheory]
    [InlineData("600")]
    [InlineData("640")]
    [InlineData("664")]
    [InlineData("755")]
    [InlineData("200")]
    [InlineData("606")]
    public void Write_FileThere_KeepsItsMode(string mode)
    {
        using var folder = new TempDirectory();
        string path = folder.Write("file", [1]);
        UnixCommand.Run("chmod", mode, path);
        string inode = Stat(path, "%i");

        AtomicFile.Write(path, stream =>
        {
            stream.WriteByte(2);
            string temporary = Directory.GetFiles(Path.GetDirectoryName(path)!, "*.tmp").Should().ContainSingle().Subject;
            Stat(temporary, "%a").Should().Be("600", "nobody else may read the part that is written");
        });

        Stat(path, "%a").Should().Be(mode);
        Stat(path, "%i").Should().NotBe(inode, "it is replaced as a whole");
    }

    [LinuxTheory]
    [InlineData("444")]
    [InlineData("400")]
    [InlineData("555")]
    [InlineData("000")]
    public void Write_ModeLetsNobodyWrite_RefusesAndLeavesTheFile(string mode)
    {
        using var folder = new TempDirectory();
        string path = folder.Write("file", [1]);
        UnixCommand.Run("chmod", mode, path);
        string before = Stat(path, "%i %a %s %Y");

        Action write = () => AtomicFile.Write(path, stream => stream.Write([2, 3]));

        write.Should().Throw<UnauthorizedAccessException>().WithMessage($"*'{path}'*nobody*");
        Stat(path, "%i %a %s %Y").Should().Be(before);
        Directory.GetFileSystemEntries(Path.GetDirectoryName(path)!).Should().Equal(path);
    }

    [LinuxFact]
    public void Write_FileOfAnotherUser_KeepsOwnerAndGroup()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return;
        }

        using var folder = new TempDirectory();
        string path = folder.Write("file", [1]);
        UnixCommand.Run("chown", "1234:4321", path);
        UnixCommand.Run("chmod", "660", path);

        AtomicFile.Write(path, stream => stream.WriteByte(2));

        Stat(path, "%u:%g %a").Should().Be("1234:4321 660");
        File.ReadAllBytes(path).Should().Equal(2);
    }

    [LinuxFact]
    public void Write_HardLinks_TheOtherNameKeepsTheOldContent()
    {
        using var folder = new TempDirectory();
        string path = folder.Write("file", [1]);
        string other = folder.File("other");
        UnixCommand.Run("ln", path, other);

        AtomicFile.Write(path, stream => stream.WriteByte(2));

        File.ReadAllBytes(path).Should().Equal(2);
        File.ReadAllBytes(other).Should().Equal(1);
    }

    [LinuxTheory]
    [InlineData("real/file", "real/file")]
    [InlineData("link", "real/file")]
    [InlineData("chain", "real/file")]
    [InlineData("deep/up", "real/beside")]
    [InlineData("deep/none", "real/none")]
    [InlineData("dangling", "real/none")]
    public void Write_ThroughLinks_WritesTheTargetAndLeavesThem(string name, string expected)
    {
        // deep -> real/sub, and in there up -> ../beside: the folder above is real, not that of the link "deep".
        using var folder = new TempDirectory();
        Directory.CreateDirectory(folder.File("real/sub"));
        folder.Write("real/file", [1]);
        folder.Write("real/beside", [1]);
        Link("link", "real/file");
        Link("chain", "./link");
        Link("deep", "real/sub");
        Link("real/sub/up", "../beside");
        Link("real/sub/none", "../none");
        Link("dangling", folder.File("deep/none"));
        string[] links = Links();

        AtomicFile.Write(folder.File(name), stream => stream.WriteByte(2));

        File.ReadAllBytes(folder.File(expected)).Should().Equal(2);
        Links().Should().Equal(links);
        Directory.GetFiles(folder.File("."), "*", SearchOption.AllDirectories).Should().NotContain(file => file.EndsWith(".tmp"));

        void Link(string link, string target) => File.CreateSymbolicLink(folder.File(link), target);

        string[] Links() => [.. UnixCommand.Run("find", folder.File("."), "-type", "l", "-printf", "%p %l\\n").Split('\n').Order()];
    }

    [LinuxFact]
    public void Write_LinksInACircle_Throws()
    {
        using var folder = new TempDirectory();
        File.CreateSymbolicLink(folder.File("a"), "b");
        File.CreateSymbolicLink(folder.File("b"), "a");

        FluentActions.Invoking(() => AtomicFile.Write(folder.File("a"), _ => { })).Should().Throw<IOException>().WithMessage("*links*40*");
    }

    [LinuxTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Write_Pipe_ItsReaderGetsTheContent(bool throughALink)
    {
        using var folder = new TempDirectory();
        string pipe = folder.File("pipe");
        UnixCommand.Run("mkfifo", pipe);
        File.CreateSymbolicLink(folder.File("link"), "pipe");
        byte[] content = new byte[300_000]; // More than a pipe holds.
        new Random(1).NextBytes(content);
        using Process reader = UnixCommand.Copy(pipe, folder.File("copy"));

        AtomicFile.Write(throughALink ? folder.File("link") : pipe, stream => stream.Write(content));

        reader.WaitForExit();
        File.ReadAllBytes(folder.File("copy")).Should().Equal(content);
        Stat(pipe, "%F").Should().Be("fifo");
    }

    [LinuxFact]
    public void Write_Device_StaysADevice()
    {
        using var folder = new TempDirectory();
        string path = folder.File("null");
        if (!UnixCommand.Succeeds("mknod", path, "c", "1", "3"))
        {
            return;
        }

        AtomicFile.Write(path, stream => stream.Write(new byte[1 << 20]));

        Stat(path, "%F %t:%T").Should().Be("character special file 1:3");
        Directory.GetFileSystemEntries(Path.GetDirectoryName(path)!).Should().Equal(path);
    }

    [LinuxFact]
    public void Write_Socket_IsRefusedAndStays()
    {
        using var folder = new TempDirectory();
        string path = folder.File("socket");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));

        Action write = () => AtomicFile.Write(path, stream => stream.WriteByte(2));

        write.Should().Throw<IOException>().WithMessage($"*'{path}'*socket*");
        Stat(path, "%F").Should().Be("socket");
    }

    [LinuxTheory]
    [InlineData("/proc/self/fd/")]
    [InlineData("/proc/thread-self/fd/")]
    [InlineData("/dev/fd/")]
    public void Write_FileThatIsOpen_IsWrittenInPlace(string descriptors)
    {
        if (!Directory.Exists(descriptors))
        {
            return;
        }

        using var folder = new TempDirectory();
        string path = folder.Write("file", [1, 1, 1]);
        string inode = Stat(path, "%i");
        using var open = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);

        AtomicFile.Write($"{descriptors}{open.SafeFileHandle.DangerousGetHandle()}", stream => stream.Write([2, 3]));

        File.ReadAllBytes(path).Should().Equal(2, 3);
        Stat(path, "%i").Should().Be(inode);
    }

    [LinuxTheory]
    [InlineData("/dev/stdout")]
    [InlineData("/proc/self/fd/1")]
    [InlineData("/dev/fd/1")]
    public void Save_StandardOutputAsAPath_GivesTheFile(string path)
    {
        using Process child = Child.Start(["save", path]);
        var bytes = new MemoryStream();
        child.StandardOutput.BaseStream.CopyTo(bytes);
        child.WaitForExit();

        bytes.Position = 0;
        NetworkFile.Load<float>(bytes, "output").ComputeParametersSha256().Should().Be(FileScenario.Network().ComputeParametersSha256());
    }

    [LinuxFact]
    public void Save_FileIsAMountPoint_IsWrittenInPlace()
    {
        using var folder = new TempDirectory();
        string inside = folder.Write("inside", [1]);
        string outside = folder.Write("outside", [1]);
        string[] mounted = ["--mount", "sh", "-c", "mount --bind \"$1\" \"$2\" && shift 2 && exec \"$@\"", "sh", outside, inside];
        if (!UnixCommand.Succeeds("unshare", [.. mounted, "true"]))
        {
            return;
        }

        Child.RunUnder(["unshare", .. mounted], ["save", inside]);

        NetworkFile.Load<float>(outside).ComputeParametersSha256().Should().Be(FileScenario.Network().ComputeParametersSha256());
        Directory.GetFileSystemEntries(folder.File(".")).Should().HaveCount(2);
    }

    [LinuxFact]
    public void SaveAndLoad_WithoutRights_ThrowsWhatIsDocumentedOrWritesInPlace()
    {
        // An administrator may do everything, unless the capability to do so is taken away.
        string[] launcher = Environment.IsPrivilegedProcess ? ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"] : [];
        if (launcher.Length > 0 && !UnixCommand.Succeeds(launcher[0], [.. launcher[1..], "true"]))
        {
            return;
        }

        using var folder = new TempDirectory();
        folder.Write("unreadable", [1]);
        folder.Write("read-only", [1]);
        Directory.CreateDirectory(folder.File("closed"));
        string there = folder.Write("closed/there", [1]);
        string inode = Stat(there, "%i");
        UnixCommand.Run("chmod", "000", folder.File("unreadable"));
        UnixCommand.Run("chmod", "444", folder.File("read-only"));
        UnixCommand.Run("chmod", "555", folder.File("closed"));

        string[] lines = Child.RunUnder(launcher, ["without-rights", folder.File(".")]);

        UnixCommand.Run("chmod", "755", folder.File("closed"));
        lines.Should().HaveCount(10);
        lines[..9].Should().OnlyContain(line => line.Contains(": UnauthorizedAccessException: "));
        lines[8].Should().Contain("needs a folder that may be written").And.Contain("closed/new");
        lines[9].Should().Be("write there: done");
        NetworkFile.Load<float>(there).ComputeParametersSha256().Should().Be(FileScenario.Network().ComputeParametersSha256());
        Stat(there, "%i").Should().Be(inode);
    }

    private static string Stat(string path, string format) => UnixCommand.Run("stat", "-c", format, path);
}
