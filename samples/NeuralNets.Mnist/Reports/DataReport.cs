using System.Globalization;
using System.Xml.Linq;
using NeuralNets.Core.Data;
using NeuralNets.Mnist.Plots;

namespace NeuralNets.Mnist.Reports;

/// <summary>The data in a page: what <c>explore</c> shows.</summary>
internal static class DataReport
{
    /// <summary>Describes the data.</summary>
    /// <param name="digits">The images.</param>
    /// <param name="drawn">The numbers of the training images to draw.</param>
    /// <returns>Sections of a page.</returns>
    public static XElement[] Create(Digits digits, int[] drawn)
    {
        LabeledImages training = digits.Training;
        return
        [
            Page.Section("The data", Facts(digits), new XElement("h2", "Labels"), Labels(digits)),
            Page.Section(
                "Digits of the training set, chosen at random",
                Page.Tiles("digits", drawn.Select(image => (
                    GreyImage.Ink(training.Width, training.GetImage(image)),
                    $"Training image {image}, a handwritten {training.Labels.Span[image]}",
                    (string?)$"label {training.Labels.Span[image]}")))),
        ];
    }

    /// <summary>Returns the dimensions and the pixels of one set in a line of text each.</summary>
    public static (string Name, string Value)[] Describe(string name, LabeledImages images)
    {
        var pixels = PixelStatistics.Of(images);
        return
        [
            ($"{name} set", $"{images.PixelsPerImage} x {images.Count} "
                + $"({images.Count:N0} images of {images.Height} x {images.Width} pixels)"),
            ($"{name} pixels", string.Create(
                CultureInfo.InvariantCulture,
                $"{pixels.Minimum} to {pixels.Maximum}, mean {pixels.Mean:F3}, standard deviation {pixels.StandardDeviation:F3}; "
                + $"scaled by 255: mean {pixels.Mean / 255:F4}, standard deviation {pixels.StandardDeviation / 255:F4}")),
            ($"{name} background", string.Create(
                CultureInfo.InvariantCulture,
                $"{100 * pixels.Background:F1} % of the pixels are 0; "
                + $"{pixels.UnusedPixels} of {images.PixelsPerImage} are 0 in every image")),
        ];
    }

    /// <summary>Counts the images of each digit.</summary>
    public static int[] Count(LabeledImages images)
    {
        int[] counts = new int[Digits.Classes];
        foreach (byte label in images.Labels.Span)
        {
            counts[label]++;
        }

        return counts;
    }

    private static XElement Facts(Digits digits) =>
        Page.Facts([.. Describe("Training", digits.Training), .. Describe("Test", digits.Test)]);

    private static XElement Labels(Digits digits)
    {
        int[] training = Count(digits.Training), test = Count(digits.Test);
        XElement table = Page.Table(
            "Images of each digit; the bars are the training set",
            ["Digit", "Training", "Share", "Test", "Share", "Training set"],
            Enumerable.Range(0, Digits.Classes).Select(digit => new object[]
            {
                digit,
                training[digit],
                Share(training, digit),
                test[digit],
                Share(test, digit),
                Bar(training[digit], training.Max()),
            }));
        table.Add(new XAttribute("class", "bars"));
        foreach (XElement row in table.Element("tbody")!.Elements())
        {
            row.Elements().Last().Add(new XAttribute("class", "space"));
        }

        return table;
    }

    private static string Share(int[] counts, int digit) => $"{100.0 * counts[digit] / counts.Sum():F1} %";

    private static XElement Bar(int count, int most) => new(
        "span",
        new XAttribute("class", "bar"),
        new XAttribute("style", string.Create(CultureInfo.InvariantCulture, $"width:{100.0 * count / most:F1}%")));
}
