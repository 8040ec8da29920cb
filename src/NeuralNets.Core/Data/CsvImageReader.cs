using NeuralNets.Core.Data.Csv;

namespace NeuralNets.Core.Data;

/// <summary>
/// Reads images from CSV files: one image per row, one column for the label and the others for the pixels in order, all of them
/// whole numbers from 0 to 255. Images without labels are read by <c>ReadUnlabeled</c>.
/// </summary>
/// <remarks>
/// <para>
/// Fields are separated by commas, semicolons, tabs or vertical bars, which is found out from the first rows, or by what Excel's line
/// <c>sep=;</c> at the start says. Rows end in LF, CR LF or CR; the last one may lack its end, and rows whose fields are all empty are
/// passed over. A field may stand in quotes (RFC 4180). Blanks around it are ignored. The text is UTF-8, or UTF-16 or UTF-32 with a byte
/// order mark. The file may be gzip, which its first two bytes tell (1f 8b), not its name; it must be complete, checksums included.
/// </para>
/// <para>
/// A number counts by its value: <c>5</c>, <c>5.0</c> and <c>5e0</c> are the same pixel. What is not a whole number from 0 to 255 is an
/// error, and so is a missing value, in every row: no row is ever left out.
/// </para>
/// <para>
/// Every row must have as many columns as the first. With <see cref="CsvHeader.Detect"/> the first row is a header if it has words and no
/// numbers, and data if it has no words; where it has both, reading ends with an error, and <see cref="CsvHeader.Present"/> or
/// <see cref="CsvHeader.Absent"/> must be said. Missing values, such as <c>NA</c> or an empty field, are neither words nor numbers.
/// </para>
/// <para>
/// The labels are in the column that is given; if none is, in the one that the header calls "label", or else in the first one. A header
/// also tells of columns that are taken for what they are not. These are errors: a column without a name, such as the row numbers that data
/// frames write; a column of pixels that is called "label", or like row numbers ("id", "index"), or unlike most others (<c>class</c> beside
/// <c>pixel0</c>, <c>pixel1</c>, …); and, unless the label column is given, a first column that is called like row numbers or like the one
/// beside it. Without a header, row numbers cannot be told from labels, and images without labels only where the number of columns is a
/// square, such as 784, and neither the label column nor a shape is given.
/// </para>
/// <para>
/// The shape of an image is the one that is asked for. When only a height or only a width is, the other follows from the number
/// of pixel columns. When neither is, images whose number of pixels is a square are square, and others are one row of pixels.
/// </para>
/// <para>
/// Rows are parsed as they arrive, and memory holds one row of text beside the bytes of the result. A row may be up to 16 million
/// characters long, and the pixels must fit one array (<see cref="Array.MaxLength"/> bytes). A gzip file may decompress to 16 MiB and a
/// hundred times its own length. Messages count the lines of the file and the columns from 1; the line is the one in which a row begins.
/// </para>
/// <para>Source: <c>pd.read_csv</c> in the Python original, which takes the first image for a header when a file has none.</para>
/// </remarks>
public static class CsvImageReader
{
    /// <summary>Reads images from a file, with the label column given by its position.</summary>
    /// <param name="path">A CSV file, plain or gzip.</param>
    /// <param name="labelColumn">The column of the labels, counted from 0, or from the end (<c>^1</c> is the last one); null for the
    /// column that the header calls "label", in upper or lower case, or else the first one.</param>
    /// <param name="header">Whether the first row names the columns.</param>
    /// <param name="height">The number of pixel rows of an image, or null to derive it.</param>
    /// <param name="width">The number of pixel columns of an image, or null to derive it.</param>
    /// <returns>The images with their labels, in the order of the file.</returns>
    /// <exception cref="ArgumentException"><paramref name="path"/> is null or empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="header"/> is not a value of its type, or
    /// <paramref name="height"/> or <paramref name="width"/> is less than 1.</exception>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    /// <exception cref="InvalidDataException">The file holds no image, does not have the label column or the number of pixels asked
    /// for, whether it has a header or labels cannot be known, a column seems to be neither of labels nor of pixels, or a row is not
    /// what it should be.</exception>
    /// <exception cref="IOException">It is a folder, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be read.</exception>
    public static LabeledImages Read(
        string path, Index? labelColumn = null, CsvHeader header = CsvHeader.Detect, int? height = null, int? width = null)
    {
        var format = new CsvImageFormat(labelColumn, header, height, width);
        return Read(ByteSource.Open(path), format);
    }

