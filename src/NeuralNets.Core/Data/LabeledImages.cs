using System.Diagnostics.CodeAnalysis;

namespace NeuralNets.Core.Data;

/// <summary>
/// Grey images of one size, one byte per pixel, and a label for each: what the readers of this namespace return.
/// </summary>
/// <remarks>
/// Image <c>i</c> is the run of <see cref="PixelsPerImage"/> bytes at <c>i · PixelsPerImage</c>, row by row from the top left.
/// The pixels are as they are in the file, 0 to 255; scaling them is the business of the data set that is built from them.
/// </remarks>
public sealed class LabeledImages
{
    /// <summary>Describes images that are in memory already.</summary>
    /// <param name="pixels">The pixels of all images, one image after another: labels × height × width bytes. Kept, not
    /// copied: whoever writes to the memory afterwards changes the images.</param>
    /// <param name="labels">The class of each image, 0 to 255. Kept, not copied.</param>
    /// <param name="height">The number of pixel rows of an image, at least 1.</param>
    /// <param name="width">The number of pixel columns of an image, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="height"/> or <paramref name="width"/> is less than 1, or one
    /// image has more pixels than an array can hold.</exception>
    /// <exception cref="ArgumentException">The number of pixels is not labels × height × width.</exception>
    public LabeledImages(ReadOnlyMemory<byte> pixels, ReadOnlyMemory<byte> labels, int height, int width)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(width, Array.MaxLength / height);
        long expected = (long)labels.Length * height * width;
        if (pixels.Length != expected)
        {
            ThrowPixels(labels.Length, height, width, expected, pixels.Length, nameof(pixels));
        }

        Pixels = pixels;
        Labels = labels;
        Height = height;
        Width = width;
        PixelsPerImage = height * width;
    }

    /// <summary>The number of images, which is the number of labels.</summary>
    public int Count => Labels.Length;

    /// <summary>The number of pixel rows of an image.</summary>
    public int Height { get; }

    /// <summary>The number of pixel columns of an image.</summary>
    public int Width { get; }

    /// <summary>The number of pixels of an image: height × width.</summary>
    public int PixelsPerImage { get; }

    /// <summary>The pixels of all images, 0 to 255, one image after another: count × height × width bytes.</summary>
    public ReadOnlyMemory<byte> Pixels { get; }

    /// <summary>The class of each image, 0 to 255: count bytes.</summary>
    public ReadOnlyMemory<byte> Labels { get; }

    /// <summary>Returns the pixels of one image, row by row.</summary>
    /// <param name="index">The number of the image, from 0 to <see cref="Count"/> − 1.</param>
    /// <returns>The <see cref="PixelsPerImage"/> pixels, 0 to 255, in place.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="index"/> is negative, or not less than
    /// <see cref="Count"/>.</exception>
    /// <remarks>Does not allocate.</remarks>
    public ReadOnlySpan<byte> GetImage(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        return Pixels.Span.Slice(index * PixelsPerImage, PixelsPerImage);
    }

    /// <summary>Returns the first images and their labels.</summary>
    /// <param name="count">How many, from 0 to <see cref="Count"/>.</param>
    /// <returns>Images that share the memory of these: nothing is copied.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is negative, or greater than
    /// <see cref="Count"/>.</exception>
    public LabeledImages Take(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Count);
        return new LabeledImages(Pixels[..(count * PixelsPerImage)], Labels[..count], Height, Width);
    }

    [DoesNotReturn]
    private static void ThrowPixels(int labels, int height, int width, long expected, int actual, string parameter) =>
        throw new ArgumentException(
            $"{labels} labels of {height} x {width} images need {expected} pixels, but there are {actual}.", parameter);
}
