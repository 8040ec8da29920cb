using System.Numerics;
using System.Runtime.InteropServices;

namespace NeuralNets.Core.Tests;

/// <summary>Arrays of fixed random numbers, and their bits.</summary>
internal static class RandomValues
{
    /// <summary>Numbers between −<paramref name="limit"/> and <paramref name="limit"/>.</summary>
    public static T[] Create<T>(int seed, int length, double limit = 1)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, length).Select(_ => T.CreateChecked(limit * ((2 * random.NextDouble()) - 1)))];
    }

    /// <summary>The bytes of the numbers: equal bytes are equal bits, signed zeros included.</summary>
    public static byte[] Bits<T>(ReadOnlySpan<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => MemoryMarshal.AsBytes(values).ToArray();

    /// <summary>Says whether two numbers have the same bits, all NaNs counted equal.</summary>
    public static bool SameBits<T>(T left, T right)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        (T.IsNaN(left) && T.IsNaN(right)) || (left == right && T.IsNegative(left) == T.IsNegative(right));
}
