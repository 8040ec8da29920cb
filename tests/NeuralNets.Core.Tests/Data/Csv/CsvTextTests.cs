using System.Text;
using NeuralNets.Core.Data;
using NeuralNets.Core.Data.Csv;

namespace NeuralNets.Core.Tests.Data.Csv;

public sealed class CsvTextTests
{
    [Theory]
    [InlineData("", ',', 1)]
    [InlineData("a;b\n", ';', 1)]
    [InlineData("sep=|\na;b\n", '|', 2)]
    [InlineData("Sep=\t\r\na;b\n", '\t', 2)]
    [InlineData("sep=;;\na;b;\n", ';', 1)]
    public void Read_Text_FindsSeparatorAndFirstLine(string text, char separator, int firstLine)
    {
        using var read = CsvText.Read(new StringReader(text), "file", null);

        (read.Separator, read.FirstLine, read.Name).Should().Be((separator, firstLine, "file"));
        read.Reader.ReadToEnd().Should().Be(firstLine == 1 ? text : text[(text.IndexOf('\n') + 1)..]);
    }

    [Fact]
    public void Read_SeparatorGiven_IsTakenInsteadOfWhatTheFileSays()
    {
        using var read = CsvText.Read(new StringReader("sep=;\n1,2\n"), "file", ',');

        (read.Separator, read.FirstLine).Should().Be((',', 2));
    }

    [Fact]
    public void Read_CallersReaderAndStream_StayOpen()
    {
        var reader = new DisposableReader("a,b\n1,2\n");
        var stream = new TrickleStream("a,b\n1,2\n"u8.ToArray());
        var bad = new TrickleStream("PK\u0003\u0004"u8.ToArray());
        var gzip = new TrickleStream(TempDirectory.Gzip("a,b\n"u8));

        ReadAll(CsvText.Read(reader, "file", null)).Should().Be(2);
        ReadAll(CsvText.Read(ByteSource.Wrap(stream, "file"), null, null)).Should().Be(2);
        ReadAll(CsvText.Read(ByteSource.Wrap(gzip, "file"), null, null)).Should().Be(1);
        FluentActions.Invoking(() => CsvText.Read(ByteSource.Wrap(bad, "file"), null, null)).Should().Throw<InvalidDataException>();

        (reader.IsDisposed, stream.IsDisposed, bad.IsDisposed, gzip.IsDisposed).Should().Be((false, false, false, false));
    }

    public static TheoryData<byte[], string> NoTexts => new()
    {
        { "a,b\n1,\0\n"u8.ToArray(), "file: the text must have no NUL characters, but has: *UTF-16*Save it as UTF-8." },
        {
            [.. Enumerable.Repeat("1,2\n"u8.ToArray(), 50_000).SelectMany(row => row), 0],
            "file: the text must have no NUL characters, but has: *"
        },
        { Encoding.Unicode.GetBytes("1,2\n3,4\n"), "file: the text must have no NUL characters, but has: *UTF-16*Save it as UTF-8." },
        { Encoding.UTF32.GetBytes("1,2\n3,4\n"), "file: the text must have no NUL characters, but has: *" },
        { [.. "a,b\n1,"u8, 0xe9, .. "\n"u8], "file: the text must be UTF-8, *line 1 *(e9). Save the file as UTF-8*Latin1*" },
        { [.. "a,b\n1,2"u8, 0xc3], "file: the text must be UTF-8, *(c3)*" },
        {
            [.. Enumerable.Repeat("1,2\n"u8.ToArray(), 50_000).SelectMany(row => row), 0xff, (byte)'\n'],
            "file: the text must be UTF-8, *line 4????*(ff)*"
        },
        {
            [0xff, 0xfe, (byte)'1', 0, (byte)',', 0xd8, (byte)'2', 0],
            "file: the text must be UTF-8, or another encoding that is told or marked, *"
        },
        { "PK\u0003\u0004\u0014"u8.ToArray(), "file: the file must be text, but it is a ZIP archive, such as an Excel workbook (.xlsx)*" },
        { [0xd0, 0xcf, 0x11, 0xe0, 0xa1], "file: the file must be text, but it is an Office document*(.xls)*" },
        { "PAR1\u0015"u8.ToArray(), "file: the file must be text, but it is in the Parquet format. Save it as CSV." },
    };

    [Theory]
    [MemberData(nameof(NoTexts))]
    public void Read_NoText_IsRefusedByName(byte[] bytes, string message)
    {
        foreach (byte[] file in (byte[][])[bytes, TempDirectory.Gzip(bytes)])
        {
            FluentActions.Invoking(() => ReadAll(CsvText.Read(ByteSource.Wrap(new MemoryStream(file), "file"), null, null)))
                .Should().Throw<InvalidDataException>().WithMessage(message);
        }
    }

    [Fact]
    public void Read_EncodingGiven_IsThatOfTextWithoutMark()
    {
        byte[] latin = [.. "a,"u8, 0xe9];
        byte[] marked = [0xef, 0xbb, 0xbf, .. "a,é"u8];
        foreach (byte[] file in (byte[][])[latin, marked])
        {
            using var read = CsvText.Read(ByteSource.Wrap(new MemoryStream(file), "file"), null, Encoding.Latin1);
            read.Reader.ReadToEnd().Should().Be("a,é");
        }
    }

    [Fact]
    public void Read_WrongFile_ClosesItAgain()
    {
        using var folder = new TempDirectory();
        byte[][] files =
        [
            "PK\u0003\u0004"u8.ToArray(), [(byte)'1', 0xff], [0], "sep=é\n"u8.ToArray(), TempDirectory.Gzip("1,2\n"u8)[..^1],
        ];
        foreach (byte[] file in files)
        {
            string path = folder.Write("wrong.csv", file);
            FluentActions.Invoking(() => ReadAll(CsvText.Read(ByteSource.Open(path), null, null))).Should().Throw<InvalidDataException>();
            using FileStream exclusive = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        }
    }

    private static int ReadAll(CsvText text)
    {
        using var rows = new CsvRows(text);
        int count = 0;
        while (rows.Read())
        {
            count++;
        }

        return count;
    }

    private sealed class DisposableReader(string text) : StringReader(text)
    {
        public bool IsDisposed { get; private set; }

        protected override void Dispose(bool disposing)
        {
            IsDisposed = true;
            base.Dispose(disposing);
        }
    }
}
