namespace NeuralNets.Mnist.Plots;

/// <summary>Pictures of numbers: one byte or one real number per pixel.</summary>
internal static class GreyImage
{
    private const int Tones = 64; // more cannot be told apart

    // Negative is blue, zero white, positive red-brown; lightness falls with the size on either side.
    private static readonly Rgb s_negative = new(0x0b, 0x3d, 0x91);
    private static readonly Rgb s_zero = new(0xf7, 0xf7, 0xf7);
    private static readonly Rgb s_positive = new(0x9e, 0x2a, 0x06);

    private static readonly Rgb[] s_inks = [.. Palette(fraction => Rgb.Mix(new Rgb(255, 255, 255), new Rgb(0, 0, 0), fraction))];

    private static readonly Rgb[] s_signs = [.. Palette(fraction => fraction < 0.5
        ? Rgb.Mix(s_negative, s_zero, 2 * fraction)
        : Rgb.Mix(s_zero, s_positive, (2 * fraction) - 1))];

    /// <summary>Draws ink on paper: 0 is white, 255 black.</summary>
    /// <returns>The address of a PNG image that holds it.</returns>
    public static string Ink(int width, ReadOnlySpan<byte> pixels)
    {
        byte[] tones = new byte[pixels.Length];
        for (int i = 0; i < tones.Length; i++)
        {
            tones[i] = (byte)(((pixels[i] * (Tones - 1)) + 127) / 255);
        }

        return Png.EncodeDataUri(width, tones, s_inks);
    }

    /// <summary>Draws numbers by sign and size: blue below 0, white at 0, red above,
    /// full at the largest absolute value.</summary>
    /// <returns>The address of a PNG image that holds it.</returns>
    public static string Signed(int width, ReadOnlySpan<double> values)
    {
        double largest = 0;
        foreach (double value in values)
        {
            largest = Math.Max(largest, Math.Abs(value));
        }

        byte[] tones = new byte[values.Length];
        for (int i = 0; i < tones.Length; i++)
        {
            double fraction = largest > 0 ? 0.5 + (values[i] / (2 * largest)) : 0.5;
            tones[i] = (byte)Math.Round(fraction * (Tones - 1));
        }

        return Png.EncodeDataUri(width, tones, s_signs);
    }

    private static IEnumerable<Rgb> Palette(Func<double, Rgb> colour) =>
        Enumerable.Range(0, Tones).Select(tone => colour(tone / (Tones - 1.0)));
}
