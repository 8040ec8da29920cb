using NeuralNets.Core.Backends;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Tests.Training;

/// <summary>The managed kernels as another library: no zero of the input is left out.</summary>
internal sealed class AllTermsBackend : GemmBackend
{
    public override string Name => "all terms";

    private protected override void Compute<T>(
        T alpha, MatrixView<T> a, MatrixView<T> b, T keep, MatrixTarget<T> c, int leadingDimension)
    {
        alpha.Should().Be(T.One, "only rules with slots come here");
        if (keep == T.Zero)
        {
            Gemm.Product(a, b, c.Span, leadingDimension);
        }
        else
        {
            keep.Should().Be(T.One);
            Gemm.Accumulate(a, b, c.Span, leadingDimension);
        }
    }
}
