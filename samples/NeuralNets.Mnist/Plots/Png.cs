using System.Buffers.Binary;
using System.IO.Compression;

namespace NeuralNets.Mnist.Plots;

/// <summary>A colour.</summary>
internal readonly record struct Rgb(byte Red, byte Green, byte Blue)
{
    /// <summary>Mixes two colours: <paramref name="fraction"/> 0 is the first, 1 the second.</summary>
    public static Rgb Mix(Rgb first, Rgb second, double fraction) => new(
        Mix(first.Red, second.Red, fraction), Mix(first.Green, second.Green, fraction), Mix(first.Blue, second.Blue, fraction));

    private static byte Mix(byte first, byte second, double fraction) => (byte)Math.Round(first + ((second - first) * fraction));
}

/// <summary>Writes small images as PNG files with a palette, by ISO/IEC 15948.</summary>
internal static class Png
{
    private static readonly byte[] s_signature = [0x89, .. "PNG\r\n"u8, 0x1a, .. "\n"u8];

    /// <summary>Encodes an image.</summary>
    /// <param name="width">The number of pixels of a row.</param>
    /// <param name="pixels">The number of each pixel's colour in the palette, row by row from the top left.</param>
    /// <param name="palette">Up to 256 colours.</param>
    /// <returns>The file.</returns>
    public static byte[] Encode(int width, ReadOnlySpan<byte> pixels, ReadOnlySpan<Rgb> palette)
    {
        int height = pixels.Length / width;
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = 8; // bits per pixel
        header[9] = 3; // by palette

        byte[] colours = new byte[3 * palette.Length];
        for (int i = 0; i < palette.Length; i++)
        {
            (colours[3 * i], colours[(3 * i) + 1], colours[(3 * i) + 2]) = palette[i];
        }

        var data = new MemoryStream();
        using (var zlib = new ZLibStream(data, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            for (int row = 0; row < height; row++)
            {
                zlib.WriteByte(0); // no filter
                zlib.Write(pixels.Slice(row * width, width));
            }
        }

        var file = new MemoryStream();
        file.Write(s_signature);
        WriteChunk(file, "IHDR"u8, header);
        WriteChunk(file, "PLTE"u8, colours);
        WriteChunk(file, "IDAT"u8, data.ToArray());
        WriteChunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    /// <summary>Encodes an image as the address of itself, which a page can hold.</summary>
    /// <inheritdoc cref="Encode"/>
    public static string EncodeDataUri(int width, ReadOnlySpan<byte> pixels, ReadOnlySpan<Rgb> palette) =>
        "data:image/png;base64," + Convert.ToBase64String(Encode(width, pixels, palette));

    private static void WriteChunk(MemoryStream file, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        file.Write(type);
        file.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, ~Crc(Crc(uint.MaxValue, type), data));
        file.Write(number);
    }

    /// <summary>Computes the cyclic redundancy check of PNG, CRC-32 bit by bit: the images are small.</summary>
    private static uint Crc(uint crc, ReadOnlySpan<byte> data)
    {
        foreach (byte value in data)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xedb88320 : crc >> 1;
            }
        }

        return crc;
    }
}
