using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using NeuralNets.Mnist.Plots;

namespace NeuralNets.Core.Tests.Samples.Plots;

public class PngTests
{
    [Fact]
    public void Encode_Pixels_GivesAFileThatHoldsThem()
    {
        byte[] file = Png.Encode(3, [0, 1, 2, 2, 1, 0], [new Rgb(1, 2, 3), new Rgb(40, 50, 60), new Rgb(255, 255, 255)]);

        file[..8].Should().Equal(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
        var chunks = Chunks(file);
        chunks.Select(chunk => chunk.Type).Should().Equal("IHDR", "PLTE", "IDAT", "IEND");
        chunks[0].Data.Should().Equal(0, 0, 0, 3, 0, 0, 0, 2, 8, 3, 0, 0, 0);
        chunks[1].Data.Should().Equal(1, 2, 3, 40, 50, 60, 255, 255, 255);
        var rows = new MemoryStream();
        using var zlib = new ZLibStream(new MemoryStream(chunks[2].Data), CompressionMode.Decompress);
        zlib.CopyTo(rows);
        rows.ToArray().Should().Equal(0, 0, 1, 2, 0, 2, 1, 0);
    }

    /// <summary>The sum of a chunk without data is known: that of IEND, at the end of every PNG file.</summary>
    [Fact]
    public void Encode_Pixels_EndsWithTheSumThatEveryFileEndsWith() =>
        Png.Encode(1, [0], [new Rgb(0, 0, 0)])[^8..]
            .Should().Equal([.. "IEND"u8, 0xae, 0x42, 0x60, 0x82]);

    [Fact]
    public void Ink_Bytes_IsWhiteToBlack()
    {
        var chunks = Chunks(Decode(GreyImage.Ink(2, [0, 255])));

        chunks[1].Data[..3].Should().Equal(255, 255, 255);
        chunks[1].Data[^3..].Should().Equal(0, 0, 0);
        Pixels(chunks).Should().Equal(0, 0, 63);
    }

    [Fact]
    public void Signed_Numbers_AreShadedBySignAndSize()
    {
        Pixels(Chunks(Decode(GreyImage.Signed(3, [-2, 0, 1])))).Should().Equal(0, 0, 32, 47);
        Pixels(Chunks(Decode(GreyImage.Signed(1, [0])))).Should().Equal(0, 32);
    }

    private static byte[] Decode(string address)
    {
        address.Should().StartWith("data:image/png;base64,");
        return Convert.FromBase64String(address["data:image/png;base64,".Length..]);
    }

    private static byte[] Pixels(List<(string Type, byte[] Data)> chunks)
    {
        var rows = new MemoryStream();
        using var zlib = new ZLibStream(new MemoryStream(chunks[2].Data), CompressionMode.Decompress);
        zlib.CopyTo(rows);
        return rows.ToArray();
    }

    private static List<(string Type, byte[] Data)> Chunks(byte[] file)
    {
        List<(string, byte[])> chunks = [];
        for (int at = 8; at < file.Length;)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at));
            chunks.Add((Encoding.ASCII.GetString(file, at + 4, 4), file[(at + 8)..(at + 8 + length)]));
            at += 12 + length;
        }

        return chunks;
    }
}
