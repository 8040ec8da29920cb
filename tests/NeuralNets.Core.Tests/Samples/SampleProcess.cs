using System.Diagnostics;
using System.Runtime.InteropServices;

namespace NeuralNets.Core.Tests.Samples;

/// <summary>A finished run of the MNIST sample in a process of its own.</summary>
internal sealed partial record SampleProcess(int ExitCode, string Output, string Error)
{
    private const int Sigint = 2;

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    /// <summary>The lines of the standard output.</summary>
    public string[] OutputLines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>The lines of the standard error that hold anything.</summary>
    public string[] ErrorLines => Error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>The host of the runtime that runs the tests: three folders above the runtime's own, whatever the PATH
    /// says.</summary>
    private static string DotnetPath { get; } = Path.GetFullPath(
        Path.Combine("..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"),
        RuntimeEnvironment.GetRuntimeDirectory());

    /// <summary>Runs the sample to its end.</summary>
    public static Task<SampleProcess> RunAsync(params string[] arguments) => RunAsync([], arguments);

    /// <summary>Runs the sample to its end, with environment variables of its own.</summary>
    public static async Task<SampleProcess> RunAsync((string Name, string Value)[] environment, string[] arguments)
    {
        using Process process = Start(environment, arguments);
        return await FinishAsync(process, string.Empty);
    }

    /// <summary>Runs the sample, and interrupts it as Ctrl-C does when it has written a line that starts so.</summary>
    public static async Task<SampleProcess> InterruptAsync(string lineStart, params string[] arguments)
    {
        using Process process = Start([], arguments);
        string output = string.Empty;
        try
        {
            using var timeout = new CancellationTokenSource(s_patience);
            while (await process.StandardOutput.ReadLineAsync(timeout.Token) is { } line)
            {
                output += line + '\n';
                if (line.StartsWith(lineStart, StringComparison.Ordinal))
                {
                    break;
                }
            }

            Kill(process.Id, Sigint).Should().Be(0);
        }
        catch
        {
            process.Kill();
            throw;
        }

        return await FinishAsync(process, output);
    }

    private static Process Start((string Name, string Value)[] environment, string[] arguments)
    {
        var start = new ProcessStartInfo(DotnetPath, ["exec", typeof(Mnist.Digits).Assembly.Location, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    private static async Task<SampleProcess> FinishAsync(Process process, string earlierOutput)
    {
        try
        {
            using var timeout = new CancellationTokenSource(s_patience);
            Task<string> output = process.StandardOutput.ReadToEndAsync(timeout.Token);
            Task<string> error = process.StandardError.ReadToEndAsync(timeout.Token);
            await process.WaitForExitAsync(timeout.Token);
            return new SampleProcess(process.ExitCode, earlierOutput + await output, await error);
        }
        catch
        {
            process.Kill();
            throw;
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
