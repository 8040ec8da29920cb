using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Data;

/// <summary>What number a pixel byte becomes. The default value is <see cref="UnitInterval"/>.</summary>
public readonly record struct PixelScaling
{
    /// <summary>0 for the unit interval, 1 for the byte itself, and 1 + maximum for any other maximum. The numbers are part of
    /// fingerprints.</summary>
    private readonly byte _form;

    private PixelScaling(int form) => _form = (byte)form;

    /// <summary>byte/255, correctly rounded: 0 … 1.</summary>
    public static PixelScaling UnitInterval => default;

    /// <summary>The byte itself: 0 … 255. Networks learn badly from such inputs; it is there to reproduce what was done with
    /// them.</summary>
    public static PixelScaling None => new(1);

    /// <summary>The largest byte that may occur, which becomes 1; null where the bytes stay as they are.</summary>
    public byte? Maximum => _form switch
    {
        0 => byte.MaxValue,
        1 => null,
        _ => (byte)(_form - 1),
    };

    /// <summary>A number for the scaling, for a hash: equal bytes under another one are other features.</summary>
    internal int Form => _form;

    /// <summary>The largest number that a byte can become.</summary>
    internal double Largest => _form == 1 ? byte.MaxValue : 1;

    /// <summary>Returns the scaling byte/maximum, correctly rounded, for images with fewer grey levels than 256: 16 for the digits of 8 × 8
    /// pixels that scikit-learn comes with.</summary>
    /// <param name="maximum">The largest byte that may occur, from 1 to 255. It becomes 1, and a byte above it is an error when a data set
    /// is made. It is stated and not looked for, so that one image is scaled like another, whatever it is together with.</param>
    /// <returns>The scaling; <see cref="UnitInterval"/> for 255.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maximum"/> is not from 1 to 255.</exception>
    public static PixelScaling ByMaximum(int maximum)
    {
        if (maximum is < 1 or > byte.MaxValue)
        {
            throw new ArgumentOutOfRangeException(
                nameof(maximum), maximum, $"The maximum of a pixel must be from 1 to {byte.MaxValue}, since a pixel is a byte.");
        }

        return maximum == byte.MaxValue ? UnitInterval : new(1 + maximum);
    }

    /// <summary>Returns the name of the scaling.</summary>
    /// <returns><c>UnitInterval</c>, <c>None</c>, or for instance <c>ByMaximum(16)</c>.</returns>
    public override string ToString() => _form switch
    {
        0 => nameof(UnitInterval),
        1 => nameof(None),
        _ => FormattableString.Invariant($"{nameof(ByMaximum)}({Maximum})"),
    };

    /// <summary>Checks that no pixel is above the maximum.</summary>
    /// <param name="pixels">The pixels of images, one image after the other.</param>
    /// <param name="pixelsPerImage">The number of pixels of an image.</param>
    /// <param name="parameter">The argument that they are, or that is the scaling.</param>
    /// <param name="firstImage">The number of the first image in the message.</param>
    /// <exception cref="ArgumentException">One is.</exception>
    internal void Check(ReadOnlySpan<byte> pixels, int pixelsPerImage, string parameter, int firstImage = 0)
    {
        int wrong = FindAbove(pixels);
        if (wrong >= 0)
        {
            throw new ArgumentException(Above(firstImage + (wrong / pixelsPerImage), wrong % pixelsPerImage, pixels[wrong]), parameter);
        }
    }

    /// <summary>Returns the position of the first pixel that is above the maximum; −1 if none is.</summary>
    internal int FindAbove(ReadOnlySpan<byte> pixels) => _form < 2 ? -1 : pixels.IndexOfAnyExceptInRange((byte)0, Maximum!.Value);

    /// <summary>Returns a message about a pixel above the maximum.</summary>
    internal string Above(long image, long pixel, byte value) =>
        FormattableString.Invariant($"With {this} pixels must be at most {Maximum}, but pixel {pixel} of image {image} is {value}. ")
        + "State the largest value that they can have.";

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    internal static bool TryParse(string text, out PixelScaling scaling)
    {
        const string Start = nameof(ByMaximum) + "(";
        scaling = text == nameof(None) ? None : default;
        if (text is nameof(UnitInterval) or nameof(None))
        {
            return true;
        }

        bool isNumber = text.StartsWith(Start, StringComparison.Ordinal)
            && byte.TryParse(text.AsSpan(Start.Length).TrimEnd(')'), NumberStyles.None, CultureInfo.InvariantCulture, out byte maximum)
            && maximum > 0
            && (scaling = ByMaximum(maximum)).ToString() == text;
        return isNumber;
    }

    /// <summary>Converts pixels, none of which is above the maximum. Does not allocate.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Apply<T>(ReadOnlySpan<byte> pixels, Span<T> destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        switch (_form)
        {
            case 0:
                ByteConversion.ToUnitInterval(pixels, destination);
                break;
            case 1:
                ByteConversion.ToNumbers(pixels, destination);
                break;
            default:
                ByteConversion.Divide(pixels, Maximum!.Value, destination);
                break;
        }
    }
}
