using FsCheck;
using FsCheck.Fluent;
using NeuralNets.Core.Data;

namespace NeuralNets.Core.Tests.Data;

public class IdxReaderTests
{
    private static readonly byte[] s_pixels = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];

    [Fact]
    public void Read_AnyArrayPlainOrGzip_RoundTrips()
    {
        var arrays =
            from rank in Gen.Choose(1, IdxReader.MaxDimensions)
            from dimensions in Gen.ArrayOf(Gen.Choose(0, 7), rank)
            from data in Gen.ArrayOf(Gen.Choose(0, 255), dimensions.Aggregate(1, (product, dimension) => product * dimension))
            from gzip in Gen.Elements(true, false)
            select (dimensions, data: data.Select(value => (byte)value).ToArray(), gzip);

        Prop.ForAll(arrays.ToArbitrary(), array =>
        {
            byte[] file = IdxFile.Write(array.data, array.dimensions);
            ByteTensor read = IdxReader.Read(new MemoryStream(array.gzip ? TempDirectory.Gzip(file) : file), "array");
            return read.Dimensions.SequenceEqual(array.dimensions) && read.Data.Span.SequenceEqual(array.data);
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ReadImages_TwoFiles_GivesImagesAndLabels(bool gzip)
    {
        using var directory = new TempDirectory();
        byte[] images = IdxFile.Write(s_pixels, 2, 2, 3);
        byte[] labels = IdxFile.Write([4, 9], 2);

        // The names say nothing about the compression: the first bytes do.
        string imagesPath = directory.Write("images", gzip ? TempDirectory.Gzip(images) : images);
        string labelsPath = directory.Write("labels.gz", gzip ? TempDirectory.Gzip(labels) : labels);
        LabeledImages read = IdxReader.ReadImages(imagesPath, labelsPath);

        read.Count.Should().Be(2);
        read.Height.Should().Be(2);
        read.Width.Should().Be(3);
        read.Pixels.ToArray().Should().Equal(s_pixels);
        read.Labels.ToArray().Should().Equal(4, 9);
    }

    [Fact]
    public void ReadImages_TwoStreams_GivesImagesAndLeavesThemOpen()
    {
        var images = new TrickleStream(TempDirectory.Gzip(IdxFile.Write(s_pixels, 2, 2, 3)));
        var labels = new TrickleStream(IdxFile.Write([4, 9], 2));

        LabeledImages read = IdxReader.ReadImages(images, "images", labels, "labels");

        read.GetImage(1).ToArray().Should().Equal(7, 8, 9, 10, 11, 12);
        images.IsDisposed.Should().BeFalse();
        labels.IsDisposed.Should().BeFalse();
    }

    [Fact]
    public void Read_StreamNotAtItsStart_ReadsFromThere()
    {
        var stream = new MemoryStream([9, 9, 9, .. IdxFile.Write([1, 2], 2)]) { Position = 3 };

        IdxReader.Read(stream, "array").Data.ToArray().Should().Equal(1, 2);
    }

    [Fact]
    public void Read_LongerThanTheFirstStepOfMemory_GivesTheBytes()
    {
        byte[] data = new byte[3_000_001];
        new Random(1).NextBytes(data);
        byte[] file = IdxFile.Write(data, data.Length);

        IdxReader.Read(new MemoryStream(TempDirectory.Gzip(file)), "array").Data.Span.SequenceEqual(data).Should().BeTrue();
        IdxReader.Read(new MemoryStream(file), "array").Data.Span.SequenceEqual(data).Should().BeTrue();
    }

    [Theory]
    [InlineData(new byte[] { }, "the header's magic number must be 4 bytes at byte 0, but the data ends at byte 0.")]
    [InlineData(new byte[] { 0, 0, 8 }, "the header's magic number must be 4 bytes at byte 0, but the data ends at byte 3.")]
    [InlineData(
        new byte[] { 0, 0, 8, 2, 0, 0, 0, 1, 0, 0 },
        "the header's dimension 2 of 2 must be 4 bytes at byte 8, but the data ends at byte 10.")]
    [InlineData(
        new byte[] { 0x50, 0x4b, 3, 4, 0, 0 }, "an IDX file starts with the bytes 00 00, but bytes 0 and 1 are 50 4b.")]
    [InlineData(new byte[] { 0, 0, 8, 0 }, "an array must have 1 to 4 dimensions, but byte 3 says 0.")]
    [InlineData(new byte[] { 0, 0, 8, 5 }, "an array must have 1 to 4 dimensions, but byte 3 says 5.")]
    [InlineData(
        new byte[] { 0, 0, 8, 2, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xfe },
        "a dimension must be 0 to 2147483647, but dimension 2 of 2, at byte 8, is -2 (4294967294 unsigned).")]
    [InlineData(
        new byte[] { 0, 0, 8, 1, 0, 0, 0, 3, 1, 2 }, "the header promises 3 = 3 elements from byte 8 on, but 2 follow.")]
    public void Read_BrokenFile_NamesFileAndPlace(byte[] file, string message)
    {
        AssertRefused(file, message);
    }

    [Theory]
    [InlineData(0x09, "signed byte (0x09)")]
    [InlineData(0x0B, "16-bit integer (0x0b)")]
    [InlineData(0x0C, "32-bit integer (0x0c)")]
    [InlineData(0x0D, "32-bit floating point (0x0d)")]
    [InlineData(0x0E, "64-bit floating point (0x0e)")]
    [InlineData(0x41, "0x41, which is not an IDX type")]
    public void Read_OtherElementType_NamesIt(byte type, string name)
    {
        AssertRefused(
            [0, 0, type, 1, 0, 0, 0, 0], $"the elements must be unsigned bytes (type 0x08), but byte 2 says {name}.");
    }

    [Fact]
    public void Read_BytesAfterTheData_NamesBothLengths()
    {
        byte[] file = IdxFile.Write([1, 2, 3, 4, 5, 6, 7], 2, 3);
        const string Message = "the header promises 2 x 3 = 6 elements from byte 12 on, but";

        AssertThrows(new MemoryStream(file), $"file: {Message} 7 follow.");
        AssertThrows(new TrickleStream(file), $"file: {Message} more follow.");
        AssertThrows(new MemoryStream(TempDirectory.Gzip(file)), $"file: {Message} more follow.");
    }

    [Fact]
    public void Read_HeaderPromisesMoreThanAnArray_IsRefused()
    {
        const string Message = "the elements must fit an array of 2147483591 bytes, but the header, bytes 4 to ";

        AssertRefused(
            IdxFile.Header(1 << 20, 1 << 20, 1 << 20),
            Message + "15, promises 1048576 x 1048576 x 1048576 = 1152921504606846976.");
        AssertRefused(IdxFile.Header(int.MaxValue), Message + "7, promises 2147483647 = 2147483647.");
        AssertRefused(
            IdxFile.Header(int.MaxValue, int.MaxValue, int.MaxValue, int.MaxValue),
            Message + "19, promises 2147483647 x 2147483647 x 2147483647 x 2147483647 = 21267647892944572736998860269687930881.");
    }

    [Fact]
    public void Read_HeaderPromisesMoreThanTheFile_TakesNoMemoryForIt()
    {
        byte[] file = IdxFile.Header(1 << 30);
        long before = GC.GetAllocatedBytesForCurrentThread();

        AssertRefused(file, "the header promises 1073741824 = 1073741824 elements from byte 8 on, but 0 follow.");

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(8 << 20);
    }

    [Fact]
    public void Read_FileAsBigAsPromised_TakesMemoryOnce()
    {
        byte[] file = IdxFile.Write(new byte[8 << 20], 8 << 20);
        long before = GC.GetAllocatedBytesForCurrentThread();

        IdxReader.Read(new MemoryStream(file), "array");

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(9 << 20);
    }

    [Theory]
    [InlineData(1 << 16, true)]
    [InlineData((1 << 20) + 1, true)]
    [InlineData(33_000_001, true)]
    [InlineData(3_000_001, false)]
    public void Read_LengthNotKnownBefore_TakesAFifteenthMoreThanComesOut(int length, bool gzip)
    {
        byte[] data = new byte[length];
        new Random(1).NextBytes(data);
        byte[] file = IdxFile.Write(data, length);
        using Stream stream = gzip ? new MemoryStream(TempDirectory.Gzip(file)) : new TrickleStream(file);
        long before = GC.GetAllocatedBytesForCurrentThread();

        IdxReader.Read(stream, "array");

        // Beyond that: the buffers, and the steps' last bytes.
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(length + (length / 15) + 200_000);
    }

    [Fact]
    public void Read_GzipPromisesMoreThanItMayHold_TakesNoMoreThanTheLimit()
    {
        byte[] file = TempDirectory.Gzip([.. IdxFile.Header(2_000_000_000), .. new byte[15_000_000]]);
        long before = GC.GetAllocatedBytesForCurrentThread();

        FluentActions.Invoking(() => IdxReader.Read(new MemoryStream(file), "array")).Should().Throw<InvalidDataException>();

        // The limit, and a fifteenth for the steps before.
        (GC.GetAllocatedBytesForCurrentThread() - before)
            .Should().BeLessThan((ByteSource.FreeExpansion + (ByteSource.MaxExpansion * file.Length)) * 16 / 15 + 10_000_000);
    }

    [Fact]
    public void Read_NotGzipAfterItsMagic_NamesTheFile()
    {
        AssertThrows(
            new MemoryStream([0x1f, 0x8b, 0xff, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
            "file: gzip data must be intact, but it is corrupt, somewhere after the first 0 decompressed bytes.");
    }

    [Fact]
    public void Read_GzipCutAtAnyByte_ThrowsInvalidData()
    {
        byte[] file = TempDirectory.Gzip(IdxFile.Write(s_pixels, 2, 2, 3));
        for (int length = 0; length < file.Length; length++)
        {
            var cut = new MemoryStream(file[..length]);
            Assert.Throws<InvalidDataException>(() => IdxReader.Read(cut, "file"));
        }
    }

    [Fact]
    public void ReadImages_CountsDiffer_NamesBothFilesAndCounts()
    {
        Action read = () => ReadImages(IdxFile.Write(s_pixels, 3, 2, 2), IdxFile.Write([1, 2], 2));

        read.Should().Throw<InvalidDataException>()
            .WithMessage("Every image needs one label, but images holds 3 images and labels holds 2 labels.");
    }

    [Fact]
    public void ReadImages_FilesSwapped_NamesTheDimensions()
    {
        Action swapped = () => ReadImages(IdxFile.Write([1, 2], 2), IdxFile.Write(s_pixels, 2, 2, 3));
        Action labels = () => ReadImages(IdxFile.Write(s_pixels, 2, 2, 3), IdxFile.Write([1, 2], 2, 1));

        swapped.Should().Throw<InvalidDataException>()
            .WithMessage("images: images must have 3 dimensions (images x height x width), but there are 1 (2).");
        labels.Should().Throw<InvalidDataException>()
            .WithMessage("labels: labels must have 1 dimension, but there are 2 (2 x 1).");
    }

    [Theory]
    [InlineData(2, 0, 28)]
    [InlineData(2, 28, 0)]
    [InlineData(0, 65536, 65536)]
    public void ReadImages_ImpossibleImageSize_ThrowsInvalidData(int count, int height, int width)
    {
        Action read = () => ReadImages(IdxFile.Write([], count, height, width), IdxFile.Write(new byte[count], count));

        read.Should().Throw<InvalidDataException>().WithMessage(
            $"images: an image must have 1 to 2147483591 pixels, but its size is {height} x {width}.");
    }

    [Fact]
    public void ReadImages_NoImages_IsEmpty()
    {
        ReadImages(IdxFile.Write([], 0, 28, 28), IdxFile.Write([], 0)).Count.Should().Be(0);
    }

    [Fact]
    public void Read_NoSuchFile_ThrowsFileNotFound()
    {
        using var directory = new TempDirectory();
        string images = directory.Write("images", IdxFile.Write(s_pixels, 2, 2, 3));

        ((Action)(() => IdxReader.Read(directory.File("absent")))).Should().Throw<FileNotFoundException>();
        ((Action)(() => IdxReader.ReadImages(images, directory.File("absent")))).Should().Throw<FileNotFoundException>();
    }

    [Fact]
    public void Read_BrokenFile_IsClosedAgain()
    {
        using var directory = new TempDirectory();
        string path = directory.Write("broken", [1, 2, 3]);

        ((Action)(() => IdxReader.Read(path))).Should().Throw<InvalidDataException>().WithMessage($"{path}: *");
        using FileStream exclusive = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
    }

    [Fact]
    public void Read_MissingArguments_ThrowsArgumentException()
    {
        ((Action)(() => IdxReader.Read(null!))).Should().Throw<ArgumentNullException>();
        ((Action)(() => IdxReader.Read(string.Empty))).Should().Throw<ArgumentException>();
        ((Action)(() => IdxReader.Read(null!, "array"))).Should().Throw<ArgumentNullException>();
        ((Action)(() => IdxReader.Read(Stream.Null, string.Empty))).Should().Throw<ArgumentException>();
        ((Action)(() => IdxReader.ReadImages("images", null!))).Should().Throw<ArgumentNullException>();
        ((Action)(() => IdxReader.ReadImages(Stream.Null, "images", null!, "labels"))).Should().Throw<ArgumentNullException>();
    }

    private static LabeledImages ReadImages(byte[] images, byte[] labels) =>
        IdxReader.ReadImages(new MemoryStream(images), "images", new MemoryStream(labels), "labels");

    /// <summary>The same message whether the file is plain, comes from a stream that cannot seek, or is compressed.</summary>
    private static void AssertRefused(byte[] file, string message)
    {
        AssertThrows(new MemoryStream(file), $"file: {message}");
        AssertThrows(new TrickleStream(file), $"file: {message}");
        AssertThrows(new MemoryStream(TempDirectory.Gzip(file)), $"file: {message}");
    }

    private static void AssertThrows(Stream stream, string message)
    {
        Action read = () => IdxReader.Read(stream, "file");
        read.Should().Throw<InvalidDataException>().Which.Message.Should().Be(message);
    }
}
