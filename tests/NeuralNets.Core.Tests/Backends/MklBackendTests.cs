using System.Diagnostics;
using System.Runtime.InteropServices;
using NeuralNets.Core.Backends;
using NeuralNets.Core.Tests.ChildProcess;
using NeuralNets.Core.Tests.Data;

namespace NeuralNets.Core.Tests.Backends;

/// <summary>How MKL is found, and that nothing that is wrong with it ends the process: each in a process of its own.</summary>
public sealed class MklBackendTests
{
    private static readonly string s_name = OperatingSystem.IsWindows() ? "mkl_rt.dll" : "libmkl_rt.so";

    [MklFact]
    public void Create_Default_SaysWhatItIs()
    {
        MklBackend backend = MklBackend.Create();

        backend.Version.Should().MatchRegex(@"^20\d\d\.\d+\.\d+$");
        backend.Interface.Should().Be("LP64");
        backend.Threading.Should().Be(MklThreading.Sequential);
        backend.MaxThreads.Should().Be(1);
        backend.Name.Should().Be($"Intel MKL {backend.Version} (LP64, Sequential)");
        backend.ToString().Should().Be(backend.Name);
    }

    [Fact]
    public void Create_NoSuchThreading_Throws()
    {
        Action create = () => MklBackend.Create((MklThreading)99);
        Action tryCreate = () => MklBackend.TryCreate(out _, (MklThreading)99);

        create.Should().Throw<ArgumentOutOfRangeException>().WithParameterName("threading");
        tryCreate.Should().Throw<ArgumentOutOfRangeException>().WithParameterName("threading");
    }

    [MklTheory]
    [InlineData("MKL_INTERFACE_LAYER", "ILP64")]
    [InlineData("MKL_THREADING_LAYER", "INTEL")]
    [InlineData("MKL_THREADING_LAYER", "GNU")]
    public void Create_LayersInTheEnvironment_AreOverridden(string variable, string value)
    {
        string[] lines = Child.Run("mkl Sequential", (variable, value));

        lines[0].Should().Be("True");
        lines[1].Should().Contain("(LP64, Sequential), threads: some, right: True, accuracy 1, by Intel MKL");
    }

    [Fact]
    public void Create_EmptyFolder_SaysWhatWasTriedAndWhatToDo()
    {
        using var folder = new TempDirectory();

        string[] lines = Child.Run("mkl Sequential", ("NEURALNETS_MKL", FolderOf(folder)));

        lines.Should().HaveCount(2);
        lines[0].Should().Be("False");
        lines[1].Should().Contain($"{FolderOf(folder)}: has none of")
            .And.Contain(s_name).And.Contain("package libmkl-rt").And.Contain("NEURALNETS_MKL");
    }

    [Fact]
    public void Create_FileThatIsNotThere_SaysSo()
    {
        using var folder = new TempDirectory();
        string file = folder.File(Path.Combine("elsewhere", s_name));

        string[] lines = Child.Run("mkl Sequential", ("NEURALNETS_MKL", file));

        lines[0].Should().Be("False");
        lines[1].Should().Contain($"Tried: {file}: ");
    }

    [Fact]
    public void Create_FileThatIsNoLibrary_SaysSo()
    {
        using var folder = new TempDirectory();
        File.WriteAllText(folder.File(s_name), "Not a library.\n");

        string[] lines = Child.Run("mkl Sequential", ("NEURALNETS_MKL", FolderOf(folder)));

        lines[0].Should().Be("False");
        lines[1].Should().Contain($"Tried: {folder.File(s_name)}: ");
    }

