using NeuralNets.Core.Data.Csv;

namespace NeuralNets.Core.Data;

/// <summary>
/// Reads images from CSV files: one image per row, one column for the label and the others for the pixels in order, all of them
/// whole numbers from 0 to 255.
/// </summary>
/// <remarks>
/// <para>
/// Rows end in a line feed, with or without a carriage return before it; the last one may lack its end. Spaces and tabs around a
/// number are ignored, and so are a UTF-8 byte order mark and blank lines at the end; a blank line before a row is an error.
/// Names in a header may be quoted, numbers may not. Numbers are digits only: no sign, no decimal point. The file may be gzip,
/// which its first two bytes tell (1f 8b), not its name; it must be complete, checksums included.
/// </para>
/// <para>
/// Every row must have as many columns as the first. Without a header no row is lost: the first row is the first image.
/// </para>
/// <para>
/// The shape of an image is the one that is asked for. When only a height or only a width is, the other follows from the number
/// of pixel columns. When neither is, images whose number of pixels is a square are square, and others are one row of pixels.
/// </para>
/// <para>
/// Rows are parsed as they arrive, and memory holds one row of text beside the bytes of the result. A row may be up to 16 MiB
/// long, and the pixels must fit one array (<see cref="Array.MaxLength"/> bytes). A gzip file may decompress to 16 MiB
/// and a hundred times its own length. Messages count rows (lines, the header
/// included) and columns from 1.
/// </para>
/// <para>Source: <c>pd.read_csv</c> in the Python original, which takes the first image for a header when a file has none.</para>
/// </remarks>
public static class CsvImageReader
{
    /// <summary>Reads images from a file, with the label column given by its position.</summary>
    /// <param name="path">A CSV file, plain or gzip.</param>
    /// <param name="labelColumn">The column of the labels, counted from 0, or from the end (<c>^1</c> is the last one); the
    /// first unless given.</param>
    /// <param name="header">Whether the first row names the columns.</param>
    /// <param name="height">The number of pixel rows of an image, or null to derive it.</param>
    /// <param name="width">The number of pixel columns of an image, or null to derive it.</param>
    /// <returns>The images with their labels, in the order of the file.</returns>
    /// <exception cref="ArgumentException"><paramref name="path"/> is null or empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="header"/> is not a value of its type, or
    /// <paramref name="height"/> or <paramref name="width"/> is less than 1.</exception>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    /// <exception cref="InvalidDataException">The file holds no image, does not have the label column or the number of pixels
    /// asked for, or a row is not what it should be.</exception>
    /// <exception cref="IOException">It is a folder, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be read.</exception>
    public static LabeledImages Read(
        string path, Index labelColumn = default, CsvHeader header = CsvHeader.Detect, int? height = null, int? width = null)
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
    /// <exception cref="InvalidDataException">The first row is numbers only, does not name the column, or names it twice; the
    /// file holds no image or not the number of pixels asked for; or a row is not what it should be.</exception>
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
    /// <param name="labelColumn">The column of the labels, counted from 0, or from the end (<c>^1</c> is the last one); the
    /// first unless given.</param>
    /// <param name="header">Whether the first row names the columns.</param>
    /// <param name="height">The number of pixel rows of an image, or null to derive it.</param>
    /// <param name="width">The number of pixel columns of an image, or null to derive it.</param>
    /// <returns>The images with their labels, in the order of the stream.</returns>
    /// <exception cref="ArgumentException"><paramref name="stream"/> is null, or <paramref name="name"/> is null or
    /// empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="header"/> is not a value of its type, or
    /// <paramref name="height"/> or <paramref name="width"/> is less than 1.</exception>
    /// <exception cref="InvalidDataException">The stream holds no image, does not have the label column or the number of pixels
    /// asked for, or a row is not what it should be.</exception>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    public static LabeledImages Read(
        Stream stream,
        string name,
        Index labelColumn = default,
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
    /// <exception cref="InvalidDataException">The first row is numbers only, does not name the column, or names it twice; the
    /// stream holds no image or not the number of pixels asked for; or a row is not what it should be.</exception>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    public static LabeledImages Read(Stream stream, string name, string labelColumn, int? height = null, int? width = null)
    {
        var format = new CsvImageFormat(labelColumn, height, width);
        return Read(ByteSource.Wrap(stream, name), format);
    }

    private static LabeledImages Read(ByteSource source, CsvImageFormat format)
    {
        using var rows = new CsvRows(CsvText.Read(source, separator: null, encoding: null));
        return new CsvImageParser(rows, format).Read();
    }
}
