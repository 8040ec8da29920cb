using System.Reflection;
using PublicApiGenerator;

namespace NeuralNets.Core.Tests.Package;

/// <summary>The public members are those of the approved text, so that a change of them shows in review.</summary>
public sealed class PublicApiTests
{
    [Fact]
    public void PublicApi_OfTheLibrary_IsTheApprovedText() => Check(typeof(Network<>).Assembly, "PublicApi.txt");

    [Fact]
    public void PublicApi_OfTheLibraryOfOnnxFiles_IsTheApprovedText() =>
        Check(typeof(NeuralNets.Onnx.OnnxFile).Assembly, "PublicApi.Onnx.txt");

    [Fact]
    public void Difference_OfTexts_IsWhatLiesBetweenTheFirstAndTheLastLineThatDiffer()
    {
        Difference("a\nb\nc\nd\n", "a\nB\nX\nc\nd\n").Should().Be("\nline 2:\n- b\n+ B\n+ X\n");
        Difference("a\na\n", "a\na\na\n").Should().Be("\nline 3:\n+ a\n");
        Difference("a\n", "a\n").Should().BeEmpty();
    }

    private static void Check(Assembly library, string approved)
    {
        string path = Repository.File($"tests/NeuralNets.Core.Tests/Package/{approved}");
        string actual = library
            .GeneratePublicApi(new ApiGeneratorOptions { IncludeAssemblyAttributes = false })
            .ReplaceLineEndings("\n") + "\n";
        if (Environment.GetEnvironmentVariable("NEURALNETS_APPROVE") == "1")
        {
            File.WriteAllText(path, actual);
        }

        string difference = Difference(File.ReadAllText(path).ReplaceLineEndings("\n"), actual);

        difference.Should().BeEmpty(
            "the public API differs from {0}; if that is meant, run this test with NEURALNETS_APPROVE=1 in the environment "
            + "and commit the file",
            path);
    }

    private static string Difference(string approved, string actual)
    {
        if (approved == actual)
        {
            return "";
        }

        string[] before = approved.Split('\n');
        string[] after = actual.Split('\n');
        int shorter = Math.Min(before.Length, after.Length);
        int start = CommonStart(before, after);
        int end = Math.Min(CommonStart(before.Reverse(), after.Reverse()), shorter - start);
        IEnumerable<string> removed = before[start..^end].Select(line => $"- {line}");
        IEnumerable<string> added = after[start..^end].Select(line => $"+ {line}");
        return $"\nline {start + 1}:\n{string.Join('\n', removed.Concat(added))}\n";
    }

    private static int CommonStart(IEnumerable<string> before, IEnumerable<string> after) =>
        before.Zip(after).TakeWhile(pair => pair.First == pair.Second).Count();
}
