using System.CommandLine;
using System.Text.RegularExpressions;
using FluentAssertions.Execution;
using NeuralNets.Core.Tests.ChildProcess;
using NeuralNets.Core.Tests.Data;
using NeuralNets.Core.Tests.Training;
using NeuralNets.Mnist;
using NeuralNets.Mnist.Options;

namespace NeuralNets.Core.Tests.Docs;

/// <summary>
/// What the documentation shows is true. The <c>csharp</c> blocks of a page are compiled as one program and run; a block of the
/// kind <c>output</c> after one of them is what that one prints, and without it a block prints nothing.
/// </summary>
public sealed partial class DocsTests
{
    private const string Data = "samples/NeuralNets.Mnist/data";

    public static TheoryData<string> Pages => [.. MarkdownPage.Names];

    /// <summary>All but that of the web service, which <see cref="ServingTests"/> runs.</summary>
    public static TheoryData<string> PagesWithCode => [.. NamesOfPagesWithCode().Where(name => name != ServingTests.Page)];

    [Theory]
    [MemberData(nameof(PagesWithCode))]
    public void Code_OfAPage_PrintsWhatThePageSays(string name)
    {
        var page = new MarkdownPage(name);

        CheckOutput(page, Run(page, "page"));
    }

    /// <summary>The program of the certificate: see <see cref="Samples.CertificateTests"/> for its other runs.</summary>
    [X64Theory]
    [MemberData(nameof(HardwareBitsTests.Switches), MemberType = typeof(HardwareBitsTests))]
    public void Code_OfReproducibilityWithHardwareSwitchedOff_PrintsTheHashesOfThePage(string off, string hardware)
    {
        var page = new MarkdownPage("docs/reproducibility.md");

        string[] lines = Run(page, "page-and-hardware", (off, "0"));

        lines[0].Should().Be(hardware, "the switch must have taken effect");
        CheckOutput(page, lines[1..]);
        File.ReadAllText(Repository.File(page.Name)).Should().Contain($"(#a-run-of-your-own) | `{lines[1]}` |", "it is in the table, too");
    }

    [Fact]
    public void Pages_WithCode_AreFound() => NamesOfPagesWithCode().Should().Contain(["README.md", "docs/training.md"]);

