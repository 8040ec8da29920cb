using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace NeuralNets.Core.Tests.Samples;

/// <summary>The samples of tables are short programs, and their last line is the result.</summary>
public sealed class TableSampleTests
{
    [Theory]
    [InlineData("Penguins", @"^Test accuracy: (\d+\.\d) %$", 98)]
    [InlineData("Concrete", @"^Test R²: (\d\.\d{3})$", 0.85)]
    public void Run_Sample_EndsWithItsResult(string name, string lastLine, double least)
    {
        string folder = Repository.File($"samples/NeuralNets.{name}");
        string program = Path.Combine(folder, "bin", Repository.Configuration, "net10.0", $"NeuralNets.{name}.dll");

        using var process = Process.Start(new ProcessStartInfo("dotnet", [program]) { RedirectStandardOutput = true })!;
        string[] lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        process.ExitCode.Should().Be(0);

        Match match = Regex.Match(lines[^1], lastLine);
        match.Success.Should().BeTrue("the last line is {0}", lines[^1]);
        double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture).Should().BeGreaterThanOrEqualTo(least);
        File.ReadAllLines(Path.Combine(folder, "Program.cs")).Should().HaveCountLessThanOrEqualTo(60);
        Directory.GetFiles(folder, "*.cs").Should().ContainSingle();
    }
}
