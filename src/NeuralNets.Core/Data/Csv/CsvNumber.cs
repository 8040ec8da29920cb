namespace NeuralNets.Core.Data.Csv;

/// <summary>Reads the numbers that most files have, a few digits and a point, in one pass.</summary>
internal static class CsvNumber
{
    /// <summary>So many digits fit a 64-bit integer.</summary>
    private const int MaxLength = 19;

    /// <summary>Whole numbers up to this are exact as <see cref="double"/>.</summary>
    private const ulong MaxExact = 1UL << 53;

    /// <summary>Powers of ten that are exact as <see cref="double"/>.</summary>
    private static ReadOnlySpan<double> Powers =>
        [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18];

    /// <summary>Reads a number of digits with an optional minus and point.</summary>
    /// <returns>False if it is not one, or has too many digits for this way: another parser must say what it is.</returns>
    /// <remarks>The digits as a whole number and the power of ten are both exact, so that their quotient, which is rounded once, is the
    /// double nearest to the number.</remarks>
    public static bool TryParseShort(ReadOnlySpan<char> text, out double value)
    {
        value = 0;
        if (text.Length is 0 or > MaxLength)
        {
            return false;
        }

        bool isNegative = text[0] == '-';
        int start = isNegative ? 1 : 0;
        int point = -1;
        ulong digits = 0;
        for (int i = start; i < text.Length; i++)
        {
            uint digit = (uint)(text[i] - '0');
            if (digit <= 9)
            {
                digits = (10 * digits) + digit;
            }
            else if (text[i] == '.' && point < 0)
            {
                point = i;
            }
            else
            {
                return false;
            }
        }

        int count = text.Length - start - (point < 0 ? 0 : 1);
        if (count == 0 || digits > MaxExact)
        {
            return false;
        }

        value = point < 0 ? digits : digits / Powers[text.Length - point - 1];
        value = isNegative ? -value : value;
        return true;
    }
}
