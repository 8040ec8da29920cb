using System.Runtime.InteropServices;
using NeuralNets.Core.Data;

namespace NeuralNets.Core.Tests.Data;

public class LabeledImagesTests
{
    private static readonly byte[] s_pixels = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18];
    private static readonly byte[] s_labels = [7, 8, 9];

    [Fact]
    public void Constructor_Arrays_KeepsThem()
    {
        var images = new LabeledImages(s_pixels, s_labels, 2, 3);

        images.Count.Should().Be(3);
        images.Height.Should().Be(2);
        images.Width.Should().Be(3);
        images.PixelsPerImage.Should().Be(6);
        ArrayOf(images.Pixels).Should().BeSameAs(s_pixels);
        ArrayOf(images.Labels).Should().BeSameAs(s_labels);
    }

    [Theory]
    [InlineData(17)]
    [InlineData(19)]
    public void Constructor_OtherNumberOfPixels_SaysNeededAndActual(int pixels)
    {
        Action create = () => _ = new LabeledImages(new byte[pixels], s_labels, 2, 3);

        create.Should().Throw<ArgumentException>().WithParameterName(nameof(pixels))
            .WithMessage($"3 labels of 2 x 3 images need 18 pixels, but there are {pixels}.*");
    }

    [Theory]
    [InlineData(0, 3, "height")]
    [InlineData(-1, 3, "height")]
    [InlineData(2, 0, "width")]
    [InlineData(2, -3, "width")]
    [InlineData(65536, 65536, "width")]
    public void Constructor_ImpossibleSize_ThrowsArgumentOutOfRange(int height, int width, string parameter)
    {
        Action create = () => _ = new LabeledImages(ReadOnlyMemory<byte>.Empty, ReadOnlyMemory<byte>.Empty, height, width);

        create.Should().Throw<ArgumentOutOfRangeException>().WithParameterName(parameter);
    }

    [Fact]
    public void Constructor_NoImages_IsEmpty()
    {
        var images = new LabeledImages(ReadOnlyMemory<byte>.Empty, ReadOnlyMemory<byte>.Empty, 28, 28);

        images.Count.Should().Be(0);
        images.PixelsPerImage.Should().Be(784);
    }

    [Fact]
    public void GetImage_EachIndex_IsItsRunOfPixels()
    {
        var images = new LabeledImages(s_pixels, s_labels, 2, 3);

        images.GetImage(0).ToArray().Should().Equal(1, 2, 3, 4, 5, 6);
        images.GetImage(2).ToArray().Should().Equal(13, 14, 15, 16, 17, 18);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(3)]
    public void GetImage_IndexOutside_ThrowsArgumentOutOfRange(int index)
    {
        var images = new LabeledImages(s_pixels, s_labels, 2, 3);

        Action read = () => images.GetImage(index);

        read.Should().Throw<ArgumentOutOfRangeException>().WithParameterName(nameof(index));
    }

    [Fact]
    public void Take_SomeImages_SharesTheMemory()
    {
        LabeledImages images = new LabeledImages(s_pixels, s_labels, 2, 3).Take(2);

        images.Count.Should().Be(2);
        images.Height.Should().Be(2);
        images.Width.Should().Be(3);
        images.Pixels.Length.Should().Be(12);
        images.Labels.ToArray().Should().Equal(7, 8);
        ArrayOf(images.Pixels).Should().BeSameAs(s_pixels);
        ArrayOf(images.Labels).Should().BeSameAs(s_labels);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(4)]
    public void Take_CountOutside_ThrowsArgumentOutOfRange(int count)
    {
        var images = new LabeledImages(s_pixels, s_labels, 2, 3);

        Action take = () => images.Take(count);

        take.Should().Throw<ArgumentOutOfRangeException>().WithParameterName(nameof(count));
    }

    private static byte[]? ArrayOf(ReadOnlyMemory<byte> memory) =>
        MemoryMarshal.TryGetArray(memory, out ArraySegment<byte> segment) ? segment.Array : null;
}
