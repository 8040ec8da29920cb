using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using NeuralNets.Core.Data.Csv;

namespace NeuralNets.Core.Tests.Data.Csv;

public sealed class CsvRowsTests
{
    public static TheoryData<string, string> Texts => new()
    {
        { "", "" },
        { "\n \n\t\r\n", "" },
        { "a", "1:a" },
        { "a,b\nc,d", "1:a|b 2:c|d" },
        { "a,b\r\nc,d\r\n", "1:a|b 2:c|d" },
        { "a,b\rc,d\r", "1:a|b 2:c|d" },
        { "a,b\rc,d\ne,f\r\ng,h\r\r\ni,j", "1:a|b 2:c|d 3:e|f 4:g|h 6:i|j" },
        { "\na,b\n\n\r\nc,d\n\n", "2:a|b 5:c|d" },
        { ",,\na,,b\n , \t,\nc,d,e\n", "2:a||b 4:c|d|e" },
        { " a ,\tb\t, \" c \" ,d e\n", "1:a|b| c |d e" },
        { "\"a\",\"b,c\",\"\"\n", "1:a|b,c|" },
        { "\"a \"\"b\"\" c\",\"\"\"\",\"\"\"\"\"\"\n", "1:a \"b\" c|\"|\"\"" },
        { "\"a\nb\",c\nd,\"e\r\nf\"\ng,h\n", "1:a\nb|c 3:d|e\r\nf 5:g|h" },
        { "a,b\n\"c\",\"d\"", "1:a|b 2:c|d" },
        { "a,b,\nc,d,", "1:a|b| 2:c|d|" },
        { "\uFEFFa,b\nc,d", "1:a|b 2:c|d" },
        { "sep=;\na,b;c\n", "2:a,b|c" },
        { "SEP=|\r\na|b\r\n", "2:a|b" },
        { "sep=,", "" },
        { "sep=;;\na;b;\n", "1:sep=|| 2:a|b|" },
        { "a;b\n1,5;2,5\n", "1:a|b 2:1,5|2,5" },
        { "a\tb\n1\t \n", "1:a|b 2:1|" },
        { "é,日本\n𝕏,\"ä\"\n", "1:é|日本 2:𝕏|ä" },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public void Read_Text_GivesRowsWithTheirLines(string text, string expected) => All(Encoding.UTF8.GetBytes(text)).Should().Be(expected);

    [Theory]
    [MemberData(nameof(Texts))]
    public void Read_TextThatComesByteForByte_GivesTheSame(string text, string expected) =>
        All(new TrickleStream(Encoding.UTF8.GetBytes(text))).Should().Be(expected);

    [Theory]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    [InlineData("utf-32")]
    [InlineData("utf-32BE")]
    [InlineData("utf-8")]
    public void Read_EncodingWithMark_GivesTheSame(string name)
    {
        var encoding = Encoding.GetEncoding(name);
        byte[] text = [.. encoding.GetPreamble(), .. encoding.GetBytes("é,b\n1,\"日\n\"\n𝕏,4")];

        All(text).Should().Be("1:é|b 2:1|日\n 4:𝕏|4");
        All(TempDirectory.Gzip(text)).Should().Be("1:é|b 2:1|日\n 4:𝕏|4");
    }

    [Theory]
    [InlineData("a,\"b\nc,d\n", "line 1, column 2: a quote that is opened must be closed, but that of \"\"b\\u000ac,d\\u000a\" is not.")]
    [InlineData("a,b\nc,\"\n", "line 2, column 2: a quote that is opened must be closed, but that of \"\"\\u000a\" is not.")]
    [InlineData("a,b\nc,\"\"\"", "line 2, column 2: a quote that is opened must be closed, but that of \"\"\"\"\" is not.")]
    [InlineData("a,\"b\" c\n", "line 1, column 2: a quote must open or close a whole field, or be doubled inside of one (RFC 4180), but "
        + "\"\"b\" c\" has one elsewhere.")]
    [InlineData("x,y\n5\",b\n6\",c\n", "line 2, column 1: a quote must open or close a whole field, or be doubled inside of one "
        + "(RFC 4180), but \"5\",b\\u000a6\"\" has one elsewhere.")]
    [InlineData("x,y\na,5\"\"\n", "line 2, column 2: a quote must open or close a whole field, or be doubled inside of one (RFC 4180), "
        + "but \"5\"\"\" has one elsewhere.")]
    public void Read_QuoteOutOfPlace_IsRefusedWithItsPlaceThoughNobodyAsksForTheField(string text, string message)
    {
        using CsvRows rows = Open(Encoding.UTF8.GetBytes(text));

        FluentActions.Invoking(() =>
        {
            while (rows.Read())
            {
            }
        }).Should().Throw<InvalidDataException>().Which.Message.Should().Be($"file, {message}");
    }

    [Fact]
    public void Read_RowOfSixteenMillionCharacters_IsRefused()
    {
        byte[] text = [.. "a,b\n"u8, .. Enumerable.Repeat((byte)'1', (1 << 24) + 2)];

        Refusal(text).Should().StartWith("file, line 2: a row must be at most 16 million characters long");
        Refusal([.. "a,b\n1,\"2\n"u8, .. Enumerable.Repeat((byte)'\n', 1 << 24)]).Should()
            .StartWith("file, line 2: a row must be at most 16 million characters long")
            .And.EndWith("A quote may have been opened and not closed.");
    }

    [Fact]
    public void Read_MoreColumnsThanThereMayBe_IsRefused()
    {
        byte[] text = new byte[CsvRows.MaxColumns];
        Array.Fill(text, (byte)',');
        text[0] = (byte)'1';

        using (CsvRows rows = Open(text[1..]))
        {
            rows.Read().Should().BeFalse("all fields are empty");
            rows.ColumnCount.Should().Be(CsvRows.MaxColumns);
        }

        Refusal([.. text, (byte)',']).Should().Be("file, line 1: a row must have at most 2097152 columns, but has 2097153.");
    }

    /// <summary>A comma is never passed over: 2,5 is not 25.</summary>
    [Theory]
    [InlineData("2,5")]
    [InlineData("1,000")]
    [InlineData("1,000.5")]
    [InlineData("(5)")]
    [InlineData("$5")]
    [InlineData("1e1,0")]
    [InlineData("5-")]
    public void TryParse_DecimalCommaWithoutCulture_IsNoNumber(string text)
    {
        using CsvRows rows = Open(Encoding.UTF8.GetBytes($"{text};\"{text}\"\n"), ';');
        rows.Read().Should().BeTrue();

        rows.TryParse(0, out _).Should().BeFalse();
        rows.TryParse(1, out _).Should().BeFalse();
    }

    /// <summary>However a number is written, it is the one that <see cref="double.Parse(string)"/> reads, to the bit, or
    /// none.</summary>
    [Fact]
    public void TryParse_NumberInAnySpelling_IsThatOfDoubleParse()
    {
        Gen<string> digits = Gen.OneOf(
            Gen.Choose(0, 40).SelectMany(count => Gen.Choose('0', '9').ArrayOf(count)
                .Select(all => string.Concat(all.Select(c => (char)c)))),
            Gen.Elements(
                "0", "1", "5", "255", "0000000000000000000000000000000001", "999999999999999", "9007199254740993", "18446744073709551616"));
        Gen<string> numbers =
            from start in Gen.Elements("", "", "", "-", "+", "--", " ", "(", "$", "0x")
            from whole in digits
            from point in Gen.Elements("", ".", ".", ",", "..", "_", "'")
            from fraction in digits
            from exponent in Gen.Frequency(
                (3, Gen.Constant("")),
                (3, Gen.Choose(-345, 330).SelectMany(e => Gen.Elements("e", "E").Select(letter => $"{letter}{e}"))),
                (1, Gen.Elements(
                    "e", "E+05", "e+", "e-0", "e0005", "e99999999999", "e-99999999999", "f", "d", "%", "e 5", " ", "\u00a0", "۵")))
            select start + whole + point + fraction + exponent;
        Gen<string> doubles = ArbMap.Default.GeneratorFor<double>().SelectMany(value => Gen.Elements("R", "E17", "E3", "F5", "G15", "E20")
            .Select(format => value.ToString(format, CultureInfo.InvariantCulture)));
        Gen<string> halves =
            from bits in ArbMap.Default.GeneratorFor<ulong>()
            let low = BitConverter.UInt64BitsToDouble(bits & 0x7fe_ffff_ffff_ffff)
            select ((decimal)(float)(low % 1000) + 0.00000000000000001m).ToString(CultureInfo.InvariantCulture);
        Gen<string> words = Gen.Elements(
            "", "NaN", "nan", "Infinity", "-Infinity", "∞", "inf", "1e400", "-1e400", ".", "-", "+", "e5", ".e5", "5.", ".5", "-.5", "+5",
            "-0", "0x10", "1_000", "1 000", "5\u0000", "infinity1", "nan0", "٥", "1e-400", "4.9e-324", "2.4703282292062327e-324",
            "2.4703282292062328e-324", "1.7976931348623157e308", "1.7976931348623159e308", "9007199254740993",
            "9007199254740992.99999999999999999");

        Prop.ForAll(Gen.OneOf(numbers, doubles, halves, words).ToArbitrary(), text =>
        {
            foreach (string field in (string[])[text, $" {text}\t", $"\"{text}\""])
            {
                using CsvRows rows = Open(Encoding.UTF8.GetBytes($"x|{field.Replace('\0', ' ')}\n"), '|');
                rows.Read().Should().BeTrue();
                bool isNumber = double.TryParse(
                    text.Trim(' ', '\t'), NumberStyles.Float, CultureInfo.InvariantCulture, out double expected);
                isNumber &= double.IsFinite(expected);
                bool isRead = rows.TryParse(1, out double value);
                isRead.Should().Be(isNumber, field);
                if (isNumber)
                {
                    BitConverter.DoubleToUInt64Bits(value).Should().Be(BitConverter.DoubleToUInt64Bits(expected), field);
                }
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
    }

    [Theory]
    [InlineData("1,5", 1.5)]
    [InlineData("1.234,5", null)]
    [InlineData("\u2212,5", -0.5)]
    [InlineData("1.5", null)]
    [InlineData("12", 12.0)]
    [InlineData("1,5e3", 1500.0)]
    [InlineData("NaN", null)]
    [InlineData("∞", null)]
    public void TryParse_DecimalComma_IsReadAsTheCultureSays(string text, double? expected)
    {
        using var rows = new CsvRows(
            CsvText.Read(new StringReader($"x;{text};\"{text}\"\n"), "file", ';'), ForeignCulture.Create());
        rows.Read().Should().BeTrue();

        foreach (int column in (int[])[1, 2])
        {
            rows.TryParse(column, out double value).Should().Be(expected is not null);
            value.Should().Be(expected ?? value);
        }
    }

    private static string All(byte[] text) => All(new MemoryStream(text));

    private static string All(Stream text)
    {
        using var rows = new CsvRows(CsvText.Read(NeuralNets.Core.Data.ByteSource.Wrap(text, "file"), null, null));
        var all = new List<string>();
        while (rows.Read())
        {
            all.Add($"{rows.Line}:{string.Join('|', Enumerable.Range(0, rows.ColumnCount).Select(i => rows.Field(i).ToString()))}");
        }

        return string.Join(' ', all);
    }

    private static CsvRows Open(byte[] text, char? separator = null) =>
        new(CsvText.Read(NeuralNets.Core.Data.ByteSource.Wrap(new MemoryStream(text), "file"), separator, null));

    private static string Refusal(byte[] text)
    {
        using CsvRows rows = Open(text);
        return FluentActions.Invoking(() =>
        {
            while (rows.Read())
            {
            }
        }).Should().Throw<InvalidDataException>().Which.Message;
    }
}
