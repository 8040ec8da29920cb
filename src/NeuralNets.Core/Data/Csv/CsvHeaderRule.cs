using System.Globalization;

namespace NeuralNets.Core.Data.Csv;

/// <summary>Tells by the columns below whether the first row of a CSV file is a header: a word above numbers is a name, and a number above
/// numbers is data.</summary>
/// <param name="file">The name of the file in messages.</param>
/// <param name="line">The line of the first row.</param>
/// <param name="fields">The fields of the first row.</param>
/// <param name="isMissing">Which of them stand for a missing value, which tell nothing.</param>
/// <param name="culture">How numbers are written.</param>
internal sealed class CsvHeaderRule(string file, int line, string[] fields, bool[] isMissing, CultureInfo culture)
{
    /// <summary>Returns whether the row is a header.</summary>
    /// <param name="isNumeric">For each column whether the rows below have, or must have, numbers only.</param>
    /// <exception cref="InvalidDataException">It has both or neither of what a header and data have.</exception>
    public bool IsHeader(bool[] isNumeric)
    {
        int word = -1;
        int number = -1;
        bool hasWord = false;
        for (int i = 0; i < fields.Length; i++)
        {
            bool isNumber = CsvRows.TryParseNumber(fields[i], culture, out _);
            hasWord |= !isNumber && !isMissing[i];
            if (isNumeric[i] && !isMissing[i])
            {
                word = word < 0 && !isNumber ? i : word;
                number = number < 0 && isNumber ? i : number;
            }
        }

        if (word >= 0 && number >= 0)
        {
            throw Undecided(
                $"it has the word {CsvRows.Quote(fields[word])} above the numbers of column {word + 1}, as a header has, and the "
                + $"number {CsvRows.Quote(fields[number])} above those of column {number + 1}, as a row of data has");
        }

        // A single row of numbers is data: it names nothing.
        return word >= 0 || (number < 0 && hasWord
            ? throw Undecided("no column below it has numbers only")
            : false);
    }

    private InvalidDataException Undecided(string why) => new(
        $"{file}, line {line}: it must be clear whether the first row is a header, but {why}. Say "
        + $"{nameof(CsvHeader)}.{nameof(CsvHeader.Present)} or {nameof(CsvHeader)}.{nameof(CsvHeader.Absent)}.");
}
