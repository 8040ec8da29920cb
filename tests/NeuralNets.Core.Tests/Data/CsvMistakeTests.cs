using System.Text;
using NeuralNets.Core.Data;

namespace NeuralNets.Core.Tests.Data;

/// <summary>What is often taken for CSV, and is not, is called by its name.</summary>
public sealed class CsvMistakeTests
{
    [Theory]
    [InlineData("# exported today\n1,2,3\n", ", line 1: a row must have a label and at least 1 pixel, but has 1 field: "
        + "\"# exported today\". The row looks like a comment, and comments are not read: remove such lines.")]
    [InlineData("% a, b\n1,2,3\n", ", line 2: a row must have 2 fields like the first one, but has 3. "
        + "The first row was taken for the header, but looks like a comment, and comments are not read: remove such lines.")]
    [InlineData("1,2,3\n# half way\n4,5,6\n", ", line 2: a row must have 3 fields like the first one, but has 1. "
        + "The row looks like a comment, and comments are not read: remove such lines.")]
    [InlineData("1,2,3\n// half, way, on\n", ", line 2, column 1: the label must be a whole number from 0 to 255, but is \"// half\". "
        + "The row looks like a comment, and comments are not read: remove such lines.")]
    [InlineData("1 2 3\n", ", line 1: a row must have a label and at least 1 pixel, but has 1 field: \"1 2 3\". "
        + "Fields are separated by commas in this file, but the row has spaces.")]
    [InlineData("1:2:3\n", ", line 1: a row must have a label and at least 1 pixel, but has 1 field: \"1:2:3\".")]
    [InlineData("label,a\n1|2|3\n", ", line 2: a row must have 2 fields like the first one, but has 1. "
        + "Fields are separated by commas in this file, but the row has vertical bars.")]
    [InlineData("label;a\n1;2\n1,2\n", ", line 3: a row must have 2 fields like the first one, but has 1. "
        + "Fields are separated by semicolons in this file, but the row has commas.")]
    [InlineData("sep=;\n1,2\n", ", line 2: a row must have a label and at least 1 pixel, but has 1 field: \"1,2\". "
        + "Fields are separated by semicolons in this file, but the row has commas.")]
    [InlineData("PK\u0003\u0004\u0014\0", ": the file must be text, but it is a ZIP archive, such as an Excel workbook (.xlsx). "
        + "Save it as CSV.")]
    [InlineData("PAR1\u0015", ": the file must be text, but it is in the Parquet format. Save it as CSV.")]
    [InlineData("1,2\0\n", ": the text must have no NUL characters, but has: it may be UTF-16 or UTF-32 without a byte order mark. "
        + "Save it as UTF-8.")]
    public void Read_OftenTakenForCsv_NamesWhatItIs(string text, string message)
    {
        FluentActions.Invoking(() => CsvImageReader.Read(TextStream(text), "file")).Should().Throw<InvalidDataException>()
            .Which.Message.Should().Be($"file{message}");
    }

    /// <summary>A header may begin like a comment: NumPy writes one so.</summary>
    [Fact]
    public void Read_HeaderThatBeginsLikeAComment_IsAHeader() =>
        CsvImageReader.Read(TextStream("# label,a,b\n1,2,3\n"), "file", "# label").Count.Should().Be(1);

    [Theory]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    [InlineData("utf-32")]
    [InlineData("utf-32BE")]
    public void Read_OtherEncoding_IsReadWithAMarkAndNamedWithout(string name)
    {
        var encoding = Encoding.GetEncoding(name);
        byte[] text = encoding.GetBytes("1,2,3\n4,5,6\n");

        CsvImageReader.Read(new MemoryStream([.. encoding.GetPreamble(), .. text]), "file").Labels.ToArray().Should().Equal(1, 4);
        FluentActions.Invoking(() => CsvImageReader.Read(new MemoryStream(text), "file")).Should().Throw<InvalidDataException>()
            .WithMessage("file: the text must have no NUL characters, but has: it may be UTF-16 or UTF-32 without a byte order mark.*");
    }

    private static MemoryStream TextStream(string text) => new(Encoding.UTF8.GetBytes(text));
}
