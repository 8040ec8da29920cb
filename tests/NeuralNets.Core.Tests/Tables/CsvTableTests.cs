using System.Globalization;
using System.Text;
using NeuralNets.Core.Data;
using NeuralNets.Core.Tables;
using NeuralNets.Core.Tests.Data;

namespace NeuralNets.Core.Tests.Tables;

public sealed class CsvTableTests
{
    [Fact]
    public void Read_NumbersTextsAndGaps_FindsKindsFromAllRows()
    {
        Table table = Read("age,sex,code\n31,f,1\n,m,2\n27.5,?,x3\n1e2,NA,4\n");

        table.RowCount.Should().Be(4);
        table["age"].Numbers.ToArray().Should().Equal(31, double.NaN, 27.5, 100);
        Texts(table["sex"]).Should().Equal("f", "m", null, null);
        Texts(table["code"]).Should().Equal("1", "2", "x3", "4");
        table["code"].IsNumeric.Should().BeFalse();
        table["sex"].MissingCount.Should().Be(2);
    }

    /// <summary>The text comes last, after numbers whose spelling must not be lost.</summary>
    [Fact]
    public void Read_TextAfterManyNumbers_KeepsTheirSpelling()
    {
        string[] spelled = [.. Enumerable.Range(0, 3000).Select(i => $"0{i}.50")];
        Table table = Read("id,n\n" + string.Concat(spelled.Select(text => $"{text},1\n")) + "end,2\n");

        Texts(table["id"]).Should().Equal([.. spelled, "end"]);
        table["n"].Numbers[3000].Should().Be(2);
    }

    [Theory]
    [InlineData(",")]
    [InlineData(";")]
    [InlineData("\t")]
    [InlineData("|")]
    public void Read_Separator_IsFound(string separator)
    {
        Table table = Read($"name{separator}a value\n\"x{separator}\ny\"{separator}1.5\nz{separator}2\n");

        Texts(table["name"]).Should().Equal($"x{separator}\ny", "z");
        table["a value"].Numbers.ToArray().Should().Equal(1.5, 2);
    }

    [Fact]
    public void Read_SeparatorLineOfExcel_IsNoRow()
    {
        Table table = Read("sep=;\r\na;b\r\n1,0;2\r\n3,5;4\r\n", new CsvOptions { Culture = Comma() });

        table["a"].Numbers.ToArray().Should().Equal(1, 3.5);
        table["b"].Numbers.ToArray().Should().Equal(2, 4);
    }

