namespace NeuralNets.Core.Serialization;

/// <summary>A file cannot be made beside its place, or cannot be moved there.</summary>
internal sealed class CannotReplaceException(Exception cause) : Exception(cause.Message, cause);
