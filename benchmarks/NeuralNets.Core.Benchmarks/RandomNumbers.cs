using System.Numerics;
using NeuralNets.Core.Data;

namespace NeuralNets.Core.Benchmarks;

/// <summary>What the benchmarks compute with: the same numbers in each run.</summary>
internal static class RandomNumbers
{
    /// <summary>Pixels of an MNIST image.</summary>
    private const int Side = 28;

    /// <summary>Numbers spread evenly over an interval.</summary>
    public static T[] Uniform<T>(int count, double low, double high, Random random)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var numbers = new T[count];
        for (int i = 0; i < count; i++)
        {
            numbers[i] = T.CreateChecked(low + ((high - low) * random.NextDouble()));
        }

        return numbers;
    }

    /// <summary>Images of MNIST's size and type, of ten classes that mean nothing.</summary>
    /// <param name="count">How many.</param>
    /// <param name="zeroPercent">How many of a hundred pixels are 0; of MNIST's, 81 are.</param>
    /// <param name="seed">The seed of the images.</param>
    public static LabeledImages Images(int count, int zeroPercent, int seed)
    {
        var random = new Random(seed);
        byte[] pixels = new byte[count * Side * Side];
        byte[] labels = new byte[count];
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (byte)(random.Next(100) < zeroPercent ? 0 : random.Next(1, 256));
        }

        for (int i = 0; i < labels.Length; i++)
        {
            labels[i] = (byte)random.Next(10);
        }

        return new LabeledImages(pixels, labels, Side, Side);
    }
}
