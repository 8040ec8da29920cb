namespace NeuralNets.Core.Serialization.CSharp;

/// <summary>A value that a kernel computes while <see cref="SourceLane{T}"/> records it: no number, but the position of the operation in
/// the recording.</summary>
internal readonly record struct SourceValue(int Index);