    [Fact]
    public void Read_DecimalCommaWithSemicolons_SeparatesAtTheSemicolons()
    {
        Table table = Read("1,5;2,5\n3,5;4,5\n", new CsvOptions { Culture = Comma() });

        table["column1"].Numbers.ToArray().Should().Equal(1.5, 3.5);
        table["column2"].Numbers.ToArray().Should().Equal(2.5, 4.5);
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    [InlineData("utf-32")]
    [InlineData("utf-32BE")]
    public void Read_ByteOrderMark_TellsTheEncoding(string name)
    {
        var encoding = Encoding.GetEncoding(name);
        byte[] bytes = [.. encoding.GetPreamble(), .. encoding.GetBytes("größe,land\n1,Österreich\n2,日本\n")];

        Table table = CsvTable.Read(new MemoryStream(bytes), "file");

        table.Columns.Select(column => column.Name).Should().Equal("größe", "land");
        Texts(table["land"]).Should().Equal("Österreich", "日本");
    }

    [Fact]
    public void Read_Latin1_MustBeTold()
    {
        byte[] bytes = Encoding.Latin1.GetBytes("größe,land\n1,Österreich\n");

        Texts(CsvTable.Read(new MemoryStream(bytes), "file", new CsvOptions { Encoding = Encoding.Latin1 })["land"])
            .Should().Equal("Österreich");
        FluentActions.Invoking(() => CsvTable.Read(new MemoryStream(bytes), "file")).Should().Throw<InvalidDataException>()
            .WithMessage("file: the text must be UTF-8*line 1*f6*Encoding.Latin1.");
    }

    [Fact]
    public void Read_Utf16WithoutMark_IsNamed() => FluentActions
        .Invoking(() => CsvTable.Read(new MemoryStream(Encoding.Unicode.GetBytes("a,b\n1,2\n")), "file"))
        .Should().Throw<InvalidDataException>().WithMessage("*NUL*UTF-16*Save it as UTF-8.");

    [Theory]
    [InlineData("PK\u0003\u0004....", "*ZIP archive*Save it as CSV.")]
    [InlineData("PAR1....", "*Parquet*Save it as CSV.")]
    public void Read_OtherFormat_IsNamed(string start, string message) => FluentActions
        .Invoking(() => Read(start)).Should().Throw<InvalidDataException>().WithMessage(message);

    [Theory]
    [InlineData("a,b\r\n1,2\r\n3,4\r\n")]
    [InlineData("a,b\r1,2\r3,4\r")]
    [InlineData("a,b\n1,2\n3,4")]
    [InlineData("\n\na,b\n\n1,2\n,\n3,4\n\n , \n\n")]
    [InlineData(" a , b \n 1 ,\t2\n3,4 \n")]
    [InlineData("\"a\",\"b\"\n\"1\",\"2\"\n3,\"4\"\n")]
    public void Read_LineEndsBlankRowsBlanksAndQuotes_DoNotMatter(string text)
    {
        Table table = Read(text);

        table["a"].Numbers.ToArray().Should().Equal(1, 3);
        table["b"].Numbers.ToArray().Should().Equal(2, 4);
    }

    [Fact]
    public void Read_QuotedBlanksAndQuotes_BelongToTheField() =>
        Texts(Read("n,t\n1,\" x \"\n2,\"say \"\"hi\"\"\"\n3,\"\"\n")["t"]).Should().Equal(" x ", "say \"hi\"", null);

    [Theory]
    [InlineData("a,b\n1,x\"y\n2,z\n", "file, line 2, column 2: a quote must open or close a whole field*")]
    [InlineData("a,b\n1,\"x\"y\n", "file, line 2, column 2: a quote must open or close a whole field*")]
    [InlineData("a,b\n1,x\n2,\"open\n3,y\n", "file, line 3, column 2: a quote that is opened must be closed*")]
    [InlineData("a,b\n1,2\n1,2,3\n", "file, line 3: a row must have 2 fields like the first one, but has 3.")]
    [InlineData("a,b\n1,2\n# half way\n", "file, line 3: a row must have 2 fields*but has 1. The row looks like a comment*")]
    [InlineData("a,b\n\"x\ny\",2\n1\n", "file, line 4: a row must have 2 fields*")]
    [InlineData("sep=,\na,b\n1\n", "file, line 3: a row must have 2 fields*")]
    [InlineData("a,a\n1,2\n", "file, line 1: columns must have different names, but columns 1 and 2 are both called \"a\".")]
    [InlineData("", "file: there must be rows, but the file is empty.")]
    [InlineData("\n \n,,\n", "file: there must be rows, but the file is empty.")]
    public void Read_NotATable_SaysWhere(string text, string message) => FluentActions.Invoking(() => Read(text))
        .Should().Throw<InvalidDataException>().WithMessage(message);

    /// <summary>No row is taken for a header on suspicion, and no header for a row.</summary>
    [Theory]
    [InlineData("5,0,NA\n6,1,2\n", 2)]
    [InlineData("5,0,?\n6,1,2\n", 2)]
    [InlineData("1,2\n", 1)]
    [InlineData("x,1\ny,2\n", 2)]
    [InlineData("NA,NA\n1,2\n", 2)]
    [InlineData("a,b\n1,2\n", 1)]
    [InlineData("a,b\nx,2\n", 1)]
    [InlineData("a,\n1,2\n", 1)]
    public void Read_HeaderThatCanBeKnown_IsFound(string text, int rows) => Read(text).RowCount.Should().Be(rows);

    [Theory]
    [InlineData("5,1O,0\n6,1,2\n7,1,2\n", "file, line 1: it must be clear whether the first row is a header*\"1O\"*column 2*\"5\"*")]
    [InlineData("5,-,0\n6,1,2\n", "*\"-\"*")]
    [InlineData("5,\"1,000\",0\n6,1,2\n", "*\"1,000\"*")]
    [InlineData("5,0x10,0\n6,1,2\n", "*\"0x10\"*CsvHeader.Present or CsvHeader.Absent.")]
    [InlineData("year,2019,2020\n1,2,3\n", "*\"year\"*\"2019\"*")]
    [InlineData("name,colour\nx,red\ny,blue\n", "*no column below it has numbers only*")]
    [InlineData("a,b\n", "*no column below it has numbers only*")]
    public void Read_HeaderThatCannotBeKnown_IsAskedFor(string text, string message)
    {
        FluentActions.Invoking(() => Read(text)).Should().Throw<InvalidDataException>().WithMessage(message);

        int rows = text.Count(character => character == '\n');
        Read(text, new CsvOptions { Header = CsvHeader.Absent }).RowCount.Should().Be(rows);
        if (rows > 1)
        {
            Read(text, new CsvOptions { Header = CsvHeader.Present }).RowCount.Should().Be(rows - 1);
        }
    }

    [Fact]
    public void Read_HeaderIsPresentAndNothingElse_Throws() => FluentActions
        .Invoking(() => Read("a,b\n", new CsvOptions { Header = CsvHeader.Present })).Should().Throw<InvalidDataException>()
        .WithMessage("file: there must be rows, but there is only a header.");

    [Fact]
    public void Read_FirstRowIsData_KeepsItInFront()
    {
        Table table = Read("x,1,NA,007\ny,2,3,a\n");

        Texts(table["column1"]).Should().Equal("x", "y");
        table["column2"].Numbers.ToArray().Should().Equal(1, 2);
        table["column3"].Numbers.ToArray().Should().Equal(double.NaN, 3);
        Texts(table["column4"]).Should().Equal("007", "a");
    }

    [Fact]
    public void Read_NameThatIsMissing_IsMadeUp() =>
        Read(",b\n1,2\n").Columns.Select(column => column.Name).Should().Equal("column1", "b");

    [Fact]
    public void Read_InfinityAndNaN_AreNoNumbers()
    {
        Table table = Read("a,b,c,d\n1,1,1,1\nnan,inf,1e999,-Infinity\n");

        table["a"].Numbers.ToArray().Should().Equal(1, double.NaN);
        foreach (string name in (string[])["b", "c", "d"])
        {
            table[name].IsNumeric.Should().BeFalse();
            table[name].Mixture.Should().StartWith("1 of the values are numbers, but line 3 has ");
        }
    }

    [Theory]
    [InlineData("1,5")]
    [InlineData("1,000")]
    [InlineData("12_3")]
    [InlineData("0x10")]
    [InlineData("5d")]
    [InlineData("$5")]
    [InlineData("(5)")]
    [InlineData("5%")]
    [InlineData("1 000")]
    [InlineData("--1")]
    [InlineData("1e")]
    [InlineData("e5")]
    [InlineData(".")]
    [InlineData("+")]
    [InlineData("1.2.3")]
    public void Read_AlmostANumber_IsNone(string text)
    {
        Read($"a;n\n1;1\n{text};2\n")["a"].IsNumeric.Should().BeFalse();
        Read($"a;n\n1;1\n\"{text}\";2\n")["a"].IsNumeric.Should().BeFalse();
    }

    [Fact]
    public void Read_TruthValues_HaveOneSpelling() => Texts(Read("a,n\nTRUE,1\nFalse,2\n,3\n")["a"]).Should().Equal("true", "false", null);

    [Fact]
    public void Read_Options_ChooseColumnsAndKeepTexts()
    {
        Table table = Read("zip,n,x\n01234,1,a\n1234,2,b\n", new CsvOptions { TextColumns = ["zip"], Columns = ["zip", "n"] });

        table.Columns.Select(column => column.Name).Should().Equal("zip", "n");
        Texts(table["zip"]).Should().Equal("01234", "1234");
        FluentActions.Invoking(() => Read("a,b\n1,2\n", new CsvOptions { Columns = ["c"] })).Should().Throw<InvalidDataException>()
            .WithMessage("file: there must be a column \"c\", which the options name, but there are \"a\", \"b\".");
    }

    [Fact]
    public void Read_MarksOfMissingValues_AreTheCallers()
    {
        Table table = Read("a,b\n-999,\n1,none\n", new CsvOptions { MissingMarks = ["-999", "none"] });

        table["a"].Numbers.ToArray().Should().Equal(double.NaN, 1);
        Texts(table["b"]).Should().Equal("", null);
    }

    [Theory]
    [InlineData('"')]
    [InlineData('\n')]
    [InlineData('5')]
    public void Read_SeparatorThatCannotBe_Throws(char separator) => FluentActions
        .Invoking(() => Read("a,b\n1,2\n", new CsvOptions { Separator = separator })).Should().Throw<ArgumentException>();

    [Fact]
    public void Read_StreamTextReaderFileAndGzip_AreTheSame()
    {
        const string Text = "a,b\n1,x\n2,y\nz,w\n"; // a second reading is needed
        byte[] bytes = Encoding.UTF8.GetBytes(Text);
        using var directory = new TempDirectory();
        var stream = new MemoryStream(bytes);
        using var pipe = new TrickleStream(bytes);
        var options = new CsvOptions { Header = CsvHeader.Present };
        Table[] tables =
        [
            CsvTable.Read(stream, "file", options),
            CsvTable.Read(new StringReader(Text), "file", options),
            CsvTable.Read(pipe, "file", options),
            CsvTable.Read(directory.Write("a.csv", bytes), options),
            CsvTable.Read(directory.Write("a.csv.gz", TempDirectory.Gzip(bytes)), options),
        ];

        foreach (Table table in tables)
        {
            Texts(table["a"]).Should().Equal("1", "2", "z");
            Texts(table["b"]).Should().Equal("x", "y", "w");
        }

        stream.Invoking(open => open.Position = 0).Should().NotThrow("it stays open");
    }

    /// <summary>Sep's parser of numbers is not the library's, so what it says is held against that of .NET.</summary>
    [Fact]
    public void Read_Numbers_HaveTheBitsOfTheExactParser()
    {
        var random = new Random(1);
        string[] formats = ["R", "E17", "F5", "G10", "E3", "N2", "0.000000000000000000000000"];
        string[] spelled = [.. Enumerable.Range(0, LocalRun.Cases(5_000, 500_000)).Select(i =>
        {
            double number = i % 3 == 0 ? BitConverter.Int64BitsToDouble(random.NextInt64()) : (random.NextDouble() - 0.5) * 1e6;
            return double.IsFinite(number)
                ? number.ToString(formats[i % formats.Length], CultureInfo.InvariantCulture).Replace(",", "", StringComparison.Ordinal)
                : "1";
        })];

        double[] read = Read("n\n" + string.Join('\n', spelled)).Columns[0].Numbers.ToArray();

        double[] expected = [.. spelled.Select(text => double.Parse(text, CultureInfo.InvariantCulture))];
        RandomValues.Bits<double>(read).Should().Equal(RandomValues.Bits<double>(expected));
    }

    internal static Table Read(string text, CsvOptions? options = null) =>
        CsvTable.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), "file", options);

    internal static string?[] Texts(TableColumn column) => [.. Enumerable.Range(0, column.Count).Select(column.GetText)];

    private static CultureInfo Comma() => new("") { NumberFormat = new NumberFormatInfo { NumberDecimalSeparator = "," } };
}
