using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace NeuralNets.Core.Data;

/// <summary>Reads IDX files, the format that MNIST and its relatives come in: plain or gzip, unsigned bytes only.</summary>
/// <remarks>
/// <para>
/// The format: two zero bytes, the element type (0x08 is unsigned byte), the number of dimensions, each dimension as a
/// big-endian 32-bit integer, and the elements with the last dimension innermost.
/// </para>
/// <para>
/// Whether a file is compressed is told by its first two bytes (1f 8b), not by its name. A gzip file must be complete,
/// checksums included. Byte offsets in messages count from the start of the data, after decompression.
/// </para>
/// <para>
/// A header is believed only as far as the file goes. The elements must fit one array (<see cref="Array.MaxLength"/> bytes); a
/// plain file must have exactly as many as its header says, which is checked before memory is allocated. For compressed data, and a pipe,
/// memory is taken in steps, each at most sixteen times what has arrived; in the end it is the elements and a fifteenth more.
/// Compressed data may be 16 MiB and a hundred times the compressed bytes.
/// </para>
/// </remarks>
public static class IdxReader
{
    /// <summary>The largest number of dimensions that is read: samples, channels, height and width.</summary>
    public const int MaxDimensions = 4;

    private const byte UnsignedByte = 0x08;
    private const int MagicLength = 4;
    private const int FirstStep = 1 << 16;
    private const int Growth = 16;

    /// <summary>Reads images and their labels from two files.</summary>
    /// <param name="imagesPath">An IDX file of three dimensions, (images × height × width).</param>
    /// <param name="labelsPath">An IDX file of one dimension, with one label per image.</param>
    /// <returns>The images with their labels, in the order of the files.</returns>
    /// <exception cref="ArgumentException">A path is null or empty.</exception>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    /// <exception cref="InvalidDataException">A file is not a complete IDX file of unsigned bytes, has other dimensions than
    /// these, or the numbers of images and labels differ.</exception>
    /// <exception cref="IOException">A file is a folder or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A file must not be read.</exception>
    public static LabeledImages ReadImages(string imagesPath, string labelsPath)
    {
        ArgumentException.ThrowIfNullOrEmpty(imagesPath);
        ArgumentException.ThrowIfNullOrEmpty(labelsPath);
        return Combine(Read(imagesPath), imagesPath, Read(labelsPath), labelsPath);
    }