    /// <summary>C# under another name would not be run. What the Python blocks say can only be tried by hand: PyTorch is not
    /// everywhere.</summary>
    [Theory]
    [MemberData(nameof(Pages))]
    public void Blocks_OfAPage_AreOfAKindThatIsLookedAt(string name)
    {
        IReadOnlyList<CodeBlock> blocks = new MarkdownPage(name).Blocks;

        blocks.Select(block => block.Kind).Should().BeSubsetOf(["", "csharp", "output", "python"]);
        for (int i = 0; i < blocks.Count; i++)
        {
            if (blocks[i].Kind == "output")
            {
                (i > 0 ? blocks[i - 1].Kind : "nothing").Should().Be("csharp", "line {0} is what it prints", blocks[i].Line);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Links_OfAPage_LeadSomewhere(string name)
    {
        var page = new MarkdownPage(name);
        string folder = Path.GetDirectoryName(Repository.File(name))!;
        foreach (string link in page.Links.Where(link => !link.StartsWith("https://", StringComparison.Ordinal)))
        {
            string[] parts = link.Split('#');
            string target = parts[0].Length == 0 ? Repository.File(name) : Path.GetFullPath(parts[0], folder);

            (File.Exists(target) || Directory.Exists(target)).Should().BeTrue("{0} links to {1}", name, link);
            if (parts.Length > 1)
            {
                new MarkdownPage(Path.GetRelativePath(Repository.Folder, target)).Anchors
                    .Should().Contain(parts[1], "{0} links to {1}", name, link);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Commands_OfAPage_NameProjectsFilesAndOptionsThatExist(string name)
    {
        foreach (string command in Commands(new MarkdownPage(name)))
        {
            foreach (Match match in RepositoryPath().Matches(command))
            {
                string path = Repository.File(match.Value);
                (File.Exists(path) || Directory.Exists(path)).Should().BeTrue("{0} is in '{1}'", match.Value, command);
            }

            if (SampleCommand().Match(command) is { Success: true } sample)
            {
                ParseResult parsed = CommandLine.Create(new Terminal()).Parse(sample.Groups[1].Value);
                parsed.Errors.Select(error => error.Message).Should().BeEmpty("the sample understands '{0}'", command);
            }
        }
    }

    /// <summary>What the code of a page prints, in a process of its own.</summary>
    private static string[] Run(MarkdownPage page, string scenario, params (string Name, string Value)[] environment)
    {
        using var folder = new TempDirectory();
        CopyData(folder);
        string program = folder.File("page.dll");
        PageProgram.Compile(page, program);
        return Child.Run([scenario, program], environment);
    }

    private static void CheckOutput(MarkdownPage page, string[] actual)
    {
        using var all = new AssertionScope();
        int start = 0;
        for (int i = 0; i < page.Blocks.Count; i++)
        {
            if (page.Blocks[i].Kind == "csharp")
            {
                int end = Array.IndexOf(actual, PageProgram.EndOfBlock, start);
                actual[start..end].Should().Equal(Output(page, i), "that is what the block in line {0} prints", page.Blocks[i].Line);
                start = end + 1;
            }
        }
    }

    private static IEnumerable<string> NamesOfPagesWithCode() =>
        MarkdownPage.Names.Where(name => new MarkdownPage(name).Blocks.Any(block => block.Kind == "csharp"));

    /// <summary>The files that pages read: the images, and a model that PyTorch has saved.</summary>
    internal static void CopyData(TempDirectory folder)
    {
        Directory.CreateDirectory(folder.File(Data));
        foreach (string file in Directory.EnumerateFiles(Repository.File(Data), "*.gz"))
        {
            File.Copy(file, Path.Combine(folder.File(Data), Path.GetFileName(file)));
        }

        foreach (string sample in (string[])["Penguins", "Concrete"])
        {
            string table = $"samples/NeuralNets.{sample}/data/{sample.ToLowerInvariant()}.csv";
            Directory.CreateDirectory(Path.GetDirectoryName(folder.File(table))!);
            File.Copy(Repository.File(table), folder.File(table));
        }

        File.Copy(
            Repository.File("tests/NeuralNets.Core.Tests/Serialization/Fixtures/pytorch-linear-f32.safetensors"),
            folder.File("model.safetensors"));
    }

    /// <summary>The lines below a block of code that are not empty.</summary>
    private static IEnumerable<string> Output(MarkdownPage page, int block) =>
        page.Blocks.ElementAtOrDefault(block + 1) is { Kind: "output" } output
            ? output.Lines.Select(line => line.Trim()).Where(line => line.Length > 0)
            : [];

    /// <summary>The commands in the blocks without a kind, without the remarks behind them, continued lines joined.</summary>
    private static IEnumerable<string> Commands(MarkdownPage page) =>
        from block in page.Blocks
        where block.Kind == ""
        let text = string.Join('\n', block.Lines).Replace("\\\n", " ", StringComparison.Ordinal)
        from line in text.Split('\n')
        where CommandStart().IsMatch(line)
        select Remark().Replace(line, "");

    [GeneratedRegex(@"^(\w+=\S+ )*(dotnet|python3|\.ci/\S+)( |$)")]
    private static partial Regex CommandStart();

    [GeneratedRegex(@" +#.*$")]
    private static partial Regex Remark();

    [GeneratedRegex(@"(?<= |^)(\.ci|benchmarks|docs|samples|src|tests)/[^\s']+")]
    private static partial Regex RepositoryPath();

    [GeneratedRegex(@"--project samples/NeuralNets\.Mnist(?: --)?(.*)$")]
    private static partial Regex SampleCommand();
}
