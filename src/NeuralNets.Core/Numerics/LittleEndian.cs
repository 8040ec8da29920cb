using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace NeuralNets.Core.Numerics;

/// <summary>Numbers as little-endian bytes: what files and hashes are made of, whatever the machine.</summary>
/// <remarks>Values become bytes piece by piece: beyond 2 GiB, the number of bytes of an array is not an int.</remarks>
internal static class LittleEndian
{
    private const int PieceLength = 1 << 20;

    /// <summary>Adds the bytes of the values to a hash.</summary>
    /// <param name="hash">Receives the bytes.</param>
    /// <param name="values">The values.</param>
    /// <param name="pieceLength">The number of values per piece, which does not change the hash.</param>
    public static void Append<T>(IncrementalHash hash, ReadOnlySpan<T> values, int pieceLength = PieceLength)
        where T : unmanaged
    {
        Span<T> swapped = BitConverter.IsLittleEndian ? [] : new T[Math.Min(values.Length, pieceLength)];
        while (!values.IsEmpty)
        {
            ReadOnlySpan<T> piece = values[..Math.Min(values.Length, pieceLength)];
            values = values[piece.Length..];
            if (!BitConverter.IsLittleEndian)
            {
                piece.CopyTo(swapped);
                piece = swapped[..piece.Length];
                Swap(swapped[..piece.Length]);
            }

            hash.AppendData(MemoryMarshal.AsBytes(piece));
        }
    }

    /// <summary>Writes the values, whose memory is scratch afterwards.</summary>
    /// <param name="stream">Receives the bytes.</param>
    /// <param name="values">The values.</param>
    /// <param name="pieceLength">The number of values per piece, which does not change what is written.</param>
    public static void Write<T>(Stream stream, Span<T> values, int pieceLength = PieceLength)
        where T : unmanaged
    {
        while (!values.IsEmpty)
        {
            Span<T> piece = values[..Math.Min(values.Length, pieceLength)];
            values = values[piece.Length..];
            Swap(piece);
            stream.Write(MemoryMarshal.AsBytes(piece));
        }
    }

    /// <summary>Reads as many values as there is room for.</summary>
    /// <param name="stream">What is read, from its present position on.</param>
    /// <param name="values">Receives the values.</param>
    /// <param name="pieceLength">The number of values per piece, which does not change what is read.</param>
    /// <exception cref="EndOfStreamException">There are fewer.</exception>
    public static void Read<T>(Stream stream, Span<T> values, int pieceLength = PieceLength)
        where T : unmanaged
    {
        while (!values.IsEmpty)
        {
            Span<T> piece = values[..Math.Min(values.Length, pieceLength)];
            values = values[piece.Length..];
            stream.ReadExactly(MemoryMarshal.AsBytes(piece));
            Swap(piece);
        }
    }

    /// <summary>Turns values in the machine's order of bytes into little-endian ones, or back.</summary>
    public static void Swap<T>(Span<T> values)
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
