using FsCheck;
using FsCheck.Fluent;
using NeuralNets.Core.Tests.Data;

namespace NeuralNets.Core.Tests.Fuzz;

/// <summary>Generators of files that are nearly valid.</summary>
internal static class Mutation
{
    /// <summary>Numbers that readers stumble over.</summary>
    public static readonly long[] AwkwardNumbers =
    [
        0, 1, 2, 3, 4, 7, 8, 12, 16, 255, 256, 257, 32767, 65535, 65536, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, 1L << 60,
        1L << 62,
        long.MaxValue, -1, -8, long.MinValue,
    ];

    private static readonly byte[] s_awkwardBytes = "\0\n\r\t ,\"':[]{}0129-+.eE\\u\ufeff\u00ff"u8.ToArray();

    /// <summary>A file with one to four changes; half of them are in the first bytes, where the headers are.</summary>
    /// <param name="valid">The files to start from.</param>
    /// <param name="headerLength">How many bytes count as the first.</param>
    public static Gen<byte[]> Of(byte[][] valid, int headerLength = 24) =>
        from file in Gen.Elements(valid)
        from count in Gen.Frequency((3, Gen.Constant(1)), (1, Gen.Choose(2, 4)))
        from edits in Gen.ArrayOf(Edits(headerLength), count)
        select edits.Aggregate(file, (bytes, edit) => edit(bytes));

    /// <summary>As it is, as gzip, or as damaged gzip.</summary>
    public static Gen<byte[]> MaybeGzip(Gen<byte[]> files) => Gen.Frequency(
        (4, files),
        (2, files.Select(file => TempDirectory.Gzip(file))),
        (2, files.SelectMany(file => Of([TempDirectory.Gzip(file)]))),
        (1, files.Select(file => (byte[])
        [
            .. TempDirectory.Gzip(file.AsSpan(0, file.Length / 2)), .. TempDirectory.Gzip(file.AsSpan(file.Length / 2)),
        ])));

    private static Gen<Func<byte[], byte[]>> Edits(int headerLength) =>
        from position in Gen.Choose(0, int.MaxValue)
        from inHeader in Gen.Elements(true, false)
        from value in Gen.OneOf(Gen.Choose(0, 255).Select(b => (byte)b), Gen.Elements(s_awkwardBytes))
        from length in Gen.Choose(1, 12)
        from number in Gen.Elements(AwkwardNumbers)
        from kind in Gen.Frequency((10, Gen.Choose(0, 9)), (6, Gen.Choose(10, 11)))
        select (Func<byte[], byte[]>)(bytes => Apply(bytes, position, inHeader ? headerLength : int.MaxValue, value, length, number, kind));

    private static byte[] Apply(byte[] bytes, int position, int limit, byte value, int length, long number, int kind)
    {
        if (bytes.Length == 0)
        {
            return [value];
        }

        int at = position % Math.Min(bytes.Length, limit);
        byte[] rest = bytes[at..];
        byte[] cut = rest[Math.Min(length, rest.Length)..];
        byte[] changed = [.. bytes];
        switch (kind)
        {
            case 0:
                changed[at] ^= (byte)(1 << (length % 8));
                return changed;
            case 1:
                changed[at] = value;
                return changed;
            case 2:
                return [.. bytes[..at], value, .. rest];
            case 3:
                return [.. bytes[..at], .. cut];
            case 4:
                return bytes[..at];
            case 5:
                // A number in place of eight bytes, in either order.
                byte[] written = BitConverter.GetBytes(length % 2 == 0 ? number
                    : System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(number));
                written.AsSpan(0, Math.Min(8, rest.Length)).CopyTo(changed.AsSpan(at));
                return changed;
            case 6:
                // A number as text in place of a few bytes.
                return [.. bytes[..at], .. System.Text.Encoding.ASCII.GetBytes($"{number}"), .. cut];
            case 7:
                // A piece of the file again, elsewhere.
                return [.. bytes[..at], .. bytes[..Math.Min(bytes.Length, length)], .. rest];
            case 8:
                return [.. bytes[..at], .. Enumerable.Repeat(value, length * length), .. rest];
            case 9:
                return [.. bytes[..at], .. rest[..Math.Min(length, rest.Length)], .. rest];
            case 10:
                // Another digit in place of the next one: text stays well-formed.
                int digit = rest.AsSpan().IndexOfAnyInRange((byte)'0', (byte)'9');
                changed[digit < 0 ? at : at + digit] = (byte)('0' + (value % 10));
                return changed;
            default:
                // A byte near the end, where there is data and no description.
                changed[^Math.Min(length, changed.Length)] = value;
                return changed;
        }
    }
}
