using System.Text.RegularExpressions;

namespace NeuralNets.Core.Tests.Samples;

/// <summary>
/// The sample ends with the bits that the documentation states, read from there, whatever computes them. The third run of the
/// certificate, a program, is in <see cref="Docs.DocsTests"/>. The tests of one class run in turn, and take half a minute.
/// </summary>
public sealed partial class CertificateTests
{
    private static readonly (string Name, string Value) s_withoutAvx512 = ("DOTNET_EnableAVX512", "0");

    [Fact]
    public async Task Run_Default_EndsWithTheHashOfTheReadme()
    {
        SampleProcess run = await SampleProcess.RunAsync();

        CheckHash(run, Stated("README.md", ""));
        CheckHash(run, Stated("docs/reproducibility.md", "samples/NeuralNets.Mnist` |"));
        File.ReadAllText(Repository.File("docs/sample.md")).Should().Contain($"\n{run.OutputLines[^1]}\n");
    }

    [X64Fact]
    public async Task Run_DefaultWithoutAvx512OnOneWorker_EndsWithTheHashOfTheReadme()
    {
        SampleProcess run = await SampleProcess.RunAsync([s_withoutAvx512], ["--workers", "1"]);

        CheckHash(run, Stated("README.md", ""));
        run.Output.Should().Contain(" on 1 threads by managed (Vector256):", "the switch must have taken effect");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    public async Task Run_TwoEpochs_EndsWithTheHashOfTheDocumentationOnAnyWorkers(int workers)
    {
        SampleProcess run = await SampleProcess.RunAsync([Processors(workers)], ["--epochs", "2"]);

        CheckHash(run, Stated("docs/reproducibility.md", "--epochs 2"));
        run.Output.Should().Contain($" on {workers} threads by managed (");
    }

    [X64Theory]
    [InlineData(2)]
    [InlineData(5)]
    public async Task Run_TwoEpochsWithoutAvx512_EndsWithTheHashOfTheDocumentationOnAnyWorkers(int workers)
    {
        SampleProcess run = await SampleProcess.RunAsync([Processors(workers), s_withoutAvx512], ["--epochs", "2"]);

        CheckHash(run, Stated("docs/reproducibility.md", "--epochs 2"));
        run.Output.Should().Contain($" on {workers} threads by managed (Vector256):", "the switch must have taken effect");
    }

    /// <summary>Makes the runtime take the machine for one with so many processors: there are no more workers than that.</summary>
    private static (string Name, string Value) Processors(int count) => ("DOTNET_PROCESSOR_COUNT", $"{count}");

    private static void CheckHash(SampleProcess run, string expected)
    {
        run.ExitCode.Should().Be(0, run.Error);
        run.OutputLines[^1].Should().Be($"Parameters SHA-256: {expected}");
    }

    /// <summary>The only hash of a page, or of its lines with a text.</summary>
    private static string Stated(string page, string text) => File.ReadLines(Repository.File(page))
        .Where(line => line.Contains(text, StringComparison.Ordinal))
        .SelectMany(line => Sha256().Matches(line))
        .Should().ContainSingle("{0} states one hash for '{1}'", page, text).Which.Value;

    [GeneratedRegex("[0-9a-f]{64}")]
    private static partial Regex Sha256();
}
