using NeuralNets.Core.Data;
using NeuralNets.Core.Data.Csv;

namespace NeuralNets.Core.Tables;

/// <summary>Reads tables from CSV files.</summary>
/// <remarks>
/// <para>
/// <b>Fields</b> are separated by commas, semicolons, tabs or vertical bars, which is found out; rows end in LF, CR LF or CR. A field may
/// stand in quotes, and then contain separators, line ends and doubled quotes (RFC 4180). Blanks around a field do not belong to it unless
/// it is quoted. All rows have as many fields; rows whose fields are all empty are passed over. The text is UTF-8, or UTF-16 or UTF-32 with
/// a byte order mark; it may be gzip, which its first two bytes tell.
/// </para>
/// <para>
/// <b>A column has numbers</b> if all of its values are numbers or missing, in all rows; otherwise it has texts. Infinity and NaN are no
/// numbers. A field is missing if it is one of <see cref="CsvOptions.MissingMarks"/>.
/// </para>
/// <para>
/// <b>The first row is a header</b> if it has words above columns of numbers, and data if it has numbers in columns of numbers. Where it
/// has both or neither, as in a table of texts alone, that cannot be known, and reading ends with an error that says so:
/// <see cref="CsvOptions.Header"/> tells it. So no row is taken for a header on suspicion. Names that are numbers, such as years, above
/// numbers look like data and must be told. Without a header
/// columns are called <c>column1</c>, <c>column2</c> …, and so is one that a header leaves without a name.
/// </para>
/// <para>
/// Rows are read as they come, and memory holds the columns that are kept beside one row. A column that seems to have numbers until a text
/// comes is read a second time; a stream that cannot seek, and a text reader, are therefore read into memory first.
/// </para>
/// </remarks>
public static class CsvTable
{
    /// <summary>Reads a table from a file.</summary>
    /// <param name="path">A CSV file, plain or gzip.</param>
    /// <param name="options">What it is like; null to find out.</param>
    /// <returns>The table.</returns>
    /// <exception cref="ArgumentException"><paramref name="path"/> is null or empty, or an option is not possible.</exception>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    /// <exception cref="InvalidDataException">There is no row, whether there is a header cannot be known, a row or field is not what it
    /// should be, a column that an option names is not there, or the bytes are not text.</exception>
    /// <exception cref="IOException">It is a folder, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be read.</exception>
    public static Table Read(string path, CsvOptions? options = null)
    {
        options ??= new CsvOptions();
        options.Check(nameof(options));
        using FileStream file = InputFile.Open(path, bufferSize: 1, FileOptions.SequentialScan);
        return file.CanSeek ? ReadTwice(file, path, options) : ReadTwice(InputFile.Buffer(file), path, options);
    }

    /// <summary>Reads a table from a stream.</summary>
    /// <param name="stream">CSV data, plain or gzip, from its present position to its end. Stays open.</param>
    /// <param name="name">The name of the stream in messages.</param>
    /// <param name="options">What it is like; null to find out.</param>
    /// <returns>The table.</returns>
    /// <exception cref="ArgumentException"><paramref name="stream"/> is null, <paramref name="name"/> is null or empty, or an option is not
    /// possible.</exception>
    /// <exception cref="InvalidDataException">There is no row, whether there is a header cannot be known, a row or field is not what it
    /// should be, a column that an option names is not there, or the bytes are not text.</exception>
    /// <exception cref="IOException">The stream cannot be read, or cannot seek and has more bytes than an array holds.</exception>
    public static Table Read(Stream stream, string name, CsvOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentException.ThrowIfNullOrEmpty(name);
        options ??= new CsvOptions();
        options.Check(nameof(options));
        return ReadTwice(stream.CanSeek ? stream : InputFile.Buffer(stream, name), name, options);
    }

    /// <summary>Reads a table from text.</summary>
    /// <param name="reader">CSV text to its end. Stays open.</param>
    /// <param name="name">The name of the text in messages.</param>
    /// <param name="options">What it is like; null to find out. The encoding does not matter.</param>
    /// <returns>The table.</returns>
    /// <exception cref="ArgumentException"><paramref name="reader"/> is null, <paramref name="name"/> is null or empty, or an option is not
    /// possible.</exception>
    /// <exception cref="InvalidDataException">There is no row, whether there is a header cannot be known, a row or field is not what it
    /// should be, or a column that an option names is not there.</exception>
    /// <exception cref="IOException">The text cannot be read.</exception>
    public static Table Read(TextReader reader, string name, CsvOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentException.ThrowIfNullOrEmpty(name);
        options ??= new CsvOptions();
        options.Check(nameof(options));
        string text = reader.ReadToEnd();
        return ReadTwice(() => CsvText.Read(new StringReader(text), name, options.Separator), options);
    }

    private static Table ReadTwice(Stream stream, string name, CsvOptions options)
    {
        long start = stream.Position;
        return ReadTwice(
            () =>
            {
                stream.Position = start;
                return CsvText.Read(ByteSource.Wrap(stream, name), options.Separator, options.Encoding);
            },
            options);
    }

    /// <summary>Reads a text once, and those columns again that turned out to have texts after numbers.</summary>
    private static Table ReadTwice(Func<CsvText> open, CsvOptions options)
    {
        var reader = new CsvTableReader(options);
        bool isEnough;
        using (var rows = new CsvRows(open(), options.Culture))
        {
            isEnough = !reader.ReadFirst(rows);
        }

        if (!isEnough)
        {
            using var rows = new CsvRows(open(), options.Culture);
            reader.ReadSecond(rows);
        }

        return reader.ToTable();
    }
}
