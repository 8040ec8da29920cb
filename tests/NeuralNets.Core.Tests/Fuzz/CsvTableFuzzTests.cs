using System.Text;
using FsCheck.Fluent;
using NeuralNets.Core.Data;
using NeuralNets.Core.Tables;
using Xunit.Abstractions;

namespace NeuralNets.Core.Tests.Fuzz;

/// <summary>CSV files that are damaged or made up: a table, none of whose rows is lost, or <see cref="InvalidDataException"/>.</summary>
[Trait("Kind", "Sweep")]
public sealed class CsvTableFuzzTests(ITestOutputHelper output)
{
    /// <summary>Each reading has buffers of its own, and each file is read five times, or twice as often where texts follow
    /// numbers.</summary>
    private const int FixedBytes = 8 << 20;

    private const string Text = "id,city,\"a \"\"b\"\"\",x\r\n1,Köln,0.5,\r\n2, \"Bad, Ems\" ,-1e3,NA\r\n3,日本,.25,7\r\n4,,12,x\r\n";

    private static readonly byte[][] s_files =
    [
        Encoding.UTF8.GetBytes(Text),
        Encoding.UTF8.GetBytes("\ufeff" + Text),
        [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(Text)],
        [.. Encoding.UTF32.Preamble, .. Encoding.UTF32.GetBytes(Text)],
        [.. Encoding.BigEndianUnicode.Preamble, .. Encoding.BigEndianUnicode.GetBytes(Text)],
        "sep=;\na;b\n1,5;2\n\n3;NaN\n"u8.ToArray(),
        "1\t2\t3\n4\t5\t6\nx\t8\t9"u8.ToArray(),
        "n|t\r1|yes\r2|no\r"u8.ToArray(),
    ];

    [Fact]
    public void Read_DamagedFile_SucceedsOrThrowsInvalidData() =>
        ReaderFuzz.Run(output, Mutation.MaybeGzip(Mutation.Of(s_files)), seed: 21, Read, FixedBytes);

    [Fact]
    public void Read_MadeUpFile_SucceedsOrThrowsInvalidData() => ReaderFuzz.Run(
        output,
        Mutation.MaybeGzip(
            from separator in Gen.Elements(",", ",", ";", "\t", "|", " ", "::")
            from columns in Gen.Choose(1, 5)
            from rows in Gen.Choose(0, 8)
            from fields in Gen.ArrayOf(
                Gen.Frequency(
                    (40, Gen.Choose(-9, 300).Select(n => $"{n}")),
                    (10, Gen.Elements("a", "b", "yes", "No", "true", "NA", "", "?", "1.5", "1,5", "1e5", "007")),
                    (5, Gen.Elements("\"q\"", "\"a,b\"", "\"a\nb\"", "\"\"\"\"", "\"\"", " 7 ", "\t8", "\"1\"", "\" 2\"")),
                    (1, Gen.Elements("\"", "x\"y", "\"x\"y", "\0", "\r", "\n", "#", "inf", "1e999", "9e-999", "\u00e4",
                        "\ud83d\ude00", "\ufeff", "99999999999999999999", "0x1", "1_0", ",", ";", "sep=;"))),
                columns * rows)
            from header in Gen.Elements("", "", "", "id,b,c,d,e", "\"id\", \"b,\"\"c\"", "a,a", "\"a", "NA", "1,b", "sep=,\na,b")
            from end in Gen.Elements("\n", "\n", "\n", "\r\n", "\r", "\n\n")
            from encoding in Gen.Frequency((8, Gen.Constant(Encoding.UTF8)), (1, Gen.Elements(
                Encoding.Unicode, Encoding.BigEndianUnicode, Encoding.UTF32, Encoding.Latin1)))
            from hasMark in Gen.Elements(true, false)
            select (byte[])
            [
                .. hasMark ? encoding.GetPreamble() : [],
                .. encoding.GetBytes(string.Join(
                    end,
                    new[] { string.Join(separator, header.Split(',').Take(columns)) }.Where(row => row.Length > 0)
                        .Concat(fields.Chunk(columns).Select(row => string.Join(separator, row))))),
            ]),
        seed: 22,
        Read,
        FixedBytes);

    private static void Read(Stream stream, byte[] file)
    {
        Table? told = IfNotRefused(file, new CsvOptions { Header = CsvHeader.Present });
        Table? all = IfNotRefused(file, new CsvOptions { Header = CsvHeader.Absent });
        IfNotRefused(file, new CsvOptions { Header = CsvHeader.Absent, Columns = ["column1"], TextColumns = ["column1"] });
        if (told is not null)
        {
            all!.RowCount.Should().Be(told.RowCount + 1, "the header is one row");
            TableColumn column = told.Columns[file.Length % told.Columns.Count];
            Table one = IfNotRefused(file, new CsvOptions { Header = CsvHeader.Present, Columns = [column.Name] })!;
            Written(one).Should().Be(Written(new Table([column])), "other columns do not matter");
        }

        Table table = CsvTable.Read(stream, "file");

        table.RowCount.Should().BePositive();
        CheckNumbers(table);
        all.Should().NotBeNull("what can be read without knowing can be read when told");
        (table.RowCount - all!.RowCount).Should().BeInRange(-1, 0);
        Table same = table.RowCount == all.RowCount ? all : told!;
        Written(table).Should().Be(Written(same), "what was found out is what was told");
    }

    private static Table? IfNotRefused(byte[] file, CsvOptions options)
    {
        try
        {
            Table table = CsvTable.Read(new MemoryStream(file), "file", options);
            CheckNumbers(table);
            return table;
        }
        catch (InvalidDataException exception)
        {
            exception.Message.Should().Contain("file").And.EndWith(".");
            return null;
        }
    }

    private static void CheckNumbers(Table table)
    {
        foreach (TableColumn column in table.Columns)
        {
            column.Count.Should().Be(table.RowCount);
            if (column.IsNumeric)
            {
                Array.Exists(column.Numbers.ToArray(), double.IsInfinity).Should().BeFalse();
            }
        }
    }

    private static string Written(Table table) => string.Join(
        '\n',
        table.Columns.Select(column => $"{column}: "
            + string.Join('|', Enumerable.Range(0, table.RowCount).Select(row => column.GetText(row) ?? "(missing)"))));
}
