using System.Buffers.Binary;
using System.Security.Cryptography;
using NeuralNets.Core.Numerics;

namespace NeuralNets.Core.Tests.Numerics;

/// <summary>Values become bytes piece by piece, since the bytes of an array may be more than an int counts.</summary>
public class LittleEndianTests
{
    private static readonly double[] s_values = [.. Enumerable.Range(0, 10).Select(i => (i - 4) * 1.1)];

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(10)]
    [InlineData(11)]
    public void Append_Pieces_IsTheHashOfAllBytes(int pieceLength)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        LittleEndian.Append<double>(hash, s_values, pieceLength);

        hash.GetHashAndReset().Should().Equal(SHA256.HashData(Bytes()));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(10)]
    [InlineData(11)]
    public void WriteAndRead_Pieces_AreAllBytes(int pieceLength)
    {
        var stream = new MemoryStream();
        double[] read = new double[s_values.Length];

        LittleEndian.Write<double>(stream, [.. s_values], pieceLength);
        stream.Position = 0;
        LittleEndian.Read<double>(stream, read, pieceLength);

        stream.ToArray().Should().Equal(Bytes());
        read.Should().Equal(s_values);
    }

    [Fact]
    public void Pieces_ManyValues_AreNeverMoreThanAnArrayOfBytesHolds()
    {
        // More than a piece of the usual length.
        double[] values = new double[(1 << 20) + 1];
        values[^1] = Math.PI;
        var stream = new CountingStream();

        LittleEndian.Write<double>(stream, values);

        stream.Largest.Should().Be(8 << 20);
        stream.Length.Should().Be((8 << 20) + 8);
    }

    [Fact]
    public void Read_TooFewBytes_ThrowsEndOfStream()
    {
        Action read = () => LittleEndian.Read<double>(new MemoryStream(new byte[79]), new double[10], 3);

        read.Should().Throw<EndOfStreamException>();
    }

    [Fact]
    public void All_NoValues_DoNothing()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        LittleEndian.Append<float>(hash, []);
        LittleEndian.Write<float>(Stream.Null, []);
        LittleEndian.Read<float>(Stream.Null, []);

        hash.GetHashAndReset().Should().Equal(SHA256.HashData([]));
    }

    private static byte[] Bytes()
    {
        byte[] bytes = new byte[8 * s_values.Length];
        for (int i = 0; i < s_values.Length; i++)
        {
            BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(8 * i), s_values[i]);
        }

        return bytes;
    }

    private sealed class CountingStream : MemoryStream
    {
        public int Largest { get; private set; }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            Largest = Math.Max(Largest, buffer.Length);
            base.Write(buffer);
        }
    }
}
