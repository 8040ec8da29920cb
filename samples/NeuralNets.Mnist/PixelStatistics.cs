using NeuralNets.Core.Data;

namespace NeuralNets.Mnist;

/// <summary>What the pixels of some images have in common.</summary>
/// <param name="Minimum">The darkest byte.</param>
/// <param name="Maximum">The brightest byte.</param>
/// <param name="Mean">The mean over all bytes.</param>
/// <param name="StandardDeviation">The standard deviation over all bytes.</param>
/// <param name="Background">The fraction of bytes that are 0.</param>
/// <param name="UnusedPixels">The number of pixels of an image that are 0 in every image: they say nothing.</param>
internal sealed record PixelStatistics(
    byte Minimum, byte Maximum, double Mean, double StandardDeviation, double Background, int UnusedPixels)
{
    public static PixelStatistics Of(LabeledImages images)
    {
        long[] counts = new long[256];
        bool[] isUsed = new bool[images.PixelsPerImage];
        for (int i = 0; i < images.Count; i++)
        {
            ReadOnlySpan<byte> image = images.GetImage(i);
            for (int p = 0; p < image.Length; p++)
            {
                counts[image[p]]++;
                isUsed[p] |= image[p] != 0;
            }
        }

        double number = counts.Sum();
        double mean = counts.Select((count, value) => count * (double)value).Sum() / number;
        double variance = counts.Select((count, value) => count * (value - mean) * (value - mean)).Sum() / number;
        return new PixelStatistics(
            (byte)Array.FindIndex(counts, count => count > 0),
            (byte)Array.FindLastIndex(counts, count => count > 0),
            mean,
            Math.Sqrt(variance),
            counts[0] / number,
            isUsed.Count(used => !used));
    }
}
