using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace NeuralNets.Core.Numerics;

/// <summary>Numbers as little-endian bytes: what files and hashes are made of, whatever the machine.</summary>
internal static class LittleEndian
{
    private const int MaxHashedAtOnce = 1 << 20;

    /// <summary>Adds the bytes of the values, which may be more than a span of bytes holds, to a hash.</summary>
    public static void Append<T>(IncrementalHash hash, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        if (BitConverter.IsLittleEndian)
        {
            while (!values.IsEmpty)
            {
                int count = Math.Min(values.Length, MaxHashedAtOnce);
                hash.AppendData(MemoryMarshal.AsBytes(values[..count]));
                values = values[count..];
            }

            return;
        }

        foreach (T value in values)
        {
            Span<T> copy = [value];
            Swap(copy);
            hash.AppendData(MemoryMarshal.AsBytes(copy));
        }
    }

    /// <summary>Writes the values, whose memory is scratch afterwards.</summary>
    public static void Write<T>(Stream stream, Span<T> values)
        where T : unmanaged
    {
        Swap(values);
        stream.Write(MemoryMarshal.AsBytes(values));
    }

    /// <summary>Reads as many values as there is room for.</summary>
    /// <exception cref="EndOfStreamException">There are fewer.</exception>
    public static void Read<T>(Stream stream, Span<T> values)
        where T : unmanaged
    {
        stream.ReadExactly(MemoryMarshal.AsBytes(values));
        Swap(values);
    }

    /// <summary>Turns values in the machine's order of bytes into little-endian ones, or back.</summary>
    private static void Swap<T>(Span<T> values)
        where T : unmanaged
    {
        if (BitConverter.IsLittleEndian)
        {
            return;
        }

        for (int i = 0; i < values.Length; i++)
        {
            MemoryMarshal.AsBytes(values.Slice(i, 1)).Reverse();
        }
    }
}
