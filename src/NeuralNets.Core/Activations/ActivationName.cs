using System.Globalization;
using System.Numerics;
using System.Text;

namespace NeuralNets.Core.Activations;

/// <summary>The name of an activation: what its <see cref="object.ToString"/> returns under the invariant culture.</summary>
/// <remarks>
/// A name is saved in files and compared when they are loaded, elsewhere: <c>$"Elu({alpha})"</c> must not be <c>Elu(0,5)</c> on a
/// machine whose numbers have decimal commas.
/// </remarks>
internal static class ActivationName
{
    /// <summary>The maximum number of UTF-16 code units of a name that is saved.</summary>
    private const int MaxLength = 1000;

    /// <summary>Returns the name, whatever it is. Leaves the culture of the thread as it was.</summary>
    public static string? Of<T>(ILayerActivation<T> activation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        CultureInfo culture = CultureInfo.CurrentCulture;
        CultureInfo uiCulture = CultureInfo.CurrentUICulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
            CultureInfo.CurrentUICulture = CultureInfo.InvariantCulture;
            return activation.ToString();
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
            CultureInfo.CurrentUICulture = uiCulture;
        }
    }

    /// <summary>Returns what is wrong with a name that is to be saved, as the end of a sentence; null if nothing is.</summary>
    public static string? Fault(string? name)
    {
        if (string.IsNullOrWhiteSpace(name))
        {
            return "returns none";
        }

        if (name.Length > MaxLength)
        {
            return string.Create(CultureInfo.InvariantCulture, $"returns {name.Length} characters, more than {MaxLength}");
        }

        for (int i = 0; i < name.Length;)
        {
            if (char.IsControl(name[i]))
            {
                return string.Create(CultureInfo.InvariantCulture, $"returns one with the control character U+{(int)name[i]:X4} at {i}");
            }

            if (!Rune.TryGetRuneAt(name, i, out Rune rune))
            {
                return string.Create(
                    CultureInfo.InvariantCulture,
                    $"returns one with half a surrogate pair at {i}, U+{(int)name[i]:X4}, which UTF-8 cannot encode");
            }

            i += rune.Utf16SequenceLength;
        }

        return null;
    }
}
