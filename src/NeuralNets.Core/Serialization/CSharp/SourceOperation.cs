namespace NeuralNets.Core.Serialization.CSharp;

/// <summary>The operations of <see cref="Kernels.ILane{T, TVector}"/> that a recording can have.</summary>
internal enum SourceOperation
{
    Argument,
    Constant,

    // On numbers.
    Add,
    Subtract,
    Multiply,
    Divide,
    Sqrt,
    FusedMultiplyAdd,
    Max,
    Abs,
    Negate,
    Select,

    // Conditions.
    LessThan,
    EqualTo,

    // On the bits of numbers.
    And,
    Or,
    Xor,
    AddBits,
    SubtractBits,
    ShiftLeft,
    ShiftRightArithmetic,
    ShiftRightLogical,
}
