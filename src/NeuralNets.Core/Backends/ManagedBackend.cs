using System.Diagnostics;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Backends;

/// <summary>The kernels of this library, in C#: the default, and the only backend that gives the same bits on every machine.</summary>
public sealed class ManagedBackend : GemmBackend
{
    private ManagedBackend()
    {
    }

    /// <summary>The backend. It has no state, so there is one.</summary>
    public static ManagedBackend Instance { get; } = new();

    /// <summary>The name, with the width of the vectors.</summary>
    public override string Name => $"managed ({Simd.Width})";

    /// <inheritdoc/>
    private protected override void Compute<T>(
        T alpha, MatrixView<T> a, MatrixView<T> b, T keep, MatrixTarget<T> c, int leadingDimension) =>
        throw new UnreachableException("The base class calls the kernels itself, without a virtual call.");
}
