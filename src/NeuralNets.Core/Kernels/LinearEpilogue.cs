using System.Numerics;

namespace NeuralNets.Core.Kernels;

/// <summary>What a product does with the sums of its chains instead of storing them:
/// <c>c ← fma(factor, sum·scale + 0, keep·c)</c>.</summary>
/// <param name="Scale">The factor of the sum, such as one over the number of samples.</param>
/// <param name="Factor">The factor of the scaled sum.</param>
/// <param name="Keep">The factor of what is there; 1 is exact.</param>
internal readonly record struct LinearEpilogue<T>(T Scale, T Factor, T Keep)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Whether a sum of 0 changes nothing, so that elements without terms may be left alone.</summary>
    public bool KeepsAtZero => Keep == T.One;
}