    /// <summary>Libraries that are no MKL, at a path that the user gave and under the name of MKL.</summary>
    [LinuxX64Theory]
    [InlineData("libm.so.6")]
    [InlineData("libmkl_rt.so")]
    public void Create_AnotherLibrary_SaysWhichItIs(string file)
    {
        using var folder = new TempDirectory();
        File.Copy(NamedLibrary.Original, folder.File(file));

        string[] lines = Child.Run("mkl Sequential", ("NEURALNETS_MKL", folder.File(file)));

        lines[0].Should().Be("False");
        lines[1].Should().Contain($"Tried: {folder.File(file)}: it is {NamedLibrary.OriginalName}, and not Intel MKL's mkl_rt");
    }

    [LinuxX64Fact]
    public void Create_LibraryWithoutTheFunctions_SaysSo()
    {
        using var folder = new TempDirectory();
        MklFilesTests.WriteAll(folder, "");

        string[] lines = Child.Run("mkl Sequential", ("NEURALNETS_MKL", FolderOf(folder)));

        lines[0].Should().Be("False");
        lines[1].Should().Contain("libmkl_rt.so: it has no function MKL_Set_Interface_Layer, so it is not Intel MKL");
    }

    /// <summary>The library itself, with links to its parts, of which one is other than it should be: MKL would end the process.</summary>
    [MklTheory]
    [InlineData("nothing", "libmkl_def.so", "True")]
    [InlineData("missing", "libmkl_def.so", "needs libmkl_def.so beside it, which is not there")]
    [InlineData("missing", "libmkl_core.so", "needs libmkl_core.so beside it, which is not there")]
    [InlineData("missing", "libmkl_intel_lp64.so", "needs libmkl_intel_lp64.so beside it, which is not there")]
    [InlineData("missing", "libmkl_sequential.so", "needs libmkl_sequential.so beside it, which is not there")]
    [InlineData("missing", "libmkl_avx2.so", "True")]
    [InlineData("text", "libmkl_def.so", "libmkl_def.so beside it, but that file is not a library for x64")]
    [InlineData("text", "libmkl_avx2.so", "may load libmkl_avx2.so, which is beside it, but that file is not a library for x64")]
    [InlineData("cut", "libmkl_def.so", "libmkl_def.so beside it, but that file was cut short or is damaged")]
    [InlineData("cut", "libmkl_avx512.so", "libmkl_avx512.so, which is beside it, but that file was cut short or is damaged")]
    [InlineData("cut", "libmkl_vml_def.so", "libmkl_vml_def.so, which is beside it, but that file was cut short or is damaged")]
    [InlineData("cut", "libmkl_rt.so", "libmkl_rt.so: it was cut short or is damaged")]
    [InlineData("cut", "libmkl_gnu_thread.so", "True")]
    [InlineData("another", "libmkl_def.so", "libmkl_def.so beside it, but that file is libSystem")]
    [InlineData("another", "libmkl_avx2.so", "libmkl_avx2.so, which is beside it, but that file is libSystem")]
    [InlineData("another", "libmkl_core.so", "libmkl_core.so beside it, but that file is libSystem")]
    [InlineData("another", "libmkl_sequential.so", "libmkl_sequential.so beside it, but that file is libSystem")]
    [InlineData("other part", "libmkl_def.so", "libmkl_def.so beside it, but that file is libmkl_core.so")]
    public void Create_PartIsNotWhatItShouldBe_IsRefused(string fault, string part, string expected)
    {
        using var folder = new TempDirectory();
        Link(folder, part, fault);

        string[] lines = Child.Run("mkl Sequential", ("NEURALNETS_MKL", FolderOf(folder)));

        lines[0].Should().Be(expected == "True" ? "True" : "False");
        lines[1].Should().Contain(expected == "True" ? "right: True" : expected);
    }

    [MklFact]
    public void Create_LinkToTheLibraryElsewhere_FindsThePartsBesideTheLibrary()
    {
        using var folder = new TempDirectory();
        File.CreateSymbolicLink(folder.File("ours.so"), folder.File("second.so"));
        File.CreateSymbolicLink(folder.File("second.so"), Installed("libmkl_rt.so"));

        Child.Run("mkl Sequential", ("NEURALNETS_MKL", folder.File("ours.so")))[1].Should().Contain("right: True");
    }