    /// <summary>Reads images from a file with a header, with the label column given by its name.</summary>
    /// <param name="path">A CSV file, plain or gzip, whose first row names the columns.</param>
    /// <param name="labelColumn">The name of the label column; upper and lower case differ.</param>
    /// <param name="height">The number of pixel rows of an image, or null to derive it.</param>
    /// <param name="width">The number of pixel columns of an image, or null to derive it.</param>
    /// <returns>The images with their labels, in the order of the file.</returns>
    /// <exception cref="ArgumentException"><paramref name="path"/> or <paramref name="labelColumn"/> is null or
    /// empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="height"/> or <paramref name="width"/> is less than
    /// 1.</exception>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    /// <exception cref="InvalidDataException">The first row does not name the column, or names it twice; a column seems to be neither of
    /// labels nor of pixels; the file holds no image or not the number of pixels asked for; or a row is not what it should be.</exception>
    /// <exception cref="IOException">It is a folder, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be read.</exception>
    public static LabeledImages Read(string path, string labelColumn, int? height = null, int? width = null)
    {
        var format = new CsvImageFormat(labelColumn, height, width);
        return Read(ByteSource.Open(path), format);
    }

    /// <summary>Reads images from a stream, with the label column given by its position.</summary>
    /// <param name="stream">CSV data, plain or gzip, read from its present position to its end. Stays open.</param>
    /// <param name="name">The name of the stream in messages.</param>
    /// <param name="labelColumn">The column of the labels, counted from 0, or from the end (<c>^1</c> is the last one); null for the
    /// column that the header calls "label", in upper or lower case, or else the first one.</param>
    /// <param name="header">Whether the first row names the columns.</param>
    /// <param name="height">The number of pixel rows of an image, or null to derive it.</param>
    /// <param name="width">The number of pixel columns of an image, or null to derive it.</param>
    /// <returns>The images with their labels, in the order of the stream.</returns>
    /// <exception cref="ArgumentException"><paramref name="stream"/> is null, or <paramref name="name"/> is null or
    /// empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="header"/> is not a value of its type, or
    /// <paramref name="height"/> or <paramref name="width"/> is less than 1.</exception>
    /// <exception cref="InvalidDataException">The stream holds no image, does not have the label column or the number of pixels asked
    /// for, whether it has a header or labels cannot be known, a column seems to be neither of labels nor of pixels, or a row is not
    /// what it should be.</exception>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    public static LabeledImages Read(
        Stream stream,
        string name,
        Index? labelColumn = null,
        CsvHeader header = CsvHeader.Detect,
        int? height = null,
        int? width = null)
    {
        var format = new CsvImageFormat(labelColumn, header, height, width);
        return Read(ByteSource.Wrap(stream, name), format);
    }

    /// <summary>Reads images from a stream with a header, with the label column given by its name.</summary>
    /// <param name="stream">CSV data, plain or gzip, whose first row names the columns, read from its present position to its
    /// end. Stays open.</param>
    /// <param name="name">The name of the stream in messages.</param>
    /// <param name="labelColumn">The name of the label column; upper and lower case differ.</param>
    /// <param name="height">The number of pixel rows of an image, or null to derive it.</param>
    /// <param name="width">The number of pixel columns of an image, or null to derive it.</param>
    /// <returns>The images with their labels, in the order of the stream.</returns>
    /// <exception cref="ArgumentException"><paramref name="stream"/> is null, or <paramref name="name"/> or
    /// <paramref name="labelColumn"/> is null or empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="height"/> or <paramref name="width"/> is less than
    /// 1.</exception>
    /// <exception cref="InvalidDataException">The first row does not name the column, or names it twice; a column seems to be neither of
    /// labels nor of pixels; the stream holds no image or not the number of pixels asked for; or a row is not what it should be.
    /// </exception>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    public static LabeledImages Read(Stream stream, string name, string labelColumn, int? height = null, int? width = null)
    {
        var format = new CsvImageFormat(labelColumn, height, width);
        return Read(ByteSource.Wrap(stream, name), format);
    }

    /// <summary>Reads images without labels from a file: all columns are pixels.</summary>
    /// <param name="path">A CSV file, plain or gzip.</param>
    /// <param name="header">Whether the first row names the columns.</param>
    /// <param name="height">The number of pixel rows of an image, or null to derive it.</param>
    /// <param name="width">The number of pixel columns of an image, or null to derive it.</param>
    /// <returns>The pixels, (images × height × width), in the order of the file.</returns>
    /// <exception cref="ArgumentException"><paramref name="path"/> is null or empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="header"/> is not a value of its type, or
    /// <paramref name="height"/> or <paramref name="width"/> is less than 1.</exception>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    /// <exception cref="InvalidDataException">The file holds no image or not the number of pixels asked for, whether it has a header cannot
    /// be known, a column seems to have something other than pixels, such as one called "label", or a row is not what it should
    /// be.</exception>
    /// <exception cref="IOException">It is a folder, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be read.</exception>
    public static ByteTensor ReadUnlabeled(string path, CsvHeader header = CsvHeader.Detect, int? height = null, int? width = null)
    {
        var format = CsvImageFormat.Unlabeled(header, height, width);
        return ReadUnlabeled(ByteSource.Open(path), format);
    }

    /// <summary>Reads images without labels from a stream: all columns are pixels.</summary>
    /// <param name="stream">CSV data, plain or gzip, read from its present position to its end. Stays open.</param>
    /// <param name="name">The name of the stream in messages.</param>
    /// <param name="header">Whether the first row names the columns.</param>
    /// <param name="height">The number of pixel rows of an image, or null to derive it.</param>
    /// <param name="width">The number of pixel columns of an image, or null to derive it.</param>
    /// <returns>The pixels, (images × height × width), in the order of the stream.</returns>
    /// <exception cref="ArgumentException"><paramref name="stream"/> is null, or <paramref name="name"/> is null or
    /// empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="header"/> is not a value of its type, or
    /// <paramref name="height"/> or <paramref name="width"/> is less than 1.</exception>
    /// <exception cref="InvalidDataException">The stream holds no image or not the number of pixels asked for, whether it has a header
    /// cannot be known, a column seems to have something other than pixels, such as one called "label", or a row is not what it should
    /// be.</exception>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    public static ByteTensor ReadUnlabeled(
        Stream stream, string name, CsvHeader header = CsvHeader.Detect, int? height = null, int? width = null)
    {
        var format = CsvImageFormat.Unlabeled(header, height, width);
        return ReadUnlabeled(ByteSource.Wrap(stream, name), format);
    }

    private static LabeledImages Read(ByteSource source, CsvImageFormat format)
    {
        using var rows = new CsvRows(CsvText.Read(source, separator: null, encoding: null));
        return new CsvImageParser(rows, format).ReadLabeled();
    }

    private static ByteTensor ReadUnlabeled(ByteSource source, CsvImageFormat format)
    {
        using var rows = new CsvRows(CsvText.Read(source, separator: null, encoding: null));
        return new CsvImageParser(rows, format).ReadUnlabeled();
    }
}
