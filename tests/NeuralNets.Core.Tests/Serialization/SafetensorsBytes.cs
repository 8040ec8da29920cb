using System.Buffers.Binary;
using System.Text;
using System.Text.RegularExpressions;

namespace NeuralNets.Core.Tests.Serialization;

/// <summary>Builds safetensors files by hand.</summary>
internal static partial class SafetensorsBytes
{
    /// <summary>A file with this header, and zeros for its buffer.</summary>
    public static byte[] Of(string header, int bufferLength = 0) => Of(Encoding.UTF8.GetBytes(header), bufferLength);

    public static byte[] Of(byte[] header, int bufferLength = 0) => Of((ulong)header.Length, header, new byte[bufferLength]);

    /// <summary>A file whose first bytes say anything.</summary>
    public static byte[] Of(ulong length, byte[] header, byte[] buffer)
    {
        byte[] prefix = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(prefix, length);
        return [.. prefix, .. header, .. buffer];
    }

    /// <summary>The header of a file.</summary>
    public static string HeaderOf(byte[] file) =>
        Encoding.UTF8.GetString(file, 8, (int)BinaryPrimitives.ReadUInt64LittleEndian(file));

    /// <summary>The file with something in its header replaced, and the length set right.</summary>
    public static byte[] Replace(byte[] file, string old, string with)
    {
        string header = HeaderOf(file);
        header.Should().Contain(old);
        byte[] replaced = Encoding.UTF8.GetBytes(header.Replace(old, with, StringComparison.Ordinal));
        return Of((ulong)replaced.Length, replaced, file[(8 + Encoding.UTF8.GetByteCount(header))..]);
    }

    /// <summary>The file as an earlier version of the library wrote it: without checksums, so that its header may be changed.</summary>
    public static byte[] WithoutChecksums(byte[] file)
    {
        string header = HeaderOf(file);
        Checksum().Count(header).Should().Be(2);
        return Replace(file, header, Checksum().Replace(header, string.Empty));
    }

    /// <summary>The file of a data set as another program writes it: without metadata, and without spaces after the header.</summary>
    public static byte[] WithoutMetadata(byte[] file)
    {
        string header = HeaderOf(file);
        return Replace(file, header, "{" + header[header.IndexOf("\"features\":{", StringComparison.Ordinal)..].TrimEnd(' '));
    }

    [GeneratedRegex(",\"neuralnets\\.(parameters|metadata)\\.sha256\":\"[0-9a-f]{64}\"")]
    private static partial Regex Checksum();
}
