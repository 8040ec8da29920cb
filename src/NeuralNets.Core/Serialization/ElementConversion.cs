namespace NeuralNets.Core.Serialization;

/// <summary>Which element types of a file are taken for those that are asked for.</summary>
internal enum ElementConversion
{
    /// <summary>No other.</summary>
    None,

    /// <summary>Floats for doubles, which is exact.</summary>
    Exact,

    /// <summary>Doubles for floats, too.</summary>
    Rounding,
}
