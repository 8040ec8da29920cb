namespace NeuralNets.Core.Data.Csv;

/// <summary>Finds what separates the fields of a CSV file.</summary>
internal static class CsvSeparator
{
    /// <summary>In the order in which they are preferred: what is frequent in texts and numbers comes last.</summary>
    private const string Candidates = "\t;|,";

    private const int Tab = 0;

    private const int MaxRows = 100;

    /// <summary>Returns whether a character can separate fields. Sep knows only ASCII ones; a digit or letter would cut numbers and words.
    /// </summary>
    public static bool IsPossible(char separator) =>
        separator == '\t' || (separator is >= ' ' and <= '~' and not ('"' or '#') && !char.IsAsciiLetterOrDigit(separator));

    /// <summary>Returns the candidate of the first row that comes as often as there in most of the first rows, outside of quotes. A text
    /// without any is one column, and the separator a comma.</summary>
    public static char Detect(ReadOnlySpan<char> text)
    {
        List<int[]> rows = Count(text);
        char best = ',';
        int most = 0;
        for (int i = 0; i < Candidates.Length && rows.Count > 0; i++)
        {
            int equal = rows[0][i] == 0 ? 0 : rows.Count(row => row[i] == rows[0][i]);
            if (equal > most)
            {
                most = equal;
                best = Candidates[i];
            }
        }

        return best;
    }

    /// <summary>Returns how often each candidate comes in each of the first whole rows. A tab beside another candidate is a blank.
    /// </summary>
    private static List<int[]> Count(ReadOnlySpan<char> text)
    {
        var rows = new List<int[]>();
        int[] counts = new int[Candidates.Length];
        bool isQuoted = false;
        bool isBlank = true;
        bool isAfterCandidate = false;
        int tabs = 0;
        foreach (char character in text)
        {
            if (character is '\r' or '\n' && !isQuoted)
            {
                if (!isBlank)
                {
                    counts[Tab] += isAfterCandidate ? 0 : tabs;
                    rows.Add(counts);
                    counts = new int[Candidates.Length];
                }

                if (rows.Count == MaxRows)
                {
                    return rows;
                }

                (isBlank, isAfterCandidate, tabs) = (true, false, 0);
                continue;
            }

            bool wasQuoted = isQuoted;
            isQuoted ^= character == '"';
            if (wasQuoted || character == ' ')
            {
                continue;
            }

            if (character == '\t')
            {
                tabs++;
                continue;
            }

            int candidate = Candidates.IndexOf(character);
            bool isCandidate = candidate >= 0;
            counts[Tab] += isAfterCandidate || isCandidate ? 0 : tabs;
            (isBlank, isAfterCandidate, tabs) = (false, isCandidate, 0);
            if (isCandidate)
            {
                counts[candidate]++;
            }
        }

        // The last row may be cut short, so it counts only where it is the only one.
        if (rows.Count == 0 && !isBlank)
        {
            counts[Tab] += isAfterCandidate ? 0 : tabs;
            rows.Add(counts);
        }

        return rows;
    }
}
