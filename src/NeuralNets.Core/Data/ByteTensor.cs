using System.Numerics;
using MathNet.Numerics.LinearAlgebra;

namespace NeuralNets.Core.Data;

/// <summary>Unsigned bytes with their dimensions, such as the pixels of images without labels: what <see cref="IdxReader"/> and
/// <see cref="CsvImageReader"/> read.</summary>
/// <remarks>The last dimension is the innermost: of (60000 × 28 × 28) bytes, the first 784 are the first image.</remarks>
public sealed class ByteTensor
{
    internal ByteTensor(int[] dimensions, byte[] data)
    {
        Dimensions = Array.AsReadOnly(dimensions);
        Data = data;
    }

    /// <summary>The sizes, outermost first: 1 to <see cref="IdxReader.MaxDimensions"/> of them, each 0 or more.</summary>
    public IReadOnlyList<int> Dimensions { get; }

    /// <summary>The elements; as many as the product of the dimensions.</summary>
    public ReadOnlyMemory<byte> Data { get; }

    /// <summary>Returns the bytes as numbers for a network, one sample per column: the first dimension counts the samples, and the others
    /// together are the features of one.</summary>
    /// <param name="scaling">What number a byte becomes; the scaling with which the network was trained.</param>
    /// <returns>A new matrix, (features × samples): (784 × 60000) for (60000 × 28 × 28) bytes.</returns>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <exception cref="ArgumentException">A byte is above the maximum of <paramref name="scaling"/>.</exception>
    /// <exception cref="InvalidOperationException">There is only one dimension, or one of them is 0.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is neither float nor double.</exception>
    public Matrix<T> ToMatrix<T>(PixelScaling scaling = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ElementType.Check<T>();
        if (Dimensions.Count < 2 || Data.IsEmpty)
        {
            throw new InvalidOperationException(
                "A matrix needs samples in the first dimension and their features in at least one more, none of them 0, but the dimensions "
                + $"are {string.Join(" x ", Dimensions)}.");
        }

        int samples = Dimensions[0];
        int features = Data.Length / samples;
        scaling.Check(Data.Span, features, nameof(scaling));
        T[] values = new T[Data.Length];
        scaling.Apply<T>(Data.Span, values);
        return Matrix<T>.Build.Dense(features, samples, values);
    }
}
