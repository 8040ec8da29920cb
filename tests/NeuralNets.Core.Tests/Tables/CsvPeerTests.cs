using System.Buffers;
using System.Text;
using NeuralNets.Core.Data;
using NeuralNets.Core.Tables;

namespace NeuralNets.Core.Tests.Tables;

/// <summary>Random tables with awkward fields are read as two other libraries read them.</summary>
public sealed class CsvPeerTests
{
    private static readonly string[] s_parts =
        ["a", "Z", "7", " ", ",", ";", "|", "\t", "\"", "\"\"", "\n", "ä", "日", "😀", "'", "=", "-", ".", "0", "NA"];

    /// <summary>What a field must be quoted for.</summary>
    private static readonly SearchValues<char> s_quoted = SearchValues.Create(",\"\r\n\t ");

    private static readonly string[] s_refusedBySylvan = ["#", "\r\n", "\r"];

    [Fact]
    public void Read_RandomTables_AreAsCsvHelperReadsThem() => Compare(seed: 1, [.. s_parts, .. s_refusedBySylvan], text =>
    {
        using var reader = CsvHelper.CsvReader.FromText(text, new CsvHelper.CsvReaderOptions { Separator = ',', HasHeader = false });
        var rows = new List<string[]>();
        while (reader.Read())
        {
            rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetString)]);
        }

        return rows;
    });

    /// <summary>Without carriage returns, which Sylvan refuses in some places where RFC 4180 allows them, and comments, which it passes
    /// over.</summary>
    [Fact]
    public void Read_RandomTables_AreAsSylvanReadsThem() => Compare(seed: 2, s_parts, text =>
    {
        using var reader = Sylvan.Data.Csv.CsvDataReader.Create(
            new StringReader(text), new Sylvan.Data.Csv.CsvDataReaderOptions { HasHeaders = false, Delimiter = ',' });
        var rows = new List<string[]>();
        while (reader.Read())
        {
            rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetString)]);
        }

        return rows;
    });

    private static void Compare(int seed, string[] parts, Func<string, List<string[]>> readByPeer)
    {
        var random = new Random(seed);
        for (int i = 0; i < LocalRun.Cases(always: 300, exhaustive: 10_000); i++)
        {
            string[][] rows = RandomTable(random, parts);
            string end = parts.Contains("\r\n") && random.Next(2) == 0 ? "\r\n" : "\n";
            string text = string.Concat(rows.Select(row => string.Join(',', row.Select(field => Write(field, random))) + end));
            List<string[]> expected = readByPeer(text);
            expected.Should().BeEquivalentTo(rows, options => options.WithStrictOrdering(), "the peer reads what was meant by {0}", text);
            Check(text, expected);
        }
    }

    private static void Check(string text, List<string[]> expected)
    {
        var options = new CsvOptions
        {
            Header = CsvHeader.Absent,
            Separator = ',',
            MissingMarks = [],
            TextColumns = [.. Enumerable.Range(1, expected[0].Length).Select(i => $"column{i}")],
        };
        Table table = CsvTable.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), "file", options);

        table.RowCount.Should().Be(expected.Count, text);
        for (int column = 0; column < expected[0].Length; column++)
        {
            CsvTableTests.Texts(table.Columns[column]).Should().Equal(expected.Select(row => row[column]), text);
        }
    }

    /// <summary>Each row has a field that is not empty: rows without any are passed over.</summary>
    private static string[][] RandomTable(Random random, string[] parts)
    {
        int columns = random.Next(1, 6);
        return [.. Enumerable.Range(0, random.Next(1, 8)).Select(_ =>
        {
            string[] row = [.. Enumerable.Range(0, columns).Select(_ => RandomField(random, parts))];
            row[random.Next(columns)] = "x" + RandomField(random, parts);
            return row;
        })];
    }

    private static string RandomField(Random random, string[] parts) =>
        string.Concat(Enumerable.Range(0, random.Next(0, 5)).Select(_ => parts[random.Next(parts.Length)]));

    private static string Write(string field, Random random) =>
        field.AsSpan().ContainsAny(s_quoted) || field.Length == 0 || random.Next(3) == 0
            ? $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
            : field;
}
