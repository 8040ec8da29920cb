using System.Buffers.Binary;
using System.Text;

namespace NeuralNets.Core.Backends;

/// <summary>
/// A library's file on Linux, looked at without loading it: to load one that was cut short ends the process, and one that is
/// another than its file name says ends it when it is used.
/// </summary>
internal static class ElfFile
{
    private const int HeaderSize = 64;
    private const int SegmentSize = 56;
    private const int SharedObject = 3;
    private const int X64 = 62;
    private const int LoadedSegment = 1;
    private const int DynamicSegment = 2;
    private const int StringTable = 5;
    private const int OwnName = 14;

    /// <summary>Reads the name that the library was built with, its soname.</summary>
    /// <param name="file">The path of the file.</param>
    /// <param name="fault">What is wrong with the file, as the end of a sentence about it; empty if nothing is.</param>
    /// <returns>The name, or null.</returns>
    public static string? ReadName(string file, out string fault)
    {
        fault = "";
        try
        {
            // A pipe and a device have no length, and are not opened: that might wait for ever. A link has a length of its own.
            string path = File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? file;
            if (new FileInfo(path).Length < HeaderSize)
            {
                fault = "is too short to be a library";
                return null;
            }

            using FileStream stream = File.OpenRead(path);
            return ReadName(stream, out fault);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            fault = $"cannot be read: {exception.Message}";
            return null;
        }
    }

    private static string? ReadName(FileStream stream, out string fault)
    {
        byte[]? header = Read(stream, 0, HeaderSize);
        bool isElf = header is not null && header.AsSpan(0, 6).SequenceEqual("\u007FELF\u0002\u0001"u8);
        if (header is null || !isElf || Short(header, 16) != SharedObject || Short(header, 18) != X64)
        {
            fault = "is not a library for x64";
            return null;
        }

        fault = "was cut short or is damaged";
        int segments = Short(header, 56);
        long sections = (long)Short(header, 58) * Short(header, 60);
        bool isWhole = Long(header, 40) <= stream.Length - sections; // their table is at the end of the file
        if (!isWhole || Short(header, 54) != SegmentSize || Read(stream, Long(header, 32), segments * SegmentSize) is not { } table)
        {
            return null;
        }

        byte[]? dynamic = null;
        for (int i = 0; i < segments; i++)
        {
            ReadOnlySpan<byte> segment = table.AsSpan(i * SegmentSize, SegmentSize);
            (long offset, long size) = (Long(segment, 8), Long(segment, 32));
            if (Kind(segment) == LoadedSegment && (offset < 0 || size < 0 || offset > stream.Length - size))
            {
                return null;
            }

            dynamic = Kind(segment) == DynamicSegment && size <= 1 << 16 ? Read(stream, offset, (int)size) : dynamic;
        }

        if (dynamic is null || Entry(dynamic, StringTable) is not { } address || FileOffset(table, address) is not { } strings)
        {
            return null;
        }

        if (Entry(dynamic, OwnName) is not { } position)
        {
            fault = "has no name of its own";
            return null;
        }

        // The table of strings is longer than a name in any library; the end of the file is far behind it.
        if (Read(stream, strings + position, 128) is not { } name || name.AsSpan().IndexOf((byte)0) is not (> 0 and int length))
        {
            return null;
        }

        fault = "";
        return Encoding.UTF8.GetString(name, 0, length);
    }

    /// <summary>Returns the value of an entry of the dynamic section.</summary>
    private static long? Entry(ReadOnlySpan<byte> dynamic, long kind)
    {
        for (int i = 0; i + 16 <= dynamic.Length && Long(dynamic, i) != 0; i += 16)
        {
            if (Long(dynamic, i) == kind)
            {
                return Long(dynamic, i + 8);
            }
        }

        return null;
    }

    /// <summary>Returns where in the file an address lies.</summary>
    private static long? FileOffset(ReadOnlySpan<byte> segments, long address)
    {
        for (int i = 0; i < segments.Length; i += SegmentSize)
        {
            ReadOnlySpan<byte> segment = segments.Slice(i, SegmentSize);
            long inside = address - Long(segment, 16);
            if (Kind(segment) == LoadedSegment && inside >= 0 && inside < Long(segment, 32))
            {
                return Long(segment, 8) + inside;
            }
        }

        return null;
    }

    /// <summary>Returns part of the file, or null where it does not have as much.</summary>
    private static byte[]? Read(FileStream stream, long offset, int count)
    {
        if (offset < 0 || offset > stream.Length - count)
        {
            return null;
        }

        byte[] bytes = new byte[count];
        stream.Position = offset;
        return stream.ReadAtLeast(bytes, count, throwOnEndOfStream: false) == count ? bytes : null;
    }

    private static int Kind(ReadOnlySpan<byte> segment) => BinaryPrimitives.ReadInt32LittleEndian(segment);

    private static int Short(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[offset..]);

    private static long Long(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadInt64LittleEndian(bytes[offset..]);
}
