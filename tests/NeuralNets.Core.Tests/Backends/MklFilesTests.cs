using System.Diagnostics;
using NeuralNets.Core.Backends;
using NeuralNets.Core.Tests.Data;

namespace NeuralNets.Core.Tests.Backends;

/// <summary>The files of MKL are looked at before one of them is loaded.</summary>
public sealed class MklFilesTests
{
    private static readonly string[] s_needed = ["libmkl_core.so", "libmkl_intel_lp64.so", "libmkl_def.so"];

    [LinuxX64Theory]
    [InlineData("")]
    [InlineData(".2")]
    public void Open_PartsOneByOne_NamesTheFirstThatIsMissing(string version)
    {
        using var folder = new TempDirectory();
        string library = folder.File("any.so");
        File.WriteAllBytes(library, NamedLibrary.Create("libmkl_rt.so" + version));
        foreach (string part in s_needed)
        {
            MklFiles.Open(library, out string fault).Should().BeNull();
            fault.Should().Be($"{library} needs {part}{version} beside it, which is not there");
            NamedLibrary.Write(folder, part + version);
        }

        MklFiles? files = MklFiles.Open(library, out string none);
        none.Should().BeEmpty();
        files!.FaultOfLayer(MklThreading.Sequential)
            .Should().Be($"{library} needs libmkl_sequential.so{version} beside it, which is not there");
        files.FaultOfLayer(MklThreading.IntelOpenMP).Should().Contain("mkl_intel_thread.so" + version);
        NamedLibrary.Write(folder, "libmkl_gnu_thread.so" + version);
        files.FaultOfLayer(MklThreading.GnuOpenMP).Should().BeNull();
    }

    /// <summary>A library is cut short by a copy that was interrupted: to load it would end the process.</summary>
    [LinuxX64Fact]
    public void ReadName_CutAnywhere_IsRefused()
    {
        using var folder = new TempDirectory();
        byte[] whole = NamedLibrary.Create("libmkl_def.so");
        string file = folder.File("cut.so");
        for (int length = 0; length < whole.Length; length += Math.Max(1, length / 50))
        {
            File.WriteAllBytes(file, whole.AsSpan(0, length));

            ElfFile.ReadName(file, out string fault).Should().BeNull("of {0} bytes", length);
            fault.Should().Match(it => it == "is too short to be a library" || it == "was cut short or is damaged", "of {0} bytes", length);
        }

        File.WriteAllBytes(file, whole);
        ElfFile.ReadName(file, out _).Should().Be("libmkl_def.so");
    }

    [LinuxX64Fact]
    public void ReadName_AnyDamageToTheHeaders_DoesNotThrow()
    {
        using var folder = new TempDirectory();
        byte[] whole = NamedLibrary.Create("libmkl_def.so");
        string file = folder.File("damaged.so");
        var random = new Random(5);
        for (int i = 0; i < 500; i++)
        {
            byte[] damaged = [.. whole];
            for (int changes = random.Next(1, 8); changes > 0; changes--)
            {
                damaged[random.Next(16, 1000)] = (byte)(random.Next(3) == 0 ? 0xFF : random.Next(256));
            }

            File.WriteAllBytes(file, damaged);
            (ElfFile.ReadName(file, out string fault) is null).Should().Be(fault.Length > 0);
        }
    }

    [LinuxX64Fact]
    public void ReadName_WhatIsNoFile_IsRefusedWithoutWaiting()
    {
        using var folder = new TempDirectory();
        string pipe = folder.File("pipe.so");
        using (Process make = Process.Start("mkfifo", pipe))
        {
            make.WaitForExit();
        }

        ElfFile.ReadName(pipe, out string ofPipe).Should().BeNull();
        ElfFile.ReadName("/dev/zero", out string ofDevice).Should().BeNull();
        ElfFile.ReadName(folder.File("none"), out string ofNothing).Should().BeNull();
        ElfFile.ReadName(Path.GetDirectoryName(pipe)!, out string ofFolder).Should().BeNull();

        ofPipe.Should().Be("is too short to be a library");
        ofDevice.Should().Be("is too short to be a library");
        ofNothing.Should().StartWith("cannot be read: ");
        ofFolder.Should().NotBeEmpty();
    }

    /// <summary>Writes files with the names of all that MKL needs, but without its functions.</summary>
    internal static void WriteAll(TempDirectory folder, string version)
    {
        foreach (string part in s_needed.Append("libmkl_rt.so").Append("libmkl_sequential.so"))
        {
            NamedLibrary.Write(folder, part + version);
        }
    }
}
