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
        lines[1].Should().Contain($"{FolderOf(folder)}: has none of").And.Contain(s_name).And.Contain("package libmkl-rt").And.Contain("NEURALNETS_MKL");
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

    [Fact]
    public void Create_LibraryWithoutTheFunctions_SaysSo()
    {
        using var folder = new TempDirectory();
        File.Copy(SomeLibrary(), folder.File(s_name));

        string[] lines = Child.Run("mkl Sequential", ("NEURALNETS_MKL", FolderOf(folder)));

        lines[0].Should().Be("False");
        lines[1].Should().Contain($"{s_name}: it has no function MKL_Set_Interface_Layer, so it is not Intel MKL");
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
        lines[1].Should().Contain("this one runs Sequential since it was first used, so GnuOpenMP is not to be had");
        lines[2].Should().Be(lines[0]);
    }

    [MklFact]
    public void Create_FirstUse_LoadsTheLibraryAndNothingDoesBefore() => Child.Run("mkl-once").Should().Equal("False", "True");

    [MklFact]
    public void MissingPart_InstalledLibrary_IsNone()
    {
        MklBackend.Create();

        MklSearch.MissingPart(MklSearch.LoadedFile()!, MklThreading.Sequential).Should().BeNull();
    }

    [Theory]
    [InlineData("libmkl_rt.so.2", "libmkl_core.so.2", "libmkl_sequential.so.2", "libmkl_intel_lp64.so.2")]
    [InlineData("libmkl_rt.so", "libmkl_core.so", "libmkl_sequential.so", "libmkl_intel_lp64.so")]
    public void MissingPart_OneByOne_NamesTheFirst(string library, params string[] parts)
    {
        using var folder = new TempDirectory();
        string path = folder.File(library);
        foreach (string part in parts.Where(part => !OperatingSystem.IsWindows() || !part.Contains("lp64", StringComparison.Ordinal)))
        {
            MklSearch.MissingPart(path, MklThreading.Sequential).Should().Contain($"needs {part} beside it");
            File.WriteAllText(folder.File(part), "");
        }

        MklSearch.MissingPart(path, MklThreading.Sequential).Should().BeNull();
        MklSearch.MissingPart(path, MklThreading.IntelOpenMP).Should().Contain("mkl_intel_thread");
    }

    private static string FolderOf(TempDirectory directory) => Path.GetDirectoryName(directory.File("x"))!;

    /// <summary>A library that every machine has, and that is no MKL.</summary>
    private static string SomeLibrary()
    {
        using var process = Process.GetCurrentProcess();
        return process.Modules.Cast<ProcessModule>()
            .First(module => module.ModuleName is "libm.so.6" or "libc.so.6" or "version.dll" or "kernel32.dll").FileName;
    }
}
