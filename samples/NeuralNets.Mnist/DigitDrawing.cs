using System.Text;
using NeuralNets.Core.Data;
using Spectre.Console;

namespace NeuralNets.Mnist;

/// <summary>Draws images with characters: a character is two pixels, one above the other.</summary>
internal static class DigitDrawing
{
    private const string Ramp = " .:-=+*#%@";
    private const int Gap = 2;

    /// <summary>Draws images side by side, as many as fit, with their labels above them.</summary>
    public static void Write(Terminal terminal, LabeledImages images, int[] numbers)
    {
        if (images.Width > terminal.Width)
        {
            Terminal.WriteLine($"Images {images.Width} pixels wide do not fit a terminal {terminal.Width} columns wide.");
            return;
        }

        int perRow = Math.Max(1, (terminal.Width + Gap) / (images.Width + Gap));
        foreach (int[] row in numbers.Chunk(perRow))
        {
            Terminal.WriteLine(Join(row.Select(number =>
                $"{images.Labels.Span[number]} (image {number})".PadRight(images.Width))));
            for (int y = 0; y < images.Height; y += 2)
            {
                IEnumerable<string> lines = row.Select(number => terminal.HasGreys
                    ? GreyLine(images, number, y)
                    : PlainLine(images, number, y));
                if (terminal.HasGreys)
                {
                    terminal.Write(new Markup(string.Join(new string(' ', Gap), lines) + "\n"));
                }
                else
                {
                    Terminal.WriteLine(Join(lines));
                }
            }

            Terminal.WriteLine();
        }
    }

    private static string Join(IEnumerable<string> parts) => string.Join(new string(' ', Gap), parts).TrimEnd();

    /// <summary>Draws upper half blocks: the upper pixel is the colour of the character, the lower one that behind it.</summary>
    private static string GreyLine(LabeledImages images, int number, int y)
    {
        var line = new StringBuilder();
        for (int x = 0; x < images.Width; x++)
        {
            (byte upper, byte lower) = Pixels(images, number, x, y);
            line.Append($"[rgb({upper},{upper},{upper}) on rgb({lower},{lower},{lower})]\u2580[/]");
        }

        return line.ToString();
    }

    /// <summary>Draws characters that fill more of their place the more ink there is.</summary>
    private static string PlainLine(LabeledImages images, int number, int y)
    {
        var line = new StringBuilder();
        for (int x = 0; x < images.Width; x++)
        {
            (byte upper, byte lower) = Pixels(images, number, x, y);
            line.Append(Ramp[(upper + lower) * (Ramp.Length - 1) / (2 * byte.MaxValue)]);
        }

        return line.ToString();
    }

    private static (byte Upper, byte Lower) Pixels(LabeledImages images, int number, int x, int y)
    {
        ReadOnlySpan<byte> image = images.GetImage(number);
        return (image[(y * images.Width) + x], y + 1 < images.Height ? image[((y + 1) * images.Width) + x] : (byte)0);
    }
}
