namespace NeuralNets.Core.Serialization.CSharp;

/// <summary>An operation of a recording.</summary>
/// <param name="Operation">What is done.</param>
/// <param name="A">The position of the first operand; −1 if there is none.</param>
/// <param name="B">The position of the second operand; −1 if there is none.</param>
/// <param name="C">The position of the third operand; −1 if there is none.</param>
/// <param name="Bits">The bits of a constant, or by how much is shifted.</param>
internal readonly record struct SourceNode(SourceOperation Operation, int A = -1, int B = -1, int C = -1, long Bits = 0)
{
    /// <summary>Whether it is a condition.</summary>
    public bool IsCondition => Operation is SourceOperation.LessThan or SourceOperation.EqualTo;

    /// <summary>Whether its value is an integer, the bits of a number.</summary>
    public bool IsInteger => Operation >= SourceOperation.And;
}
