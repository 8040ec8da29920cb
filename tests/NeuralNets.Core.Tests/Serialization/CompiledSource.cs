using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;

namespace NeuralNets.Core.Tests.Serialization;

/// <summary>C# source as a library of its own, compiled without any warning, without unsafe code, and with the runtime as its only
/// reference.</summary>
internal sealed class CompiledSource : IDisposable
{
    private static readonly MetadataReference[] s_references =
    [
        .. new[] { "System.Runtime", "System.Memory", "System.Collections", "System.Private.CoreLib" }.Select(name =>
            MetadataReference.CreateFromFile(
                Path.Join(Path.GetDirectoryName(typeof(object).Assembly.Location)!, name + ".dll"))),
    ];

    private readonly AssemblyLoadContext _context = new(null, isCollectible: true);
    private readonly Assembly _assembly;

    /// <param name="sources">The files.</param>
    /// <param name="isChecked">Whether integers are checked for overflow.</param>
    public CompiledSource(IEnumerable<string> sources, bool isChecked = false)
    {
        var parsing = new CSharpParseOptions(LanguageVersion.CSharp11, DocumentationMode.Diagnose);
        var compilation = CSharpCompilation.Create(
            "Exported",
            sources.Select(source => CSharpSyntaxTree.ParseText(source, parsing)),
            s_references,
            new CSharpCompilationOptions(
                OutputKind.DynamicallyLinkedLibrary,
                optimizationLevel: OptimizationLevel.Release,
                checkOverflow: isChecked,
                allowUnsafe: false,
                warningLevel: 9999,
                nullableContextOptions: NullableContextOptions.Enable));
        using var library = new MemoryStream();
        EmitResult result = compilation.Emit(library);
        result.Diagnostics.Where(each => each.Severity >= DiagnosticSeverity.Warning)
            .Select(each => each.ToString()).Take(10).Should().BeEmpty("exported source must compile without warnings");
        library.Position = 0;
        _assembly = _context.LoadFromStream(library);
    }

    /// <summary>Returns a class.</summary>
    public Type this[string name] => _assembly.GetType(name, throwOnError: true)!;

    /// <summary>Returns a static method, public or not.</summary>
    public TDelegate Method<TDelegate>(string type, string name)
        where TDelegate : Delegate
    {
        Type[] parameters = [.. typeof(TDelegate).GetMethod("Invoke")!.GetParameters().Select(parameter => parameter.ParameterType)];
        return this[type].GetMethod(name, BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic, parameters)!
            .CreateDelegate<TDelegate>();
    }

    public void Dispose() => _context.Unload();
}
