using System.IO.Compression;
using System.Xml.Linq;
using NeuralNets.Core.Tests.Data;

namespace NeuralNets.Core.Tests.Package;

/// <summary>A library that the tests run with, packed into a folder of its own.</summary>
public class PackedLibrary : IDisposable
{
    public const string Assembly = "lib/net10.0/NeuralNets.Core.dll";
    public const string Documentation = "lib/net10.0/NeuralNets.Core.xml";

    private readonly TempDirectory _folder = new();

    public PackedLibrary()
        : this("NeuralNets.Core")
    {
    }

    protected PackedLibrary(string name)
    {
        string project = Repository.File($"src/{name}");
        DotnetCommand.Run("pack", project, "--no-build", "-c", Repository.Configuration, "-o", _folder.File("."));
        Package = Read("*.nupkg");
        Symbols = Read("*.snupkg");
        PackageSize = new FileInfo(Find("*.nupkg")).Length;
        Nuspec = XElement.Load(new MemoryStream(Package[$"{name}.nuspec"])).Elements().Single();
    }

    /// <summary>The files in the package by their names, without those of the container format.</summary>
    public IReadOnlyDictionary<string, byte[]> Package { get; }

    /// <summary>The files in the symbols' package.</summary>
    public IReadOnlyDictionary<string, byte[]> Symbols { get; }

    /// <summary>The package's size in bytes.</summary>
    public long PackageSize { get; }

    /// <summary>The element <c>metadata</c> of the package's description.</summary>
    public XElement Nuspec { get; }

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private string Find(string pattern) => Directory.GetFiles(_folder.File("."), pattern).Should().ContainSingle().Subject;

    private Dictionary<string, byte[]> Read(string pattern)
    {
        using ZipArchive archive = ZipFile.OpenRead(Find(pattern));
        return archive.Entries
            .Where(entry => entry.FullName is not "[Content_Types].xml" and not "_rels/.rels"
                && !entry.FullName.StartsWith("package/", StringComparison.Ordinal))
            .ToDictionary(entry => entry.FullName, Content);
    }

    private static byte[] Content(ZipArchiveEntry entry)
    {
        using Stream stream = entry.Open();
        byte[] content = new byte[entry.Length];
        stream.ReadExactly(content);
        return content;
    }
}
