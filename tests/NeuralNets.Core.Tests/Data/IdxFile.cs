using System.Buffers.Binary;

namespace NeuralNets.Core.Tests.Data;

/// <summary>Writes IDX data, independently of the reader.</summary>
internal static class IdxFile
{
    public static byte[] Header(params uint[] dimensions)
    {
        byte[] header = new byte[4 + (4 * dimensions.Length)];
        header[2] = 0x08;
        header[3] = (byte)dimensions.Length;
        for (int i = 0; i < dimensions.Length; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(4 + (4 * i)), dimensions[i]);
        }

        return header;
    }

    public static byte[] Write(byte[] data, params int[] dimensions) =>
        [.. Header([.. dimensions.Select(dimension => (uint)dimension)]), .. data];
}
