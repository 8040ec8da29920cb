using System.Security.Cryptography;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Data;

/// <summary>Rows of bytes in a mapped file, one after the other.</summary>
/// <param name="memory">The file.</param>
/// <param name="name">Its name in messages.</param>
/// <param name="start">The offset of the first row.</param>
/// <param name="length">The length of a row.</param>
internal sealed class MappedRows(MappedMemory memory, string name, long start, int length)
{
    private const int PieceLength = 1 << 20;

    /// <summary>The name of the file in messages.</summary>
    public string Name => name;

    /// <summary>Returns a row, valid as long as this object is reachable.</summary>
    public ReadOnlySpan<byte> this[int position] => memory.Slice(start + ((long)position * length), length);

    /// <summary>Adds consecutive rows to a hash.</summary>
    public void Append(IncrementalHash hash, int position, int count)
    {
        long offset = start + ((long)position * length);
        long end = offset + ((long)count * length);
        while (offset < end)
        {
            int piece = (int)Math.Min(PieceLength, end - offset);
            hash.AppendData(memory.Slice(offset, piece));
            offset += piece;
        }

        GC.KeepAlive(this);
    }
}
