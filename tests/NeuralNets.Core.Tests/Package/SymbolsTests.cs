using System.IO.Compression;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text;

namespace NeuralNets.Core.Tests.Package;

/// <summary>A debugger steps into the library with the symbols' package alone.</summary>
[Collection(PackageCollection.Name)]
public sealed class SymbolsTests(PackedLibrary packed)
{
    private const string Symbols = "lib/net10.0/NeuralNets.Core.pdb";

    // The kinds of information that the format of portable symbols names by these.
    private static readonly Guid s_embeddedSource = new("0E8A571B-6926-466E-B4AD-8AB04611F5FE");
    private static readonly Guid s_sourceLink = new("CC110556-A091-4D38-9FEC-25AB9A351A6A");

    [Fact]
    public void Symbols_Identity_IsTheOneThatTheAssemblyAsksFor()
    {
        using var assembly = new PEReader(new MemoryStream(packed.Package[PackedLibrary.Assembly]));
        CodeViewDebugDirectoryData asked = assembly.ReadCodeViewDebugDirectoryData(
            assembly.ReadDebugDirectory().Single(entry => entry.Type == DebugDirectoryEntryType.CodeView));
        using MetadataReaderProvider provider = Open();

        new BlobContentId(provider.GetMetadataReader().DebugMetadataHeader!.Id).Guid.Should().Be(asked.Guid);
    }

    [Fact]
    public void Symbols_Sources_AreAllEmbedded()
    {
        using MetadataReaderProvider provider = Open();
        Dictionary<string, string> sources = Sources(provider.GetMetadataReader());

        string network = sources.Keys.Single(document => document.Replace('\\', '/').EndsWith("/src/NeuralNets.Core/Network.cs"));
        sources[network].Should().Be(File.ReadAllText(Repository.File("src/NeuralNets.Core/Network.cs")));
        sources.Values.Should().NotContain(string.Empty, "a document without its source cannot be shown");
    }

    [Fact]
    public void Symbols_OfABuildInCi_KeepNoPathOfTheMachine()
    {
        if (Environment.GetEnvironmentVariable("CI") != "true")
        {
            // Other builds keep the paths, for breakpoints in the sources.
            return;
        }

        using MetadataReaderProvider provider = Open();
        MetadataReader symbols = provider.GetMetadataReader();
        Dictionary<string, string> sources = Sources(symbols);
        string folder = Repository.Folder.TrimEnd('/', '\\');

        sources.Keys.Should().OnlyContain(document => document.StartsWith("/_/"));
        sources.Values.Should().NotContain(source => source.Contains(folder));
        Information(symbols, EntityHandle.ModuleDefinition, s_sourceLink).Should()
            .NotContain(map => Encoding.UTF8.GetString(map).Contains(folder));
        foreach (Encoding encoding in (Encoding[])[Encoding.UTF8, Encoding.Unicode])
        {
            packed.Package[PackedLibrary.Assembly].AsSpan().IndexOf(encoding.GetBytes(folder)).Should().Be(-1);
        }
    }

    private MetadataReaderProvider Open()
    {
        packed.Symbols.Keys.Should().BeEquivalentTo([Symbols, "NeuralNets.Core.nuspec"]);
        return MetadataReaderProvider.FromPortablePdbStream(new MemoryStream(packed.Symbols[Symbols]));
    }

    /// <summary>The documents' names with their sources; empty where there is none.</summary>
    private static Dictionary<string, string> Sources(MetadataReader symbols) => symbols.Documents.ToDictionary(
        handle => symbols.GetString(symbols.GetDocument(handle).Name),
        handle => string.Concat(Information(symbols, handle, s_embeddedSource).Select(Source)));

    private static IEnumerable<byte[]> Information(MetadataReader symbols, EntityHandle parent, Guid kind) =>
        from handle in symbols.GetCustomDebugInformation(parent)
        let information = symbols.GetCustomDebugInformation(handle)
        where symbols.GetGuid(information.Kind) == kind
        select symbols.GetBlobBytes(information.Value);

    /// <summary>Four bytes say how long the source is that follows deflated; 0 says that it follows as it is.</summary>
    private static string Source(byte[] embedded)
    {
        Stream content = new MemoryStream(embedded, 4, embedded.Length - 4);
        using var reader = new StreamReader(
            BitConverter.ToInt32(embedded) == 0 ? content : new DeflateStream(content, CompressionMode.Decompress));
        return reader.ReadToEnd();
    }
}
