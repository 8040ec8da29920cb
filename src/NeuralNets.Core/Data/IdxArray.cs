namespace NeuralNets.Core.Data;

/// <summary>An array of unsigned bytes with its dimensions, as read from an IDX file.</summary>
/// <remarks>The last dimension is the innermost: in an array of (60000 × 28 × 28), the first 784 bytes are the first
/// image.</remarks>
public sealed class IdxArray
{
    internal IdxArray(int[] dimensions, byte[] data)
    {
        Dimensions = Array.AsReadOnly(dimensions);
        Data = data;
    }

    /// <summary>The sizes, outermost first: 1 to <see cref="IdxReader.MaxDimensions"/> of them, each 0 or more.</summary>
    public IReadOnlyList<int> Dimensions { get; }

    /// <summary>The elements; as many as the product of the dimensions.</summary>
    public ReadOnlyMemory<byte> Data { get; }
}