    /// <summary>Reads images and their labels from two streams, each from its present position to its end.</summary>
    /// <param name="images">IDX data of three dimensions, (images × height × width). Stays open.</param>
    /// <param name="imagesName">The name of the images in messages.</param>
    /// <param name="labels">IDX data of one dimension, with one label per image. Stays open.</param>
    /// <param name="labelsName">The name of the labels in messages.</param>
    /// <returns>The images with their labels, in the order of the streams.</returns>
    /// <exception cref="ArgumentException">A stream is null, or a name is null or empty.</exception>
    /// <exception cref="InvalidDataException">A stream is not complete IDX data of unsigned bytes, has other dimensions than
    /// these, or the numbers of images and labels differ.</exception>
    /// <exception cref="IOException">A stream cannot be read.</exception>
    public static LabeledImages ReadImages(Stream images, string imagesName, Stream labels, string labelsName)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentException.ThrowIfNullOrEmpty(imagesName);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentException.ThrowIfNullOrEmpty(labelsName);
        return Combine(Read(images, imagesName), imagesName, Read(labels, labelsName), labelsName);
    }

    /// <summary>Reads one array from a file.</summary>
    /// <param name="path">An IDX file of 1 to <see cref="MaxDimensions"/> dimensions, plain or gzip.</param>
    /// <returns>The dimensions and the elements.</returns>
    /// <exception cref="ArgumentException"><paramref name="path"/> is null or empty.</exception>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    /// <exception cref="InvalidDataException">The file is not a complete IDX file of unsigned bytes, has more dimensions, more
    /// elements than an array can hold, or bytes after the last element.</exception>
    /// <exception cref="IOException">It is a folder, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be read.</exception>
    public static ByteTensor Read(string path)
    {
        using var source = ByteSource.Open(path);
        return Read(source);
    }

    /// <summary>Reads one array from a stream, from its present position to its end.</summary>
    /// <param name="stream">IDX data of 1 to <see cref="MaxDimensions"/> dimensions, plain or gzip. Stays open.</param>
    /// <param name="name">The name of the stream in messages.</param>
    /// <returns>The dimensions and the elements.</returns>
    /// <exception cref="ArgumentException"><paramref name="stream"/> is null, or <paramref name="name"/> is null or
    /// empty.</exception>
    /// <exception cref="InvalidDataException">The stream is not complete IDX data of unsigned bytes, has more dimensions, more
    /// elements than an array can hold, or bytes after the last element.</exception>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    public static ByteTensor Read(Stream stream, string name)
    {
        using var source = ByteSource.Wrap(stream, name);
        return Read(source);
    }

    private static ByteTensor Read(ByteSource source)
    {
        int[] dimensions = ReadHeader(source);
        UInt128 product = UInt128.One;
        foreach (int dimension in dimensions)
        {
            product *= (UInt128)dimension; // At most four factors of 31 bits: no overflow.
        }

        if (product > (UInt128)Array.MaxLength)
        {
            Throw(source, $"the elements must fit an array of {Array.MaxLength} bytes, but the header, bytes 4 to "
                + $"{source.Position - 1}, promises {Shape(dimensions)} = {product}.");
        }

        int expected = (int)product;
        if (source.Remaining is long remaining && remaining != expected)
        {
            ThrowLength(source, dimensions, expected, $"{remaining}");
        }

        byte[] data = ReadData(source, dimensions, expected);
        Span<byte> next = stackalloc byte[1];
        if (source.Read(next) != 0)
        {
            ThrowLength(source, dimensions, expected, "more");
        }

        return new ByteTensor(dimensions, data);
    }

    private static int[] ReadHeader(ByteSource source)
    {
        Span<byte> magic = stackalloc byte[MagicLength];
        ReadHeaderBytes(source, magic, "magic number");
        if (magic[0] != 0 || magic[1] != 0)
        {
            Throw(source, $"an IDX file starts with the bytes 00 00, but bytes 0 and 1 are {magic[0]:x2} {magic[1]:x2}.");
        }

        if (magic[2] != UnsignedByte)
        {
            Throw(source, $"the elements must be unsigned bytes (type 0x08), but byte 2 says {ElementTypeName(magic[2])}.");
        }

        if (magic[3] is 0 or > MaxDimensions)
        {
            Throw(source, $"an array must have 1 to {MaxDimensions} dimensions, but byte 3 says {magic[3]}.");
        }

        int[] dimensions = new int[magic[3]];
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        for (int i = 0; i < dimensions.Length; i++)
        {
            ReadHeaderBytes(source, bytes, $"dimension {i + 1} of {dimensions.Length}");
            dimensions[i] = BinaryPrimitives.ReadInt32BigEndian(bytes);
            if (dimensions[i] < 0)
            {
                Throw(source, $"a dimension must be 0 to {int.MaxValue}, but dimension {i + 1} of {dimensions.Length}, "
                    + FormattableString.Invariant(
                        $"at byte {source.Position - sizeof(int)}, is {dimensions[i]} ({(uint)dimensions[i]} unsigned)."));
            }
        }

        return dimensions;
    }

    private static void ReadHeaderBytes(ByteSource source, Span<byte> destination, string what)
    {
        long offset = source.Position;
        int length = source.Read(destination);
        if (length < destination.Length)
        {
            Throw(source, $"the header's {what} must be {destination.Length} bytes at byte {offset}, but the data ends at byte "
                + $"{offset + length}.");
        }
    }

    /// <summary>
    /// Takes memory at once when the length was checked against the file, else in steps behind the data. A step is sixteen times
    /// the one before and the last is the whole, so that all together are a fifteenth more than the data.
    /// </summary>
    private static byte[] ReadData(ByteSource source, int[] dimensions, int expected)
    {
        int capacity = expected;
        while (source.Remaining is null && capacity > FirstStep)
        {
            capacity = (capacity / Growth) + 1;
        }

        byte[] data = GC.AllocateUninitializedArray<byte>(capacity);
        int length = source.Read(data);
        while (length == data.Length && length < expected)
        {
            // Not beyond what gzip data may still hold, but always on.
            long possible = Math.Max(2L * length, length + Math.Min((Growth - 1L) * length, source.MaxRemaining));
            Array.Resize(ref data, (int)Math.Min(expected, possible));
            length += source.Read(data.AsSpan(length));
        }

        if (length < expected)
        {
            ThrowLength(source, dimensions, expected, $"{length}");
        }

        return data;
    }

    private static LabeledImages Combine(ByteTensor images, string imagesName, ByteTensor labels, string labelsName)
    {
        if (images.Dimensions.Count != 3)
        {
            throw new InvalidDataException(
                $"{imagesName}: images must have 3 dimensions (images x height x width), but there are {images.Dimensions.Count} "
                + $"({Shape(images.Dimensions)}).");
        }

        if (labels.Dimensions.Count != 1)
        {
            throw new InvalidDataException(
                $"{labelsName}: labels must have 1 dimension, but there are {labels.Dimensions.Count} "
                + $"({Shape(labels.Dimensions)}).");
        }

        int height = images.Dimensions[1];
        int width = images.Dimensions[2];
        if (height == 0 || width == 0 || (long)height * width > Array.MaxLength)
        {
            throw new InvalidDataException(
                $"{imagesName}: an image must have 1 to {Array.MaxLength} pixels, but its size is {height} x {width}.");
        }

        if (images.Dimensions[0] != labels.Dimensions[0])
        {
            throw new InvalidDataException(
                $"Every image needs one label, but {imagesName} holds {images.Dimensions[0]} images and {labelsName} holds "
                + $"{labels.Dimensions[0]} labels.");
        }

        return new LabeledImages(images.Data, labels.Data, height, width);
    }

    private static string ElementTypeName(byte type) => type switch
    {
        0x09 => "signed byte (0x09)",
        0x0B => "16-bit integer (0x0b)",
        0x0C => "32-bit integer (0x0c)",
        0x0D => "32-bit floating point (0x0d)",
        0x0E => "64-bit floating point (0x0e)",
        _ => $"0x{type:x2}, which is not an IDX type",
    };

    private static string Shape(IEnumerable<int> dimensions) => string.Join(" x ", dimensions);

    [DoesNotReturn]
    private static void ThrowLength(ByteSource source, int[] dimensions, int expected, string actual) =>
        Throw(source, $"the header promises {Shape(dimensions)} = {expected} elements from byte "
            + $"{MagicLength + (sizeof(int) * dimensions.Length)} on, but {actual} follow.");

    [DoesNotReturn]
    private static void Throw(ByteSource source, string message) =>
        throw new InvalidDataException($"{source.Name}: {message}");
}
