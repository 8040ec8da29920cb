using System.Buffers.Binary;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text;
using System.Xml.Linq;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Serialization;
using NeuralNets.Core.Tests.Serialization;

namespace NeuralNets.Core.Tests.Package;

/// <summary>What is in the package. That it can be used, .ci/pack shows.</summary>
[Collection(PackageCollection.Name)]
public sealed class PackageTests(PackedLibrary packed)
{
    [Fact]
    public void Package_Files_AreTheLibraryAndWhatDescribesIt()
    {
        packed.Package.Keys.Should().BeEquivalentTo(
            [PackedLibrary.Assembly, PackedLibrary.Documentation, "README.md", "icon.png", "NeuralNets.Core.nuspec"]);
        packed.PackageSize.Should().BeLessThan(450_000, "README says 0.42 MB");
    }

    [Fact]
    public void Package_Description_SaysWhatItIsAndWhoMayUseIt()
    {
        Element("id").Value.Should().Be("NeuralNets.Core");
        Element("description").Value.Should().Contain("neural networks").And.Contain("Math.NET Numerics");
        Element("tags").Value.Split(' ').Should().Contain(["neural-network", "machine-learning", "mathnet", "deterministic"]);
        Element("license").Attribute("type")!.Value.Should().Be("expression");
        Element("license").Value.Should().Be("MIT");
        Element("authors").Value.Should().NotBe("NeuralNets.Core", "that is what the SDK writes where no author is given");
        Element("copyright").Value.Should().NotBeEmpty();
    }

    [Fact]
    public void Package_Dependencies_AreMathNetAndSep()
    {
        XElement group = Element("dependencies").Elements().Should().ContainSingle().Subject;

        group.Attribute("targetFramework")!.Value.Should().Be("net10.0");
        group.Elements().Select(dependency => dependency.Attribute("id")!.Value).Should().Equal("MathNet.Numerics", "Sep");
    }

    [Fact]
    public void Package_Readme_IsTheRepositorys()
    {
        Element("readme").Value.Should().Be("README.md");
        packed.Package["README.md"].Should().Equal(File.ReadAllBytes(Repository.File("README.md")));
    }

    [Fact]
    public void Package_Icon_IsAPngOf128Pixels()
    {
        byte[] icon = packed.Package[Element("icon").Value];

        icon.Take(8).Should().Equal(0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A);
        BinaryPrimitives.ReadInt32BigEndian(icon.AsSpan(16)).Should().Be(128, "of the width");
        BinaryPrimitives.ReadInt32BigEndian(icon.AsSpan(20)).Should().Be(128, "of the height");
    }

    [Fact]
    public void Package_Documentation_SaysSomethingOfEveryPublicType()
    {
        IEnumerable<string> documented = XElement.Load(new MemoryStream(packed.Package[PackedLibrary.Documentation]))
            .Descendants("member")
            .Where(member => !string.IsNullOrWhiteSpace(member.Element("summary")?.Value))
            .Select(member => member.Attribute("name")!.Value);

        documented.Should().Contain(typeof(Network<>).Assembly.GetExportedTypes().Select(type => $"T:{type.FullName}"));
    }

    [Fact]
    public void Package_Version_IsTheAssemblysAndTheOneInSavedFiles()
    {
        string version = Element("version").Value;
        var saved = new MemoryStream();
        NetworkFile.Save(saved, new Network<float>([2, 2], new Identity<float>(), seed: 1));

        SafetensorsBytes.HeaderOf(saved.ToArray()).Should().Contain($"\"neuralnets.version\":\"{version}\"");
        using var file = new PEReader(new MemoryStream(packed.Package[PackedLibrary.Assembly]));
        MetadataReader metadata = file.GetMetadataReader();
        AttributeText(metadata, "AssemblyInformationalVersionAttribute").Should().Contain(text => text.StartsWith(version));
        version.Should().StartWith(metadata.GetAssemblyDefinition().Version.ToString(3));
    }

    [Fact]
    public void Assembly_Metadata_PromisesTrimmingAndAheadOfTimeCompilation()
    {
        using var file = new PEReader(new MemoryStream(packed.Package[PackedLibrary.Assembly]));

        AttributeText(file.GetMetadataReader(), "AssemblyMetadataAttribute").Should()
            .Contain(["IsTrimmable\u0004True", "IsAotCompatible\u0004True"]);
    }

    [Fact]
    public void Assembly_References_AreNoReflection()
    {
        using var file = new PEReader(new MemoryStream(packed.Package[PackedLibrary.Assembly]));

        ReflectiveReferences.Of(file.GetMetadataReader()).Should().BeSubsetOf(
            [
                // typeof(T) == typeof(float), a constant for the compiler, and the type's name in messages.
                "System.Type.GetTypeFromHandle", "System.Type.op_Equality", "System.Type.op_Inequality",
                "System.Reflection.MemberInfo", "System.Reflection.MemberInfo.get_Name",
                // Table.FromRecords reads the public properties of records, which its attribute keeps when a program is trimmed.
                "System.Type.GetProperties", "System.Reflection.BindingFlags", "System.Reflection.ParameterInfo",
                "System.Reflection.PropertyInfo", "System.Reflection.PropertyInfo.get_GetMethod",
                "System.Reflection.PropertyInfo.GetIndexParameters", "System.Reflection.PropertyInfo.GetValue",
                "System.Reflection.MethodInfo", "System.Reflection.MethodBase", "System.Reflection.MethodBase.get_IsPublic",
                // Native libraries are searched for on behalf of an assembly.
                "System.Type.get_Assembly", "System.Reflection.Assembly",
            ]);
    }

    [Fact]
    public void ReflectiveReferences_OfTheseTests_AreFound()
    {
        using var file = new PEReader(File.OpenRead(typeof(PackageTests).Assembly.Location));

        ReflectiveReferences.Of(file.GetMetadataReader()).Should().Contain(
            ["System.Reflection.Assembly.GetExportedTypes", "System.Reflection.CustomAttributeExtensions.GetCustomAttributes"]);
    }

    private XElement Element(string name) => packed.Nuspec.Element(packed.Nuspec.Name.Namespace + name)!;

    /// <summary>The strings that the assembly's attributes of a type are given, as they are stored: each after its length, where
    /// the first one's is left out here.</summary>
    private static IEnumerable<string> AttributeText(MetadataReader metadata, string type) =>
        from handle in metadata.GetAssemblyDefinition().GetCustomAttributes()
        let attribute = metadata.GetCustomAttribute(handle)
        where attribute.Constructor.Kind == HandleKind.MemberReference
        let parent = metadata.GetMemberReference((MemberReferenceHandle)attribute.Constructor).Parent
        where metadata.GetString(metadata.GetTypeReference((TypeReferenceHandle)parent).Name) == type
        select Encoding.UTF8.GetString(metadata.GetBlobBytes(attribute.Value).AsSpan()[3..^2]);
}
