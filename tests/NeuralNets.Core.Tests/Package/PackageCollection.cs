using System.Diagnostics.CodeAnalysis;

namespace NeuralNets.Core.Tests.Package;

/// <summary>The tests that look into the package, which is made once for all of them.</summary>
[SuppressMessage("Naming", "CA1711", Justification = "What xunit calls a collection.")]
[CollectionDefinition(Name)]
public sealed class PackageCollection : ICollectionFixture<PackedLibrary>, ICollectionFixture<PackedOnnx>
{
    public const string Name = "Package";
}
