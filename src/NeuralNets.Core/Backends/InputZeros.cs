
namespace NeuralNets.Core.Backends;

/// <summary>What a product with the input of a network knows of the input's zeros.</summary>
/// <param name="nonzeros">The elements that are not zero; see <see cref="Kernels.Nonzeros"/>.</param>
/// <param name="perColumn">Whether each column of the result is computed by itself: needed unless all of the other operand is
/// finite.</param>
/// <param name="list">Room for as many numbers as the chains are long.</param>
internal readonly ref struct InputZeros(ReadOnlySpan<ulong> nonzeros, bool perColumn, Span<int> list)
{
    /// <summary>Above this fraction of nonzeros, skipping does not pay.</summary>
    private const double Dense = 0.9;

    public ReadOnlySpan<ulong> Nonzeros { get; } = nonzeros;

    public bool PerColumn { get; } = perColumn;

    public Span<int> List { get; } = list;

    /// <summary>Returns whether the product may and should take all terms: the one decision between dense and sparse.</summary>
    public bool AreFew(int features, int samples) =>
        !PerColumn && Kernels.Nonzeros.Count(Nonzeros) > Dense * features * samples;
}
