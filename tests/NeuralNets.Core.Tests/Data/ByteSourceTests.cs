using System.IO.Compression;
using NeuralNets.Core.Data;

namespace NeuralNets.Core.Tests.Data;

/// <summary>The gzip side of the readers: what <see cref="GZipStream"/> lets pass must not pass here.</summary>
public class ByteSourceTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(65535)]
    [InlineData(65536)]
    [InlineData(200_000)]
    public void Read_PlainOrGzipOfAnyLength_GivesTheBytes(int length)
    {
        byte[] content = Noise(length);

        ReadAll(new MemoryStream(content)).Should().Equal(content);
        ReadAll(new MemoryStream(TempDirectory.Gzip(content))).Should().Equal(content);
        ReadAll(new TrickleStream(content)).Should().Equal(content);
        ReadAll(new TrickleStream(TempDirectory.Gzip(content))).Should().Equal(content);
    }

    [Fact]
    public void Read_GzipEndsAroundABufferOfTheDecompressor_GivesTheBytes()
    {
        for (int length = 8192 - 40; length < 8192 + 10; length++)
        {
            byte[] content = Noise(length);
            byte[] compressed = TempDirectory.Gzip(content); // Noise is stored: 23 bytes longer than the content.

            ReadAll(new MemoryStream(compressed)).Should().Equal(content);
            ReadAll(new MemoryStream([.. compressed, .. compressed])).Should().Equal([.. content, .. content]);
        }
    }

    [Theory]
    [InlineData(CompressionLevel.Optimal)]
    [InlineData(CompressionLevel.NoCompression)]
    public void Read_GzipCutAtAnyByte_ThrowsInvalidData(CompressionLevel level)
    {
        byte[] text = [.. Enumerable.Range(0, 1500).Select(i => (byte)"0,12,255,7\n"[i % 11])];
        foreach (byte[] content in new[] { Noise(700), text, [] })
        {
            byte[] compressed = TempDirectory.Gzip(content, level);
            for (int length = 2; length < compressed.Length; length++)
            {
                byte[] cut = compressed[..length];
                Assert.Throws<InvalidDataException>(() => ReadAll(new MemoryStream(cut)));
            }
        }
    }

    [Fact]
    public void Read_GzipCutInTheChecksum_NamesTheFileAndTheCause()
    {
        byte[] compressed = TempDirectory.Gzip(Noise(1000));

        Action read = () => ReadAll(new MemoryStream(compressed[..^1]));

        read.Should().Throw<InvalidDataException>().WithMessage("the file: gzip data must be complete*ends early*");
    }

    [Fact]
    public void Read_GzipWithWrongChecksum_NamesTheFileAndTheCause()
    {
        byte[] compressed = TempDirectory.Gzip(Noise(1000));
        compressed[^8] ^= 1;

        Action read = () => ReadAll(new MemoryStream(compressed));

        read.Should().Throw<InvalidDataException>().WithMessage("the file: gzip data must be intact, but it is corrupt*");
    }

    [Fact]
    public void Read_GzipWithOneWrongByte_ThrowsInvalidDataOrGivesTheBytes()
    {
        byte[] content = Noise(300);
        byte[] compressed = TempDirectory.Gzip(content);
        for (int i = 2; i < compressed.Length; i++)
        {
            byte[] changed = [.. compressed];
            changed[i] ^= 0x10;
            try
            {
                ReadAll(new MemoryStream(changed)).Should().Equal(content); // Time stamp, system, padding: of no consequence.
                i.Should().BeInRange(4, 10);
            }
            catch (InvalidDataException exception)
            {
                exception.Message.Should().StartWith("the file: gzip data must be ");
            }
        }
    }

    [Theory]
    [InlineData(new byte[] { 0 })]
    [InlineData(new byte[] { 0x1f })]
    [InlineData(new byte[] { 0x1f, 0x8b })]
    [InlineData(new byte[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20 })]
    public void Read_BytesAfterTheGzipData_ThrowsInvalidData(byte[] extra)
    {
        byte[] compressed = TempDirectory.Gzip(Noise(1000));

        Action read = () => ReadAll(new MemoryStream([.. compressed, .. extra]));

        read.Should().Throw<InvalidDataException>().WithMessage("the file: gzip data must be *");
    }

    [Fact]
    public void Read_SeveralGzipMembers_GivesAllTheirBytes()
    {
        byte[] first = Noise(1000);
        byte[] second = Noise(70_000);
        byte[] compressed = [.. TempDirectory.Gzip(first), .. TempDirectory.Gzip(second)];

        ReadAll(new MemoryStream(compressed)).Should().Equal([.. first, .. second]);
        ReadAll(new TrickleStream(compressed)).Should().Equal([.. first, .. second]);
        Assert.Throws<InvalidDataException>(() => ReadAll(new MemoryStream(compressed[..^3])));
    }

    [Fact]
    public void Remaining_PlainStreamThatSeeks_CountsDown()
    {
        var stream = new MemoryStream(Noise(100)) { Position = 10 };
        using var source = new ByteSource(stream, "the file", leaveOpen: true);

        source.Remaining.Should().Be(90);
        source.Read(new byte[25]).Should().Be(25);
        source.Remaining.Should().Be(65);
        source.Position.Should().Be(25);
    }

    [Fact]
    public void Remaining_GzipOrStreamThatDoesNotSeek_IsNotKnown()
    {
        using var gzip = new ByteSource(new MemoryStream(TempDirectory.Gzip(Noise(100))), "the file", leaveOpen: false);
        using var trickle = new ByteSource(new TrickleStream(Noise(100)), "the file", leaveOpen: false);

        gzip.Remaining.Should().BeNull();
        trickle.Remaining.Should().BeNull();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Dispose_LeaveOpenOrNot_TreatsTheStreamSo(bool leaveOpen)
    {
        var plain = new TrickleStream(Noise(10));
        var gzip = new TrickleStream(TempDirectory.Gzip(Noise(10)));

        new ByteSource(plain, "the file", leaveOpen).Dispose();
        new ByteSource(gzip, "the file", leaveOpen).Dispose();

        plain.IsDisposed.Should().Be(!leaveOpen);
        gzip.IsDisposed.Should().Be(!leaveOpen);
    }

    [Fact]
    public void Read_GzipBomb_StopsAtTheLimit()
    {
        // A mebibyte of zeros in a kilobyte, again and again: a thousand to one.
        byte[] member = TempDirectory.Gzip(new byte[1 << 20]);
        byte[] bomb = [.. Enumerable.Repeat(member, 100).SelectMany(bytes => bytes)];
        using var source = new ByteSource(new MemoryStream(bomb), "the file", leaveOpen: true);
        byte[] buffer = new byte[1 << 16];

        Action read = () =>
        {
            while (source.Read(buffer) > 0)
            {
            }
        };

        read.Should().Throw<InvalidDataException>().WithMessage("the file: gzip data must not decompress to more than*");
        source.Position
            .Should().BeInRange(ByteSource.FreeExpansion - (1 << 16), ByteSource.FreeExpansion + (ByteSource.MaxExpansion * bomb.Length));
    }

    [Fact]
    public void Read_GzipOfMuchTheSameWithinTheLimit_GivesTheBytes()
    {
        byte[] content = new byte[16_000_000];

        ReadAll(new MemoryStream(TempDirectory.Gzip(content))).Should().HaveCount(content.Length);
    }

    [Fact]
    public void Read_CallersStreamFindsItsDataCorrupt_LetsItsExceptionThrough()
    {
        byte[] compressed = TempDirectory.Gzip(Noise(1000));
        compressed[^8] ^= 1;

        Action read = () => ReadAll(new GZipStream(new MemoryStream(compressed), CompressionMode.Decompress));

        read.Should().Throw<InvalidDataException>();
    }

    private static byte[] ReadAll(Stream stream)
    {
        using var source = new ByteSource(stream, "the file", leaveOpen: true);
        var content = new MemoryStream();
        byte[] buffer = new byte[777];
        int length;
        do
        {
            length = source.Read(buffer);
            content.Write(buffer, 0, length);
        }
        while (length == buffer.Length);

        return content.ToArray();
    }

    private static byte[] Noise(int length)
    {
        byte[] content = new byte[length];
        new Random(length + 1).NextBytes(content);
        return content;
    }
}
