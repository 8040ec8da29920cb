namespace NeuralNets.Core.Data.Csv;

/// <summary>Finds what separates the fields of a CSV file.</summary>
internal static class CsvSeparator
{
    /// <summary>In the order in which they are preferred: what is frequent in texts and numbers comes last.</summary>
    private const string Candidates = "\t;|,";

    private const int MaxRows = 100;

    /// <summary>Returns whether a character can separate fields. Sep knows only ASCII ones; a digit or letter would cut numbers and words.
    /// </summary>
    public static bool IsPossible(char separator) =>
        separator == '\t' || (separator is >= ' ' and <= '~' and not ('"' or '#') && !char.IsAsciiLetterOrDigit(separator));

    /// <summary>Returns the candidate that comes equally often in each of the first rows, outside of quotes; failing that, the one of which
    /// each row has most. A text without any is one column, and the separator a comma.</summary>
    public static char Detect(ReadOnlySpan<char> text)
    {
        List<int[]> rows = Count(text);
        char best = ',';
        int most = 0;
        for (int i = 0; i < Candidates.Length; i++)
        {
            int[] counts = [.. rows.Select(row => row[i])];
            if (counts.Length == 0 || counts[0] == 0)
            {
                continue;
            }

            if (counts.Min() == counts.Max())
            {
                return Candidates[i];
            }

            if (counts.Min() > most)
            {
                most = counts.Min();
                best = Candidates[i];
            }
        }

        return best;
    }

    /// <summary>Returns how often each candidate comes in each of the first whole rows.</summary>
    private static List<int[]> Count(ReadOnlySpan<char> text)
    {
        var rows = new List<int[]>();
        int[] counts = new int[Candidates.Length];
        bool isQuoted = false;
        bool isBlank = true;
        foreach (char character in text)
        {
            if (character is '\r' or '\n' && !isQuoted)
            {
                if (!isBlank)
                {
                    rows.Add(counts);
                    counts = new int[Candidates.Length];
                    isBlank = true;
                }

                if (rows.Count == MaxRows)
                {
                    return rows;
                }

                continue;
            }

            isBlank &= character == ' ';
            isQuoted ^= character == '"';
            int candidate = isQuoted ? -1 : Candidates.IndexOf(character);
            if (candidate >= 0)
            {
                counts[candidate]++;
            }
        }

        // The last row may be cut short, so it counts only where it is the only one.
        if (rows.Count == 0 && !isBlank)
        {
            rows.Add(counts);
        }

        return rows;
    }
}
