namespace NeuralNets.Core.Tables;

/// <summary>What became of a value.</summary>
internal enum CellResult
{
    /// <summary>It was encoded.</summary>
    Known,

    /// <summary>It is a category, or a missing value, that training had not: its features are 0, or those of the median.</summary>
    Unknown,

    /// <summary>It is not what the column must have.</summary>
    Invalid,
}
