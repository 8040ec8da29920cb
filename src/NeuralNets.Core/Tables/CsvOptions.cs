using System.Globalization;
using System.Text;
using NeuralNets.Core.Data;
using NeuralNets.Core.Data.Csv;

namespace NeuralNets.Core.Tables;

/// <summary>What a CSV file is like, as far as it must be told: see <see cref="CsvTable"/>.</summary>
public sealed record CsvOptions
{
    /// <summary>What stands for a missing value unless <see cref="MissingMarks"/> says otherwise.</summary>
    public static readonly IReadOnlyList<string> DefaultMissingMarks =
        Array.AsReadOnly(["", "NA", "N/A", "n/a", "#N/A", "NaN", "nan", "NULL", "null", "None", "?"]);

    /// <summary>What separates the fields; null, the default, to find it: a tab, a semicolon, a vertical bar or a comma, or what Excel's
    /// line <c>sep=;</c> says.</summary>
    public char? Separator { get; init; }

    /// <summary>Whether the first row names the columns; found out unless told.</summary>
    public CsvHeader Header { get; init; }

    /// <summary>The texts that stand for a missing value; <see cref="DefaultMissingMarks"/> unless set. Upper and lower case differ, and a
    /// field in quotes is one of them, too.</summary>
    public IReadOnlyCollection<string> MissingMarks { get; init; } = DefaultMissingMarks;

    /// <summary>How numbers are written: the decimal separator and the signs. Null, the default, for the invariant culture: a
    /// point.</summary>
    public CultureInfo? Culture { get; init; }

    /// <summary>The encoding of bytes that do not begin with a byte order mark; null, the default, for UTF-8.</summary>
    public Encoding? Encoding { get; init; }

    /// <summary>The columns to keep, by name; null, the default, for all. Of the others nothing stays in memory.</summary>
    public IReadOnlyCollection<string>? Columns { get; init; }

    /// <summary>The columns, by name, whose values stay the texts that they are even if all are numbers: <c>01234</c> of a postal code
    /// stays another text than <c>1234</c>.</summary>
    public IReadOnlyCollection<string> TextColumns { get; init; } = [];

    internal void Check(string parameter)
    {
        if (Header is not (CsvHeader.Detect or CsvHeader.Present or CsvHeader.Absent))
        {
            throw new ArgumentException($"The header must be Detect, Present or Absent, but is {Header}.", parameter);
        }

        if (Separator is { } separator && !CsvSeparator.IsPossible(separator))
        {
            throw new ArgumentException(
                "A separator must be a printable ASCII character other than a quote, '#', a letter or a digit, or a tab, but is "
                + $"U+{(int)separator:X4}.",
                parameter);
        }

        if (MissingMarks is null || TextColumns is null || MissingMarks.Concat(TextColumns).Concat(Columns ?? []).Any(text => text is null))
        {
            throw new ArgumentException("The marks of missing values and the names of columns must not be null, but one is.", parameter);
        }
    }
}
