using System.Diagnostics;

namespace NeuralNets.Core.Tests;

/// <summary>Commands of a Unix system, for what .NET has no call for.</summary>
internal static class UnixCommand
{
    /// <summary>Runs a command that must succeed.</summary>
    /// <returns>What it wrote to its standard output, without the end of the last line.</returns>
    public static string Run(string command, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.Should().Be(0, $"of {command} {string.Join(' ', arguments)}");
        return output.TrimEnd();
    }

    /// <summary>Whether a command is there and succeeds.</summary>
    public static bool Succeeds(string command, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(command, arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    /// <summary>Starts copying a file, a pipe or a device to another.</summary>
    public static Process Copy(string from, string to) =>
        Process.Start(new ProcessStartInfo("sh", ["-c", "exec cat \"$1\" > \"$2\"", "sh", from, to]))!;
}
