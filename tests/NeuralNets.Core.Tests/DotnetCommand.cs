using System.Diagnostics;

namespace NeuralNets.Core.Tests;

/// <summary>A command of the .NET SDK.</summary>
internal static class DotnetCommand
{
    /// <summary>Runs a command that must succeed, in a build process of its own.</summary>
    /// <returns>What it wrote to its standard output.</returns>
    public static string Run(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [.. arguments, "-nodeReuse:false"]) { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.Should().Be(0, output);
        return output;
    }
}
