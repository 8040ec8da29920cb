namespace NeuralNets.Core.Tests.Package;

/// <summary>The library of ONNX files, packed into a folder of its own.</summary>
public sealed class PackedOnnx() : PackedLibrary("NeuralNets.Onnx");
