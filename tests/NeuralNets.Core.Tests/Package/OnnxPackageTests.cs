using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;
using NeuralNets.Onnx;

namespace NeuralNets.Core.Tests.Package;

/// <summary>What is in the package of ONNX files. That it can be used, .ci/pack shows.</summary>
[Collection(PackageCollection.Name)]
public sealed class OnnxPackageTests(PackedLibrary core, PackedOnnx packed)
{
    private const string Assembly = "lib/net10.0/NeuralNets.Onnx.dll";

    [Fact]
    public void Package_Files_AreTheLibraryAndWhatDescribesIt()
    {
        packed.Package.Keys.Should().BeEquivalentTo(
            [Assembly, "lib/net10.0/NeuralNets.Onnx.xml", "README.md", "icon.png", "NeuralNets.Onnx.nuspec"]);
        packed.PackageSize.Should().BeLessThan(100_000);
    }

    /// <summary>It uses what is internal to the other library, so it goes with one version of it only.</summary>
    [Fact]
    public void Package_Dependencies_AreProtobufAndExactlyItsOwnVersionOfTheCore()
    {
        XElement group = Element(packed, "dependencies").Elements().Should().ContainSingle().Subject;

        group.Elements().Select(dependency => (dependency.Attribute("id")!.Value, dependency.Attribute("version")!.Value)).Should()
            .BeEquivalentTo([("NeuralNets.Core", $"[{Element(core, "version").Value}]"), ("Google.Protobuf", "3.36.2")]);
        Element(packed, "version").Value.Should().Be(Element(core, "version").Value);
    }

    [Fact]
    public void Package_Documentation_SaysSomethingOfEveryPublicType()
    {
        IEnumerable<string> documented = XElement.Load(new MemoryStream(packed.Package["lib/net10.0/NeuralNets.Onnx.xml"]))
            .Descendants("member").Select(member => member.Attribute("name")!.Value);

        documented.Should().Contain(typeof(OnnxFile).Assembly.GetExportedTypes().Select(type => $"T:{type.FullName}"));
    }

    [Fact]
    public void Assembly_References_AreNoReflection()
    {
        using var file = new PEReader(new MemoryStream(packed.Package[Assembly]));

        ReflectiveReferences.Of(file.GetMetadataReader()).Should().BeSubsetOf(
            [
                // typeof(T) == typeof(float), a constant for the compiler, and the type's name in messages.
                "System.Type.GetTypeFromHandle", "System.Type.op_Equality", "System.Type.op_Inequality",
                "System.Reflection.MemberInfo", "System.Reflection.MemberInfo.get_Name",
                // Named by the equality of records, which is not called.
                "System.Type",
            ]);
    }

    private static XElement Element(PackedLibrary package, string name) => package.Nuspec.Element(package.Nuspec.Name.Namespace + name)!;
}
