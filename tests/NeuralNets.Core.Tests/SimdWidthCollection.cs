namespace NeuralNets.Core.Tests;

/// <summary>Tests that force a vector width, which is process-wide, one at a time.</summary>
[CollectionDefinition("SIMD width", DisableParallelization = true)]
public sealed class SimdWidthCollection;
