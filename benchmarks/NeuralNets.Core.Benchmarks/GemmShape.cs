namespace NeuralNets.Core.Benchmarks;

/// <summary>A product (m × k)·(k × n) with the way its operands are stored.</summary>
/// <param name="M">Rows of the result.</param>
/// <param name="N">Columns of the result.</param>
/// <param name="K">Terms of each sum.</param>
/// <param name="TransposeA">The first operand is stored transposed, (k × m).</param>
/// <param name="TransposeB">The second operand is stored transposed, (n × k).</param>
public sealed record GemmShape(int M, int N, int K, bool TransposeA, bool TransposeB)
{
    /// <summary>Floating-point operations: a multiplication and an addition per term.</summary>
    public double Operations => 2.0 * M * N * K;

    /// <summary>Returns the name in tables, which cut off what is longer than 20 characters.</summary>
    public override string ToString() => $"{M}x{N}x{K}{(TransposeA ? " Aᵀ" : "")}{(TransposeB ? " Bᵀ" : "")}";
}
