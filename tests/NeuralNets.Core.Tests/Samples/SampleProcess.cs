using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;

namespace NeuralNets.Core.Tests.Samples;

/// <summary>A finished run of the MNIST sample in a process of its own.</summary>
internal sealed record SampleProcess(int ExitCode, string Output, string Error)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    /// <summary>The lines of the standard output.</summary>
    public string[] OutputLines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>The lines of the standard error that hold anything.</summary>
    public string[] ErrorLines => Error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>Where the build put the sample.</summary>
    private static string SamplePath { get; } = Path.GetFullPath(
        typeof(SampleProcess).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(attribute => attribute.Key == "SamplePath").Value!,
        AppContext.BaseDirectory);

    /// <summary>The host of the runtime that runs the tests: three folders above the runtime's own, whatever the PATH
    /// says.</summary>
    private static string DotnetPath { get; } = Path.GetFullPath(
        Path.Combine("..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"),
        RuntimeEnvironment.GetRuntimeDirectory());

    /// <summary>Runs the sample to its end.</summary>
    public static async Task<SampleProcess> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(DotnetPath, ["exec", SamplePath, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        try
        {
            using var timeout = new CancellationTokenSource(s_patience);
            Task<string> output = process.StandardOutput.ReadToEndAsync(timeout.Token);
            Task<string> error = process.StandardError.ReadToEndAsync(timeout.Token);
            await process.WaitForExitAsync(timeout.Token);
            return new SampleProcess(process.ExitCode, await output, await error);
        }
        catch
        {
            process.Kill();
            throw;
        }
    }
}
