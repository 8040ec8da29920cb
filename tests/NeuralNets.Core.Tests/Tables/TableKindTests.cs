using System.Text;
using NeuralNets.Core.Serialization;
using NeuralNets.Core.Tables;

namespace NeuralNets.Core.Tests.Tables;

/// <summary>What a column has is found out for each table anew, so a field may be a text in training and a number later; and a row of a
/// dictionary or a span has kinds of its own. A value is the same category in all of them.</summary>
public sealed class TableKindTests
{
    private static readonly TableEncoder s_codes = Fit("zip,n,y\n01,1,a\n2.50,2,b\nx,3,a\n7,4,b\n");

    private static readonly TableEncoder s_truths = Fit("ok,n,y\nTrue,1,a\nFalse,2,b\nmaybe,3,a\nTrue,4,b\n");

    [Fact]
    public void Encode_TextsThatAreNumbersInAnotherTable_AreTheSameCategories()
    {
        Table later = CsvTableTests.Read("zip,n\n01,1\n2.50,2\n7,3\n");
        later["zip"].IsNumeric.Should().BeTrue();

        Categories(s_codes, later).Should().Equal("zip = 01", "zip = 2.50", "zip = 7");
        Category(s_codes, 1).Should().Be("zip = 01");
        Category(s_codes, "01").Should().Be("zip = 01");
        Category(s_codes, "1").Should().BeNull("of texts, the spelling counts");
        Category(s_codes, 3).Should().BeNull();
    }

    [Fact]
    public void Encode_NumberWithSeveralSpellings_IsTheUsualOneOrNone()
    {
        TableEncoder usual = Fit("zip,n,y\n01,1,a\n1,2,b\nx,3,a\nx,4,b\n");
        TableEncoder unusual = Fit("zip,n,y\n01,1,a\n1.0,2,b\nx,3,a\nx,4,b\n");

        Category(usual, 1).Should().Be("zip = 1");
        Category(unusual, 1).Should().BeNull();
    }

    [Fact]
    public void Encode_TruthValuesInAnotherSpelling_AreTheSameCategories()
    {
        Table later = CsvTableTests.Read("ok,n\nTRUE,1\nfalse,2\n");

        Categories(s_truths, later).Should().Equal("ok = True", "ok = False");
        Category(s_truths, true).Should().Be("ok = True");
        Category(s_truths, "TRUE").Should().Be("ok = True");
    }

    [Fact]
    public void Encode_EmptyTextThatIsNoMissingValue_IsACategory()
    {
        var options = new CsvOptions { MissingMarks = [] };
        TableEncoder encoder = Fit("c,n,y\n\"\",1,a\nx,2,b\n\"\",3,a\nx,4,b\n", options);

        Categories(encoder, CsvTableTests.Read("c,n\n\"\",1\nx,2\n", options)).Should().Equal("c = ", "c = x");
        Category(encoder, "").Should().Be("c = ");
        Category(encoder, default).Should().Be("c = ");
    }

    [Fact]
    public void Encode_ClassesOfAnotherKindInAnotherTable_AreTheSame()
    {
        var encoder = TableEncoder.Fit(
            CsvTableTests.Read("y,n\n01,1\n2.50,2\nno,3\nTRUE,4\n01,5\n", new CsvOptions { TextColumns = ["y"] }), "y");

        encoder.Encode<float>(CsvTableTests.Read("y,n\n1,1\n2.5,2\n")).Labels.ToArray().Should().Equal(0, 1);
        encoder.Encode<float>(CsvTableTests.Read("y,n\ntrue,1\ntrue,2\n")).Labels.ToArray().Should().Equal(2, 2);
    }

