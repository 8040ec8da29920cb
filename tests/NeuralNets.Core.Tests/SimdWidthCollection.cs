using System.Diagnostics.CodeAnalysis;

namespace NeuralNets.Core.Tests;

/// <summary>
/// The collection of the tests that call <c>Simd.Force</c>. The width is one for the whole process, so these tests run when no
/// other does.
/// </summary>
[SuppressMessage("Naming", "CA1711", Justification = "What xunit calls a collection.")]
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class SimdWidthCollection
{
    public const string Name = "SIMD width";
}
