namespace NeuralNets.Core.Tables;

/// <summary>A value that training had not: its features are 0, and those of a missing number where training had none missing are of the
/// median.</summary>
/// <param name="Column">The name of the column.</param>
/// <param name="Category">The value; null if it is missing.</param>
/// <param name="Count">How many rows have it.</param>
public sealed record UnknownCategory(string Column, string? Category, int Count);
