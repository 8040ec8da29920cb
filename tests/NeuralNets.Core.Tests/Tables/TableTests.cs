using System.Data;
using System.Text.Json;
using NeuralNets.Core.Data;
using NeuralNets.Core.Tables;

namespace NeuralNets.Core.Tests.Tables;

public sealed class TableTests
{
    private enum Colour
    {
        Red,
        Green,
    }

    [Fact]
    public void FromRecords_AllKinds_BecomeNumbersAndTexts()
    {
        var table = Table.FromRecords(
        [
            new Row(1, 2.5f, 3m, null, "x", true, Colour.Red, new DateTime(2026, 11, 27), new DateOnly(2000, 2, 29), 'c'),
            new Row(-1, float.NaN, 0, 7, "", false, Colour.Green, new DateTime(2026, 11, 27, 16, 30, 1), DateOnly.MinValue, 'd'),
        ]);

        table.Columns.Select(column => column.Name).Should().Equal(
            "Whole", "Single", "Exact", "Nullable", "Text", "Truth", "Colour", "Time", "Day", "Character");
        table["Whole"].Numbers.ToArray().Should().Equal(1, -1);
        table["Single"].Numbers.ToArray().Should().Equal(2.5, double.NaN);
        table["Exact"].Numbers.ToArray().Should().Equal(3, 0);
        table["Nullable"].Numbers.ToArray().Should().Equal(double.NaN, 7);
        CsvTableTests.Texts(table["Text"]).Should().Equal("x", null);
        CsvTableTests.Texts(table["Truth"]).Should().Equal("true", "false");
        CsvTableTests.Texts(table["Colour"]).Should().Equal("Red", "Green");
        CsvTableTests.Texts(table["Time"]).Should().Equal("2026-11-27", "2026-11-27T16:30:01");
        CsvTableTests.Texts(table["Day"]).Should().Equal("2000-02-29", "0001-01-01");
        CsvTableTests.Texts(table["Character"]).Should().Equal("c", "d");
    }

    [Fact]
    public void FromDictionaries_KeysThatDiffer_LeaveGaps()
    {
        var table = Table.FromDictionaries(
        [
            new Dictionary<string, object?> { ["a"] = 1, ["b"] = "x" },
            new Dictionary<string, object?> { ["c"] = JsonSerializer.Deserialize<JsonElement>("2.5"), ["a"] = null },
        ]);

        table.Columns.Select(column => column.Name).Should().Equal("a", "b", "c");
        table["a"].Numbers.ToArray().Should().Equal(1, double.NaN);
        CsvTableTests.Texts(table["b"]).Should().Equal("x", null);
        table["c"].Numbers.ToArray().Should().Equal(double.NaN, 2.5);
    }

    [Fact]
    public void FromDataReader_OfADatabase_IsThatTable()
    {
        using var data = new DataTable();
        data.Columns.Add("n", typeof(int));
        data.Columns.Add("t", typeof(string));
        data.Rows.Add(1, "x");
        data.Rows.Add(DBNull.Value, DBNull.Value);
        using DataTableReader reader = data.CreateDataReader();

        var table = Table.FromDataReader(reader);

        table["n"].Numbers.ToArray().Should().Equal(1, double.NaN);
        CsvTableTests.Texts(table["t"]).Should().Equal("x", null);
    }

    [Fact]
    public void FromRecords_ValueThatIsNone_SaysWhere()
    {
        FluentActions.Invoking(() => Table.FromRecords([new { A = 1.0 }, new { A = double.PositiveInfinity }]))
            .Should().Throw<ArgumentException>().WithMessage("Row 1, column \"A\": A number of a table must be finite*");
        FluentActions.Invoking(() => Table.FromRecords([new { A = new object() }]))
            .Should().Throw<ArgumentException>().WithMessage("Row 0, column \"A\": *but is a System.Object*");
        FluentActions.Invoking(() => Table.FromRecords(new[] { new object() })).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Table_ColumnsThatDoNotFit_Throw()
    {
        TableColumn one = TableColumn.FromNumbers("a", [1, 2]);
        FluentActions.Invoking(() => new Table([])).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new Table([one, TableColumn.FromNumbers("b", [1])])).Should().Throw<ArgumentException>()
            .WithMessage("All columns must have as many rows, but \"a\" has 2 and \"b\" has 1.*");
        FluentActions.Invoking(() => new Table([one, one])).Should().Throw<ArgumentException>().WithMessage("*two are called \"a\"*");
        FluentActions.Invoking(() => new Table([one])["b"]).Should().Throw<ArgumentException>()
            .WithMessage("The table must have a column \"b\", but has \"a\".*");
        FluentActions.Invoking(() => TableColumn.FromNumbers("a", [double.NegativeInfinity])).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => TableColumn.FromTexts("a", ["x"]).Numbers.Length).Should().Throw<InvalidOperationException>()
            .WithMessage("Column \"a\" must have numbers for that, but it has texts.");
    }

    [Fact]
    public void SplitAndFolds_AreThoseOfADataSet()
    {
        int[] labels = [.. Enumerable.Range(0, 60).Select(i => i % 7 < 2 ? 1 : 0)];
        double[] ids = [.. Enumerable.Range(0, 60)];
        var table = new Table([
            TableColumn.FromNumbers("id", ids), TableColumn.FromTexts("class", labels.Select(label => label == 1 ? "yes" : "no")),
        ]);
        Dataset<double> set = Dataset<double>.FromRows(ids.Select(id => new[] { id }), labels, 2);

        (Table training, Table test) = table.Split(0.25, seed: 3, stratifyBy: "class");
        (Dataset<double> training2, Dataset<double> test2) = set.Split(0.25, seed: 3, stratify: true);
        training["id"].Numbers.ToArray().Should().Equal(training2.ToMatrix().ToColumnMajorArray());
        test["id"].Numbers.ToArray().Should().Equal(test2.ToMatrix().ToColumnMajorArray());
        table.Folds(4, seed: 3).SelectMany(fold => fold.Test["id"].Numbers.ToArray()).Order().Should().Equal(ids);
        FluentActions.Invoking(() => table.Folds(40, seed: 3, stratifyBy: "class")).Should().Throw<ArgumentException>()
            .WithMessage("40 folds need at least 40 samples of each class, but the value \"yes\" of \"class\" has 18 of the 60 samples*");
    }

    [Fact]
    public void SubsetAndWithoutMissing_ChooseRows()
    {
        Table table = CsvTableTests.Read("a,b\n1,x\n2,\n3,z\n");

        table.Subset([2, 0, 2])["a"].Numbers.ToArray().Should().Equal(3, 1, 3);
        CsvTableTests.Texts(table.Subset([1, 2])["b"]).Should().Equal(null, "z");
        table.WithoutMissing("b")["a"].Numbers.ToArray().Should().Equal(1, 3);
        table.WithoutMissing("a").Should().BeSameAs(table);
        FluentActions.Invoking(() => table.Subset([3])).Should().Throw<ArgumentException>();
    }

    private sealed record Row(
        int Whole, float Single, decimal Exact, long? Nullable, string Text, bool Truth, Colour Colour, DateTime Time, DateOnly Day,
        char Character);
}
