namespace NeuralNets.Core.Tables;

/// <summary>What is predicted.</summary>
public enum TargetUse
{
    /// <summary>A class if the column has texts, a number if it has numbers.</summary>
    Auto,

    /// <summary>A class, also of a column of numbers.</summary>
    Class,

    /// <summary>A number.</summary>
    Number,
}
