using System.Text.RegularExpressions;

namespace NeuralNets.Core.Tests.Docs;

/// <summary>A block between fences.</summary>
/// <param name="Kind">What the opening fence says after its backquotes: <c>csharp</c>, or nothing.</param>
/// <param name="Line">The number of the block's first line, counted from 1.</param>
/// <param name="Lines">What is between the fences.</param>
internal sealed record CodeBlock(string Kind, int Line, string[] Lines);

/// <summary>A page of the documentation, cut into what the tests look at.</summary>
internal sealed partial class MarkdownPage
{
    private const string Fence = "```";

    private readonly List<CodeBlock> _blocks = [];
    private readonly List<string> _links = [];
    private readonly List<string> _anchors = [];

    public MarkdownPage(string name)
    {
        Name = name;
        string[] lines = File.ReadAllLines(Repository.File(name));
        for (int i = 0; i < lines.Length; i++)
        {
            if (lines[i].StartsWith(Fence, StringComparison.Ordinal))
            {
                int end = Array.FindIndex(lines, i + 1, line => line.StartsWith(Fence, StringComparison.Ordinal));
                end.Should().BePositive("the fence in line {0} of {1} must be closed", i + 1, name);
                _blocks.Add(new CodeBlock(lines[i][Fence.Length..].Trim(), i + 2, lines[(i + 1)..end]));
                i = end;
                continue;
            }

            if (lines[i].StartsWith('#'))
            {
                _anchors.Add(Anchor(lines[i].TrimStart('#').Trim()));
            }

            _links.AddRange(Link().Matches(CodeSpan().Replace(lines[i], "")).Select(match => match.Groups[1].Value));
        }
    }

    /// <summary>The path from the root of the repository.</summary>
    public string Name { get; }

    public IReadOnlyList<CodeBlock> Blocks => _blocks;

    /// <summary>The targets of the links, as they are written.</summary>
    public IReadOnlyList<string> Links => _links;

    /// <summary>What the headings are called in links.</summary>
    public IReadOnlyList<string> Anchors => _anchors;

    /// <summary>The pages of the repository, by their names.</summary>
    public static string[] Names { get; } =
    [
        .. Pages("", SearchOption.TopDirectoryOnly),
        .. Pages("docs", SearchOption.AllDirectories),
        .. Pages("benchmarks", SearchOption.TopDirectoryOnly),
        "samples/NeuralNets.Mnist/data/README.md",
    ];

    private static IEnumerable<string> Pages(string folder, SearchOption option) =>
        Directory.EnumerateFiles(Repository.File(folder), "*.md", option)
            .Select(file => Path.GetRelativePath(Repository.Folder, file).Replace('\\', '/'))
            .Order(StringComparer.Ordinal);

    /// <summary>GitHub's rule: lower case, blanks as hyphens, and of the other characters only letters, digits, - and _.</summary>
    private static string Anchor(string heading) => string.Concat(
        heading.ToLowerInvariant().Select(c => c == ' ' ? '-' : c).Where(c => char.IsLetterOrDigit(c) || c is '-' or '_'));

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("`[^`]*`")]
    private static partial Regex CodeSpan();
}
