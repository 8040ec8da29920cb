using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using NeuralNets.Core.Data;

namespace NeuralNets.Core.Tests.Data;

public class CsvImageReaderTests
{
    [Fact]
    public void Read_HeaderOfMillionsOfColumns_TakesASmallMultipleOfItsLength()
    {
        byte[] file = [.. Enumerable.Repeat("a,"u8.ToArray(), 4_000_000).SelectMany(bytes => bytes), (byte)'b'];
        long before = GC.GetAllocatedBytesForCurrentThread();

        Action read = () => CsvImageReader.Read(new MemoryStream(file), "file");

        read.Should().Throw<InvalidDataException>().WithMessage("file, line 1: a row must have at most 2097152 columns, but has 4000001.");
        // Characters and ends of fields are in arrays that double, and that a pool may have or not.
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(24L * file.Length);
    }

    [Fact]
    public void Read_AnyImagesWrittenAnyWay_RoundTrips()
    {
        var files =
            from count in Gen.Choose(1, 6)
            from pixels in Gen.Choose(1, 10)
            from data in Gen.ArrayOf(Gen.Choose(0, 255), count * pixels)
            from labels in Gen.ArrayOf(Gen.Choose(0, 255), count)
            from labelColumn in Gen.Choose(0, pixels)
            from header in Gen.Elements(true, false)
            from separator in Gen.Elements(",", ", ", " ,\t", ";", " | ", "\t", "\t ")
            from number in Gen.Elements("{0}", "{0}.0", "00{0}.", "{0}e0", "\"{0}\"", "\" {0}.000\"", "+{0}E+00", "{0}00e-2")
            from lineEnd in Gen.Elements("\n", "\r\n", "\r", "\n\r\n", "\n \n")
            from ending in Gen.Elements(string.Empty, "\n", "\r\n", "\n\n \n")
            from mark in Gen.Elements(string.Empty, "\uFEFF")
            from gzip in Gen.Elements(true, false)
            select (count, pixels, data, labels, labelColumn, header, separator, number, lineEnd, ending, mark, gzip);

        Prop.ForAll(files.ToArbitrary(), file =>
        {
            var rows = new List<string>();
            if (file.header)
            {
                rows.Add(string.Join(file.separator, Enumerable.Range(0, file.pixels + 1).Select(i => $"\"c{i}\"")));
            }

            for (int i = 0; i < file.count; i++)
            {
                List<int> row = [.. file.data[(i * file.pixels)..((i + 1) * file.pixels)]];
                row.Insert(file.labelColumn, file.labels[i]);
                rows.Add(string.Join(file.separator, row.Select(value => string.Format(CultureInfo.InvariantCulture, file.number, value))));
            }

            byte[] content = Encoding.UTF8.GetBytes(file.mark + string.Join(file.lineEnd, rows) + file.ending);
            LabeledImages read = CsvImageReader.Read(
                new MemoryStream(file.gzip ? TempDirectory.Gzip(content) : content), "images", file.labelColumn);
            return read.Count == file.count
                && read.PixelsPerImage == file.pixels
                && read.Pixels.ToArray().Select(pixel => (int)pixel).SequenceEqual(file.data)
                && read.Labels.ToArray().Select(label => (int)label).SequenceEqual(file.labels);
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Read_File_GivesImages(bool gzip)
    {
        using var directory = new TempDirectory();
        byte[] content = "label,p0,p1,p2,p3\n5,0,1,2,3\n7,4,5,6,255\n"u8.ToArray();
        string path = directory.Write("images.csv", gzip ? TempDirectory.Gzip(content) : content);

        foreach (LabeledImages read in new[] { CsvImageReader.Read(path), CsvImageReader.Read(path, "label") })
        {
            read.Count.Should().Be(2);
            read.Height.Should().Be(2);
            read.Width.Should().Be(2);
            read.Labels.ToArray().Should().Equal(5, 7);
            read.GetImage(0).ToArray().Should().Equal(0, 1, 2, 3);
            read.GetImage(1).ToArray().Should().Equal(4, 5, 6, 255);
        }
    }

    [Fact]
    public void Read_StreamThatGivesLittleAtATime_GivesImagesAndStaysOpen()
    {
        var stream = new TrickleStream("5,0,1\r\n7,4,5\r\n"u8.ToArray());

        LabeledImages read = CsvImageReader.Read(stream, "images");

        read.Labels.ToArray().Should().Equal(5, 7);
        read.Pixels.ToArray().Should().Equal(0, 1, 4, 5);
        stream.IsDisposed.Should().BeFalse();
    }

    [Fact]
    public void Read_NoHeader_KeepsTheFirstRow()
    {
        Read("9,1,2,3,4\n8,5,6,7,8").Labels.ToArray().Should().Equal(9, 8);
        Read("9,1,2,3,4").Labels.ToArray().Should().Equal(9);
    }

    [Theory]
    [InlineData("label,a,b", true)]
    [InlineData("a,b,label", true)]
    [InlineData("\"label\",\"a\",\"NA\"", true)]
    [InlineData("étiquette,1x1,1x2", true)]
    [InlineData("1,2,3", false)]
    [InlineData(" 001 ,2\t,3e0", false)]
    [InlineData("\"1\",\"2\",\"3\"", false)]
    public void Read_DetectedHeader_CountsOrDoesNotCountAsARow(string first, bool isHeader)
    {
        Read($"{first}\n4,5,6\n").Count.Should().Be(isHeader ? 1 : 2);
    }

    [Theory]
    [InlineData("1,,3", 2, "")]
    [InlineData("1,0.5,3", 2, "0.5")]
    [InlineData("1,-2,3", 2, "-2")]
    [InlineData("1,2,256", 3, "256")]
    [InlineData("1,2,1e3", 3, "1e3")]
    [InlineData("nan,2,3", 1, "nan")]
    [InlineData("7,NA,3", 2, "NA")]
    [InlineData("7,3,null", 3, "null")]
    [InlineData("7,?,-", 2, "?")]
    [InlineData("NA,NA,NA", 1, "NA")]
    [InlineData("255.0000001,2,3", 1, "255.0000001")]
    public void Read_FirstRowOfNumbersThatAreNoPixels_IsRefusedNotTakenForAHeader(string first, int column, string field)
    {
        string what = column == 1 ? "label" : "pixel";
        string message = $"line 1, column {column}: the {what} must be a whole number from 0 to 255, but is \"{field}\".";
        AssertRefused($"{first}\n4,5,6\n", message);
        AssertRefused($"\n{first}\n4,5,6\n", message.Replace("line 1", "line 2"));
        AssertRefused($"4,5,6\n{first}\n", message.Replace("line 1", "line 2"));
    }

    /// <summary>A first row of words and numbers is neither dropped nor read: it may be a header, or a row with an error.</summary>
    [Theory]
    [InlineData("label,0,1", "label", 1, "0", 2)]
    [InlineData("5,1O,0", "1O", 2, "5", 1)]
    [InlineData("5,\"1,000\",0", "1,000", 2, "5", 1)]
    [InlineData("NA,7,0x10", "0x10", 3, "7", 2)]
    [InlineData("five,7,NA", "five", 1, "7", 2)]
    [InlineData("7,inf,8", "inf", 2, "7", 1)]
    [InlineData("7,1e400,8", "1e400", 2, "7", 1)]
    public void Read_FirstRowOfWordsAndNumbers_AsksWhatItIs(string first, string word, int wordColumn, string number, int numberColumn)
    {
        AssertRefused($"{first}\n4,5,6\n", Undecided(word, wordColumn, number, numberColumn));
        Read($"{first}\n4,5,6\n", 0, CsvHeader.Present).Labels.ToArray().Should().Equal(4);
        FluentActions.Invoking(() => Read($"{first}\n4,5,6\n", 0, CsvHeader.Absent))
            .Should().Throw<InvalidDataException>().WithMessage("file, line 1, column ?: the * must be a whole number from 0 to 255, *");
    }

    [Fact]
    public void Read_HeaderPresent_SkipsARowOfNumbers()
    {
        Read("0,1,2\n4,5,6\n", 0, CsvHeader.Present).Labels.ToArray().Should().Equal(4);
    }

    [Fact]
    public void Read_HeaderAbsent_RefusesAWordInTheFirstRow()
    {
        Action read = () => Read("label,1,2\n4,5,6\n", header: CsvHeader.Absent);

        read.Should().Throw<InvalidDataException>().WithMessage(
            "file, line 1, column 1: the label must be a whole number from 0 to 255, but is \"label\".");
    }

    [Fact]
    public void Read_LabelColumnByPosition_TakesTheOthersInOrder()
    {
        const string Text = "1,2,3,4\n5,6,7,8\n";

        Read(Text).Labels.ToArray().Should().Equal(1, 5);
        Read(Text).Pixels.ToArray().Should().Equal(2, 3, 4, 6, 7, 8);
        Read(Text, 2).Labels.ToArray().Should().Equal(3, 7);
        Read(Text, 2).Pixels.ToArray().Should().Equal(1, 2, 4, 5, 6, 8);
        Read(Text, ^1).Labels.ToArray().Should().Equal(4, 8);
        Read(Text, ^1).Pixels.ToArray().Should().Equal(1, 2, 3, 5, 6, 7);
    }

    [Fact]
    public void Read_LabelColumnOutside_SaysHowManyThereAre()
    {
        const string Message =
            "file, line 1: the label column must be one of the 3 columns (0 to 2, or from the end ^1 to ^3), but is ";

        ((Action)(() => Read("1,2,3", 3))).Should().Throw<InvalidDataException>().WithMessage(Message + "3.");
        ((Action)(() => Read("1,2,3", ^4))).Should().Throw<InvalidDataException>().WithMessage(Message + "^4.");
    }

    [Theory]
    [InlineData("first")]
    [InlineData("the \"middle\", quoted")]
    [InlineData("last")]
    public void Read_LabelColumnByName_TakesThatColumn(string name)
    {
        const string Text = "\uFEFF first ,a, \"the \"\"middle\"\", quoted\" ,b,\"last\"\r\n1,2,3,4,5\r\n";

        LabeledImages read = CsvImageReader.Read(TextStream(Text), "file", name);

        byte[] row = [1, 2, 3, 4, 5];
        byte label = name switch { "first" => 1, "last" => 5, _ => 3 };
        read.Labels.ToArray().Should().Equal(label);
        read.Pixels.ToArray().Should().Equal(row.Where(value => value != label));
    }

    [Theory]
    [InlineData("1,2,3\n", "the header must name the label column \"label\", but names \"1\", \"2\", \"3\".")]
    [InlineData("Label,a,b\n1,2,3\n", "the header must name the label column \"label\", but names \"Label\", \"a\", \"b\".")]
    [InlineData(
        "a,b,c,d,e,f,g,h,i\n",
        "the header must name the label column \"label\", but names \"a\", \"b\", \"c\", \"d\", \"e\", \"f\", \"g\", \"h\", "
            + "… (9 in all).")]
    [InlineData(
        "label,a,label\n1,2,3\n",
        "the header must name the label column \"label\" once, but columns 1 and 3 have that name.")]
    public void Read_LabelNameNotToBeFound_SaysWhatThereIs(string text, string message)
    {
        Action read = () => CsvImageReader.Read(TextStream(text), "file", "label");

        read.Should().Throw<InvalidDataException>().Which.Message.Should().Be($"file, line 1: {message}");
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\r\n  \n")]
    [InlineData("\uFEFF")]
    public void Read_NoRowAtAll_SaysTheFileIsEmpty(string text)
    {
        AssertRefused(text, "there must be rows of numbers, but the file is empty.");
    }

    [Theory]
    [InlineData("label,a,b")]
    [InlineData("label,a,b\r\n\r\n")]
    public void Read_HeaderOnly_SaysSo(string text)
    {
        AssertRefused(text, "there must be rows of numbers, but there is only a header.");
    }

    [Theory]
    [InlineData("label,a,b\n1,2,3\n1,2\n", "line 3: a row must have 3 fields like the first one, but has 2.")]
    [InlineData("1,2,3\n1,2,3,4\n", "line 2: a row must have 3 fields like the first one, but has 4.")]
    [InlineData("1,2,3\n\n1,2,3,\n", "line 3: a row must have 3 fields like the first one, but has 4.")]
    [InlineData("1,2,3\nx\n", "line 2: a row must have 3 fields like the first one, but has 1.")]
    [InlineData("1,2,3\n1,2,\n", "line 2, column 3: the pixel must be a whole number from 0 to 255, but is \"\".")]
    [InlineData("1,2,3\r1, two ,3\r", "line 2, column 2: the pixel must be a whole number from 0 to 255, but is \"two\".")]
    [InlineData("1,2,3\n1,2 2,3\n", "line 2, column 2: the pixel must be a whole number from 0 to 255, but is \"2 2\".")]
    [InlineData("1,2,3\n1,2,3x\n", "line 2, column 3: the pixel must be a whole number from 0 to 255, but is \"3x\".")]
    [InlineData("1,2,3\n1,\"2.5\",3\n", "line 2, column 2: the pixel must be a whole number from 0 to 255, but is \"2.5\".")]
    [InlineData("1,2,3\n1,4294967297,3\n", "line 2, column 2: the pixel must be a whole number from 0 to 255, but is \"4294967297\".")]
    [InlineData(
        "1,2,3\n1,abcdefghijklmnopqrstuvwxyz,3\n",
        "line 2, column 2: the pixel must be a whole number from 0 to 255, but is \"abcdefghijklmnopqrstuvwx…\".")]
    [InlineData(
        "1,2,3\n1,\u0001\u001b[2J,3\n",
        "line 2, column 2: the pixel must be a whole number from 0 to 255, but is \"\\u0001\\u001b[2J\".")]
    [InlineData(
        "label,\"a\nb\",c\r\n\r\n1,2,3\n1,2,x\n", "line 5, column 3: the pixel must be a whole number from 0 to 255, but is \"x\".")]
    [InlineData("sep=;\n1;2\n1;x\n", "line 3, column 2: the pixel must be a whole number from 0 to 255, but is \"x\".")]
    [InlineData("2;3\n1;2,5\n", "line 2, column 2: the pixel must be a whole number from 0 to 255, but is \"2,5\".")]
    [InlineData("7\n8\n", "line 1: a row must have a label and at least 1 pixel, but has 1 field: \"7\".")]
    [InlineData("label\n8\n", "line 1: a row must have a label and at least 1 pixel, but has 1 field: \"label\".")]
    [InlineData(
        "label,\"a\n1,2\n", "line 1, column 2: a quote that is opened must be closed, but that of \"\"a\\u000a1,2\\u000a\" is not.")]
    [InlineData(
        "\"label\"x,a\n1,2\n", "line 1, column 1: a quote must open or close a whole field, or be doubled inside of one (RFC 4180), but "
            + "\"\"label\"x\" has one elsewhere.")]
    public void Read_WrongRow_NamesLineColumnAndText(string text, string message)
    {
        AssertRefused(text, message);
    }

    [Theory]
    [InlineData(1, null, null, 1, 1)]
    [InlineData(9, null, null, 3, 3)]
    [InlineData(784, null, null, 28, 28)]
    [InlineData(6, null, null, 1, 6)]
    [InlineData(6, 2, 3, 2, 3)]
    [InlineData(6, 3, null, 3, 2)]
    [InlineData(6, null, 6, 1, 6)]
    [InlineData(9, 1, 9, 1, 9)]
    public void Read_Shape_IsAskedForOrDerived(int pixels, int? height, int? width, int expectedHeight, int expectedWidth)
    {
        LabeledImages read = CsvImageReader.Read(TextStream(Row(pixels)), "file", height: height, width: width);

        (read.Height, read.Width).Should().Be((expectedHeight, expectedWidth));
    }

    [Theory]
    [InlineData(783, 28, 28, "28 x 28 = 784")]
    [InlineData(6, 4, null, "a multiple of the height, 4")]
    [InlineData(6, null, 7, "a multiple of the width, 7")]
    [InlineData(6, 7, null, "a multiple of the height, 7")]
    [InlineData(6, 65536, 65536, "65536 x 65536 = 4294967296")]
    public void Read_ShapeThatDoesNotFit_SaysNeededAndActual(int pixels, int? height, int? width, string required)
    {
        Action read = () => CsvImageReader.Read(TextStream(Row(pixels)), "file", height: height, width: width);

        read.Should().Throw<InvalidDataException>()
            .WithMessage($"file, line 1: the number of pixel columns must be {required}, but is {pixels}.");
    }

    [Fact]
    public void Read_RowsLongerThanTheBuffer_GivesAllPixels()
    {
        const int Pixels = 100_000;
        string row = string.Concat(Enumerable.Repeat(",255", Pixels));

        LabeledImages read = Read($"1{row}\n2{row}\r\n3{row}");

        read.Labels.ToArray().Should().Equal(1, 2, 3);
        read.Pixels.Length.Should().Be(3 * Pixels);
        read.Pixels.Span.IndexOfAnyExcept((byte)255).Should().Be(-1);
    }

    [Fact]
    public void Read_ManyRows_GivesAllOfThemAndKeepsNoSpareMemory()
    {
        const int Count = 50_000;
        string text = string.Concat(Enumerable.Range(0, Count).Select(i => $"{i % 10},{i % 256},{i / 256}\n"));

        LabeledImages read = Read(text);

        read.Count.Should().Be(Count);
        read.Pixels.Length.Should().Be(2 * Count);
        Enumerable.Range(0, Count).Should().OnlyContain(i => Matches(read, i));
    }

    [Fact]
    public void Read_NoLineEndForVeryLong_IsRefused()
    {
        byte[] text = new byte[40 << 20];
        Array.Fill(text, (byte)'1');

        Action read = () => CsvImageReader.Read(new MemoryStream(text), "file");

        read.Should().Throw<InvalidDataException>()
            .WithMessage("file, line 1: a row must be at most 16 million characters long, but one from here on is longer.*");
    }

    [Fact]
    public void Read_GzipCutAtAnyByte_ThrowsInvalidData()
    {
        byte[] file = TempDirectory.Gzip("label,a,b\n1,2,3\n4,5,6\n7,8,9\n"u8);
        for (int length = 0; length < file.Length; length++)
        {
            var cut = new MemoryStream(file[..length]);
            Assert.Throws<InvalidDataException>(() => CsvImageReader.Read(cut, "file"));
        }
    }

    [Fact]
    public void Read_NoSuchFile_ThrowsFileNotFound()
    {
        using var directory = new TempDirectory();

        ((Action)(() => CsvImageReader.Read(directory.File("absent")))).Should().Throw<FileNotFoundException>();
        ((Action)(() => CsvImageReader.Read(directory.File("absent"), "label"))).Should().Throw<FileNotFoundException>();
    }

    [Fact]
    public void Read_WrongFile_NamesThePathAndIsClosedAgain()
    {
        using var directory = new TempDirectory();
        string path = directory.Write("wrong.csv", "1,2\n1\n"u8.ToArray());

        ((Action)(() => CsvImageReader.Read(path))).Should().Throw<InvalidDataException>()
            .WithMessage($"{path}, line 2: a row must have 2 fields like the first one, but has 1.");
        using FileStream exclusive = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
    }

    [Fact]
    public void Read_WrongArguments_ThrowsArgumentException()
    {
        ((Action)(() => CsvImageReader.Read(null!))).Should().Throw<ArgumentNullException>();
        ((Action)(() => CsvImageReader.Read("file", string.Empty))).Should().Throw<ArgumentException>();
        ((Action)(() => CsvImageReader.Read(null!, "file", "label"))).Should().Throw<ArgumentNullException>();
        ((Action)(() => CsvImageReader.Read(Stream.Null, string.Empty, 0))).Should().Throw<ArgumentException>();
        ((Action)(() => Read("1,2", header: (CsvHeader)3)))
            .Should().Throw<ArgumentOutOfRangeException>().WithParameterName("header");
        ((Action)(() => CsvImageReader.Read(Stream.Null, "file", height: 0)))
            .Should().Throw<ArgumentOutOfRangeException>().WithParameterName("height");
        ((Action)(() => CsvImageReader.Read(Stream.Null, "file", "label", width: -1)))
            .Should().Throw<ArgumentOutOfRangeException>().WithParameterName("width");
    }

    private static bool Matches(LabeledImages images, int i) =>
        images.Labels.Span[i] == i % 10 && images.GetImage(i)[0] == i % 256 && images.GetImage(i)[1] == i / 256;

    private static LabeledImages Read(string text, Index? labelColumn = null, CsvHeader header = CsvHeader.Detect) =>
        CsvImageReader.Read(TextStream(text), "file", labelColumn, header);

    private static MemoryStream TextStream(string text) => new(Encoding.UTF8.GetBytes(text));

    private static string Row(int pixels) => "1" + string.Concat(Enumerable.Repeat(",0", pixels));

    private static string Undecided(string word, int wordColumn, string number, int numberColumn) =>
        $"line 1: it must be clear whether the first row is a header, but it has the word \"{word}\" above the numbers of column "
            + $"{wordColumn}, as a header has, and the number \"{number}\" above those of column {numberColumn}, as a row of data has. "
            + "Say CsvHeader.Present or CsvHeader.Absent.";

    private static void AssertRefused(string text, string message)
    {
        Action read = () => Read(text);
        read.Should().Throw<InvalidDataException>().Which.Message.Should().Be($"file{(message.StartsWith("line") ? ", " : ": ")}{message}");
    }
}