    [MklFact]
    public void Create_LibraryUnderAnotherName_IsKnownByTheNameItWasBuiltWith()
    {
        using var folder = new TempDirectory();
        File.Copy(Installed("libmkl_rt.so"), folder.File("ours.so"));
        Child.Run("mkl Sequential", ("NEURALNETS_MKL", folder.File("ours.so")))[1]
            .Should().Contain("ours.so needs libmkl_core.so beside it, which is not there");

        Link(folder, "libmkl_rt.so", "missing");
        Child.Run("mkl Sequential", ("NEURALNETS_MKL", folder.File("ours.so")))[1].Should().Contain("right: True");
    }

    /// <summary>MKL's own way of saying that a runtime is missing is to end the process.</summary>
    [MklTheory]
    [InlineData(MklThreading.IntelOpenMP, "libiomp5.so", "libiomp5md.dll")]
    [InlineData(MklThreading.GnuOpenMP, "libgomp.so.1", "")]
    public void Create_Threads_NeedTheirRuntime(MklThreading threading, string runtime, string runtimeOnWindows)
    {
        string[] lines = Child.Run($"mkl {threading}");

        bool isPresent = NativeLibrary.TryLoad(OperatingSystem.IsWindows() ? runtimeOnWindows : runtime, out _);
        lines[0].Should().Be(isPresent ? "True" : "False");
        lines[1].Should().Contain(isPresent
            ? $"{threading}), threads: some, right: True, accuracy 1, by Intel MKL"
            : $"{threading} needs the OpenMP runtime {runtime}");
    }

    [MklFact]
    public void Create_AnotherThreadingLayer_IsRefusedWhileTheFirstRunsOn()
    {
        string[] lines = Child.Run("mkl-two-layers");

        lines[0].Should().Contain("right: True");
        lines[1].Should().Contain("this one runs Sequential since it was first used, so GnuOpenMP is not available");
        lines[2].Should().Be(lines[0]);
    }

    [MklFact]
    public void Create_FirstUse_LoadsTheLibraryAndNothingDoesBefore() => Child.Run("mkl-once").Should().Equal("False", "True");

    private static string FolderOf(TempDirectory directory) => Path.GetDirectoryName(directory.File("x"))!;

    /// <summary>Fills a folder with links to the parts of the installed MKL and a copy of the library, but for one of them.</summary>
    private static void Link(TempDirectory folder, string part, string fault)
    {
        foreach (string file in Directory.GetFiles(Path.GetDirectoryName(Installed(part))!, "libmkl_*.so"))
        {
            string name = Path.GetFileName(file);
            if (name != part && name == "libmkl_rt.so")
            {
                File.Copy(file, folder.File(name));
            }
            else if (name != part || fault == "nothing")
            {
                File.CreateSymbolicLink(folder.File(name), file);
            }
        }

        switch (fault)
        {
            case "text":
                File.WriteAllText(folder.File(part), new string('x', 1000));
                break;
            case "cut":
                byte[] start = new byte[3_000_000];
                using (FileStream whole = File.OpenRead(Installed(part)))
                {
                    whole.ReadExactly(start);
                }

                folder.Write(part, start);
                break;
            case "another":
                File.Copy(NamedLibrary.Original, folder.File(part));
                break;
            case "other part":
                File.CreateSymbolicLink(folder.File(part), Installed("libmkl_core.so"));
                break;
        }
    }

    private static string Installed(string part)
    {
        MklBackend.Create();
        using var process = Process.GetCurrentProcess();
        string library = process.Modules.Cast<ProcessModule>()
            .First(module => module.ModuleName.Contains("mkl_rt", StringComparison.Ordinal)).FileName;
        return Path.Combine(Path.GetDirectoryName(library)!, part);
    }
}
