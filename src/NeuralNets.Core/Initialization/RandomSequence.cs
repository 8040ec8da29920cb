using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Initialization;

/// <summary>
/// Random numbers by index: the number at an index depends on the seed, the stream and the index alone, never on the
/// numbers drawn before, so any part of a matrix can be drawn in any order by any thread.
/// </summary>
/// <remarks>
/// The generator is Philox4x32-10. The numbers use IEEE operations and this library's own logarithm only, so they are the
/// same bits on every machine.
/// </remarks>
public readonly struct RandomSequence
{
    // What a stream is for, in the upper half of its number; the lower half is the layer or the epoch. Stream 0 is the user's.
    private const ulong Weights = 1UL << 32;
    private const ulong Shuffle = 2UL << 32;
    private const ulong SplitSamples = 3UL << 32;
    private const ulong Dropout = 4UL << 32;
    private const ulong Importance = 5UL << 32;

    private readonly ulong _seed;
    private readonly ulong _stream;

    private RandomSequence(ulong seed, ulong stream)
    {
        _seed = seed;
        _stream = stream;
    }

    /// <summary>Returns the sequence of a seed, for testing an initializer or drawing data. It is none of those that a network or
    /// its training draws from, whatever their seed.</summary>
    /// <param name="seed">The seed of the numbers: the same seed gives the same bits everywhere.</param>
    /// <returns>The sequence.</returns>
    public static RandomSequence FromSeed(long seed) => new(unchecked((ulong)seed), stream: 0);

    /// <summary>Returns the uniformly distributed number at <paramref name="index"/>, a multiple of 2⁻⁵³ in the open interval
    /// (0, 1).</summary>
    /// <param name="index">The position in the stream.</param>
    /// <returns>A number u with 0 &lt; u &lt; 1, distributed symmetrically about 1/2.</returns>
    public double Uniform(long index) => ((Philox.Draw(_seed, _stream, (ulong)index) >> 12) + 0.5) * (1.0 / (1L << 52));

    /// <summary>Returns the standard normal number at <paramref name="index"/>: mean 0, standard deviation 1.</summary>
    /// <param name="index">The position in the stream.</param>
    /// <returns><c>Φ⁻¹(Uniform(index))</c>, between −8.3 and 8.3.</returns>
    public double Normal(long index) => NormalQuantile.Evaluate(Uniform(index));

    /// <summary>Returns the integer at <paramref name="index"/>, uniformly distributed below <paramref name="bound"/>.</summary>
    /// <remarks>The bias is less than bound/2⁶⁴.</remarks>
    internal int Below(int bound, long index) =>
        (int)Math.BigMul(Philox.Draw(_seed, _stream, (ulong)index), (ulong)bound, out _);

    /// <summary>Returns the stream for the weights of layer <paramref name="layer"/>, counted from 0.</summary>
    internal static RandomSequence ForWeights(long seed, int layer) => new(unchecked((ulong)seed), Weights | (uint)layer);

    /// <summary>Returns the stream for the order of the samples in epoch <paramref name="epoch"/>, counted from 0.</summary>
    internal static RandomSequence ForShuffle(long seed, int epoch) => new(unchecked((ulong)seed), Shuffle | (uint)epoch);

    /// <summary>Returns the stream for dropout in epoch <paramref name="epoch"/>, counted from 0, and layer <paramref name="layer"/>, whose
    /// number lies above that of the purpose: 0 are the inputs of the network, 1 its first layer.</summary>
    internal static RandomSequence ForDropout(long seed, int epoch, int layer) =>
        new(unchecked((ulong)seed), ((ulong)layer << 40) | Dropout | (uint)epoch);

    /// <summary>Returns the stream for splitting a data set.</summary>
    internal static RandomSequence ForSplit(long seed) => new(unchecked((ulong)seed), SplitSamples);

    /// <summary>Returns the stream for mixing up a column, counted from 0, whose number lies above that of the purpose.</summary>
    internal static RandomSequence ForImportance(long seed, int column, int repetition) =>
        new(unchecked((ulong)seed), ((ulong)column << 40) | Importance | (uint)repetition);

    /// <summary>Multiplies values of one sample by 0 or by a factor, at random: see
    /// <see cref="DropoutKernel.Multiply{T}"/>.</summary>
    internal void Drop<T>(int position, int units, int firstUnit, long threshold, T factor, Span<T> values)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> =>
        DropoutKernel.Multiply(_seed, _stream, position, units, firstUnit, threshold, factor, values);

    /// <summary>Writes a random permutation of 0 … n−1 (Fisher and Yates).</summary>
    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.AggressiveOptimization)]
    internal void Permutation(Span<int> permutation)
    {
        for (int i = 0; i < permutation.Length; i++)
        {
            permutation[i] = i;
        }

        for (int i = permutation.Length - 1; i > 0; i--)
        {
            int j = Below(i + 1, i);
            (permutation[i], permutation[j]) = (permutation[j], permutation[i]);
        }
    }
}