    /// <summary>Also where training had numbers, whose text would have to be made.</summary>
    [Fact]
    public void EncodeRow_CategoriesOfNumbers_DoesNotAllocate()
    {
        var encoder = TableEncoder.Fit(
            CsvTableTests.Read("k,n,y\n0.1,1,a\n0.2,2,b\n0.3,3,a\n0.1,4,b\n"),
            "y",
            new TableEncoderOptions { Uses = new Dictionary<string, ColumnUse> { ["k"] = ColumnUse.Category } });
        TableCell[][] rows = [[0.1, 5], [0.7, "6"], ["0.20", 1e3], [default, default]];
        float[] features = new float[encoder.FeatureCount];

        foreach (TableCell[] row in rows)
        {
            long least = long.MaxValue;
            for (int attempt = 0; attempt < 5; attempt++)
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                encoder.EncodeRow(row, features);
                least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
            }

            least.Should().Be(0, "the row is {0}, {1}", row[0], row[1]);
        }
    }

    [Fact]
    public void Check_ClassThatTrainingHadNot_IsNamedOnce() =>
        s_codes.Check(CsvTableTests.Read("zip,n,y\n7,1,a\n7,2,c\n7,3,c\n7,4,b\n"))
            .Should().Equal("Training had not the class \"c\", which row 1 has.");

    /// <summary>Not in a time that grows with a square: this takes minutes then.</summary>
    [Fact]
    public void FitAndEncode_FiftyThousandClassesAndCategories_Works()
    {
        const int Count = 50_000;
        var table = new Table(
        [
            TableColumn.FromTexts("c", Enumerable.Range(0, 2 * Count).Select(row => $"category {row % Count}")),
            TableColumn.FromTexts("y", Enumerable.Range(0, 2 * Count).Select(row => $"class {row % Count}")),
        ]);

        var encoder = TableEncoder.Fit(table, "y");

        encoder.OutputCount.Should().Be(Count);
        encoder.EncodeLabels(table).Distinct().Should().HaveCount(Count);
        encoder.Check(table).Should().BeEmpty();
    }

    [Fact]
    public void ReadFitAndEncode_HundredThousandColumns_Works()
    {
        const int Count = 100_000;
        string row = string.Join(',', Enumerable.Range(0, Count).Select(i => $"{i % 7}"));
        string other = string.Join(',', Enumerable.Range(0, Count).Select(i => $"{i % 5}"));
        string[] names = [.. Enumerable.Range(0, Count).Select(i => $"c{i}")];
        Table table = CsvTableTests.Read(
            $"{string.Join(',', names)},y\n{row},a\n{other},b\n{row},a\n",
            new CsvOptions { Columns = [.. names, "y"], TextColumns = ["y"] });

        TableEncoder encoder = TableEncoder.Fit(table, "y");

        encoder.FeatureCount.Should().Be(Count);
        encoder.EncodeFeatures<float>(table).ColumnCount.Should().Be(3);
    }

    [Fact]
    public void Read_OptionsOfAnyCollection_AreTaken()
    {
        Dictionary<string, int>.KeyCollection columns = new Dictionary<string, int> { ["a"] = 1 }.Keys;

        Table table = CsvTableTests.Read("a,A\n1,2\n", new CsvOptions { Columns = columns, TextColumns = columns });

        table.Columns.Should().ContainSingle().Which.IsNumeric.Should().BeFalse();
        CsvTableTests.Read("a,A\n1,2\n", new CsvOptions { Columns = new HashSet<string>(["A"], StringComparer.OrdinalIgnoreCase) })
            .Columns.Select(column => column.Name).Should().Equal("A");
    }

    [Fact]
    public void FromDictionaries_ColumnWithoutName_Throws() => FluentActions
        .Invoking(() => Table.FromDictionaries([new Dictionary<string, object?> { [""] = 1 }])).Should().Throw<ArgumentException>()
        .WithMessage("Columns must have names, but one has none.");

    [Fact]
    public void ReadEncoder_ColumnThatIsNone_IsNamed()
    {
        string json = TableEncoderJson.Describe(s_codes);
        string damaged = json.Replace("\"kind\":\"number\"", "\"kind\":\"colour\"", StringComparison.Ordinal);
        damaged.Should().NotBe(json);

        FluentActions.Invoking(() => TableEncoderJson.Read(damaged, "file")).Should().Throw<InvalidDataException>()
            .WithMessage("file.columns[1] has the kind \"colour\", which this version of the library does not know.");
    }

    /// <summary>As many rows as are expected from the part that has been read, and then longer and shorter ones.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(60)]
    public void Read_RowsOfOtherLengthsThanExpected_AreAllThere(int lengthOfLater)
    {
        const int Early = 250_000;
        const int All = 400_000;
        string padding = new('x', lengthOfLater);
        var text = new StringBuilder();
        for (int i = 0; i < All; i++)
        {
            text.Append(i).Append(',').Append(i < Early ? "a text of 20 letters" : padding).Append('\n');
        }

        Table table = CsvTableTests.Read(text.ToString());

        table.RowCount.Should().Be(All);
        table["column1"].Numbers.ToArray().SequenceEqual(Enumerable.Range(0, All).Select(i => (double)i)).Should().BeTrue();
        table["column2"].GetText(Early - 1).Should().Be("a text of 20 letters");
        table["column2"].GetText(All - 1).Should().Be(padding);
    }

    private static TableEncoder Fit(string text, CsvOptions? options = null) => TableEncoder.Fit(CsvTableTests.Read(text, options), "y");

    /// <summary>Returns the names of the categories of the first column, one per row.</summary>
    private static string[] Categories(TableEncoder encoder, Table table) =>
        [.. Enumerable.Range(0, table.RowCount).Select(row => Category(encoder, table.Columns[0].Cell(row)) ?? "none")];

    private static string? Category(TableEncoder encoder, TableCell value)
    {
        float[] features = new float[encoder.FeatureCount];
        encoder.EncodeRow([value, 1], features);
        int position = Array.IndexOf(features[..^1], 1f);
        return position < 0 ? null : encoder.FeatureNames[position];
    }
}
