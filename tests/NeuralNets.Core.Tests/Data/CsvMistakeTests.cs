using System.Text;
using NeuralNets.Core.Data;

namespace NeuralNets.Core.Tests.Data;

/// <summary>What is often taken for CSV with commas, and is not, is called by its name.</summary>
public sealed class CsvMistakeTests
{
    [Theory]
    [InlineData("sep=;\nlabel;a;b\n1;2;3\n", "row 1 must be data or a header, but is the line \"sep=;\", by which "
        + "Excel is told the separator. Remove the line; columns must be separated by commas.")]
    [InlineData("SEP=,\r\n1,2\r\n", "row 1 must be data or a header, but is the line \"SEP=,\", by which "
        + "Excel is told the separator. Remove the line; columns must be separated by commas.")]
    [InlineData("# exported today\n1,2,3\n", "row 1: a row must have a label and at least 1 pixel, but it has 1 column: "
        + "\"# exported today\". Row 1 looks like a comment, and comments are not read: remove such lines.")]
    [InlineData("% a, b\n1,2,3\n", "row 2 must have 2 columns, but it has 3. "
        + "Row 1 was taken for the header, but looks like a comment, and comments are not read: remove such lines.")]
    [InlineData("1,2,3\n# half way\n4,5,6\n", "row 2 must have 3 columns, but it has 1. "
        + "Row 2 looks like a comment, and comments are not read: remove such lines.")]
    [InlineData("1,2,3\n// half, way, on\n", "row 2, column 1: the label must be a whole number from 0 to 255, but is \"// half\". "
        + "Row 2 looks like a comment, and comments are not read: remove such lines.")]
    [InlineData("1;2;3\n", "row 1: a row must have a label and at least 1 pixel, but it has 1 column: \"1;2;3\". "
        + "Columns must be separated by commas, but the row has semicolons.")]
    [InlineData("label\ta\tb\n1\t2\t3\n", "row 1: a row must have a label and at least 1 pixel, but it has 1 column: "
        + "\"label\\x09a\\x09b\". Columns must be separated by commas, but the row has tabs.")]
    [InlineData("1 2 3\n", "row 1: a row must have a label and at least 1 pixel, but it has 1 column: \"1 2 3\". "
        + "Columns must be separated by commas, but the row has spaces.")]
    [InlineData("label,a\n1|2|3\n", "row 2 must have 2 columns, but it has 1. "
        + "Columns must be separated by commas, but the row has vertical bars.")]
    [InlineData("PK\u0003\u0004\u0014\0", "the file must be text, but it is a ZIP archive, such as an Excel workbook (.xlsx). "
        + "Save it as CSV.")]
    public void Read_OftenTakenForCsv_NamesWhatItIs(string text, string message)
    {
        FluentActions.Invoking(() => CsvImageReader.Read(TextStream(text), "file")).Should().Throw<InvalidDataException>()
            .WithMessage($"file: {message}");
    }

    /// <summary>A header may begin like a comment: NumPy writes one so.</summary>
    [Fact]
    public void Read_HeaderThatBeginsLikeAComment_IsAHeader() =>
        CsvImageReader.Read(TextStream("# label,a,b\n1,2,3\n"), "file", "# label").Count.Should().Be(1);

    [Theory]
    [InlineData("utf-16", true, "fffe")]
    [InlineData("utf-16BE", true, "feff")]
    [InlineData("utf-32", true, "fffe")]
    [InlineData("utf-32BE", true, "0000")]
    [InlineData("utf-16", false, "3100")]
    [InlineData("utf-16BE", false, "0031")]
    public void Read_OtherEncoding_IsNamed(string encoding, bool mark, string bytes)
    {
        var other = Encoding.GetEncoding(encoding);
        byte[] text = [.. mark ? other.GetPreamble() : [], .. other.GetBytes("1,2,3\n4,5,6\n")];

        FluentActions.Invoking(() => CsvImageReader.Read(new MemoryStream(text), "file")).Should().Throw<InvalidDataException>()
            .WithMessage($"file: the text must be UTF-8, but its first bytes, {bytes}, are those of UTF-16 or UTF-32. Save it as UTF-8.");
    }

    private static MemoryStream TextStream(string text) => new(Encoding.UTF8.GetBytes(text));
}
