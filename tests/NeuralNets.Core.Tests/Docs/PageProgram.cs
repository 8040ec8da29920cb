using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Emit;

namespace NeuralNets.Core.Tests.Docs;

/// <summary>The C# blocks of a page as one program, which is what a reader makes who copies one after the other.</summary>
internal static class PageProgram
{
    /// <summary>Printed after each block, to tell what each of them prints.</summary>
    public const string EndOfBlock = "=== end of block ===";

    /// <summary>What the SDK gives to every console project.</summary>
    private const string ImplicitUsings =
        "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; "
        + "global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;";

    /// <summary>What the SDK gives to every web project beside that.</summary>
    private const string WebUsings =
        "global using Microsoft.AspNetCore.Builder; global using Microsoft.AspNetCore.Http; global using Microsoft.AspNetCore.Routing;";

    // That a library was built for an earlier runtime is no warning in a project of the SDK.
    private static readonly Dictionary<string, ReportDiagnostic> s_suppressed =
        new() { ["CS1701"] = ReportDiagnostic.Suppress, ["CS1702"] = ReportDiagnostic.Suppress };

    // What a project has that references the package, and nothing of the tests.
    private static readonly MetadataReference[] s_references = References(
        [
            .. Directory.EnumerateFiles(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "System*.dll"),
            typeof(Network<float>).Assembly.Location,
            typeof(NeuralNets.Onnx.OnnxFile).Assembly.Location,
            typeof(MathNet.Numerics.LinearAlgebra.Matrix<float>).Assembly.Location,
        ]);

    /// <summary>Compiles the blocks, without any warning.</summary>
    /// <param name="page">The page.</param>
    /// <param name="program">The file to write.</param>
    /// <param name="only">The one block whose statements are wanted, with the usings of the page; null for all.</param>
    /// <param name="isWeb">Whether it is a program of ASP.NET.</param>
    public static void Compile(MarkdownPage page, string program, CodeBlock? only = null, bool isWeb = false)
    {
        string framework = Path.GetDirectoryName(typeof(Microsoft.AspNetCore.Builder.WebApplication).Assembly.Location)!;
        var compilation = CSharpCompilation.Create(
            "Page",
            [
                CSharpSyntaxTree.ParseText(ImplicitUsings + (isWeb ? WebUsings : "")),
                CSharpSyntaxTree.ParseText(Source(page, only), path: page.Name),
            ],
            isWeb ? [.. s_references, .. References(Directory.EnumerateFiles(framework, "Microsoft*.dll"))] : s_references,
            new CSharpCompilationOptions(
                OutputKind.ConsoleApplication,
                optimizationLevel: OptimizationLevel.Release,
                specificDiagnosticOptions: s_suppressed,
                nullableContextOptions: NullableContextOptions.Enable));
        using FileStream stream = File.Create(program);
        EmitResult result = compilation.Emit(stream);
        result.Diagnostics.Where(each => each.Severity >= DiagnosticSeverity.Warning)
            .Select(each => each.ToString()).Should().BeEmpty("the code of a page must compile without warnings");
    }

    /// <summary>The usings, then the statements of all blocks, then the types: the order that the language asks for.</summary>
    private static string Source(MarkdownPage page, CodeBlock? only)
    {
        var usings = new StringBuilder();
        var statements = new StringBuilder();
        var types = new StringBuilder();
        foreach (CodeBlock block in page.Blocks.Where(block => block.Kind == "csharp"))
        {
            string text = string.Join('\n', block.Lines);
            CompilationUnitSyntax unit = CSharpSyntaxTree.ParseText(text).GetCompilationUnitRoot();
            int firstStatement = unit.Usings.Count == 0 ? 0 : unit.Usings[^1].FullSpan.End;
            MemberDeclarationSyntax? firstType = unit.Members.FirstOrDefault(member => member is not GlobalStatementSyntax);
            int endOfStatements = firstType?.FullSpan.Start ?? text.Length;
            Append(usings, page, block, text, ..firstStatement);
            if (only is not null && block != only)
            {
                continue;
            }

            Append(statements, page, block, text, firstStatement..endOfStatements);
            Append(types, page, block, text, endOfStatements..);
            statements.Append("#line hidden\n").Append($"Console.WriteLine(\"{EndOfBlock}\");\n");
        }

        return $"{usings}{statements}{types}";
    }

    private static void Append(StringBuilder source, MarkdownPage page, CodeBlock block, string text, Range part)
    {
        int line = block.Line + text[..part.Start.GetOffset(text.Length)].Count(c => c == '\n');
        source.Append($"#line {line} \"{page.Name}\"\n{text[part]}\n");
    }

    private static MetadataReference[] References(IEnumerable<string> files) =>
        [.. files.Where(IsManaged).Select(file => MetadataReference.CreateFromFile(file))];

    private static bool IsManaged(string file)
    {
        using FileStream stream = File.OpenRead(file);
        using var reader = new System.Reflection.PortableExecutable.PEReader(stream);
        return reader.HasMetadata;
    }
}
