using System.Diagnostics;

namespace NeuralNets.Core.Tests.ChildProcess;

/// <summary>Runs the test assembly as a program, with environment variables of its own.</summary>
internal static class Child
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(3);

    /// <summary>Starts a scenario, whose arguments may hold spaces.</summary>
    public static Process Start(IEnumerable<string> scenario, params (string Name, string Value)[] environment) =>
        Start([], scenario, environment);

    /// <summary>Starts a scenario by another program, such as one that takes rights away, which gets the command line.</summary>
    public static Process Start(
        IEnumerable<string> launcher, IEnumerable<string> scenario, params (string Name, string Value)[] environment)
    {
        string[] command = [.. launcher, "dotnet", "exec", typeof(Child).Assembly.Location, .. scenario];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    /// <summary>The lines that a scenario prints, whose arguments hold no spaces.</summary>
    public static string[] Run(string scenario, params (string Name, string Value)[] environment) =>
        Run(scenario.Split(' '), environment);

    /// <summary>The lines that a scenario prints.</summary>
    public static string[] Run(IReadOnlyCollection<string> scenario, params (string Name, string Value)[] environment)
    {
        using Process process = Start(scenario, environment);
        return Lines(process, scenario);
    }

    /// <summary>The lines that a scenario prints which another program starts.</summary>
    public static string[] RunUnder(IReadOnlyCollection<string> launcher, IReadOnlyCollection<string> scenario)
    {
        using Process process = Start(launcher, scenario);
        return Lines(process, scenario);
    }

    private static string[] Lines(Process process, IReadOnlyCollection<string> scenario)
    {
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(s_limit))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"'{string.Join(' ', scenario)}' did not end within {s_limit}.");
        }

        process.ExitCode.Should().Be(0, $"of '{string.Join(' ', scenario)}', which said: {errors.Result}");
        return output.Result.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}
