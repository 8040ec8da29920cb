using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Models;
using NeuralNets.Core.Serialization;
using NeuralNets.Core.Tables;
using NeuralNets.Core.Tests.Serialization;
using Xunit.Abstractions;

namespace NeuralNets.Core.Tests.Fuzz;

/// <summary>Files of encoders that are damaged or made up are refused, or what they describe works; and tables as they come are encoded to
/// finite numbers, or refused.</summary>
[Trait("Kind", "Sweep")]
public sealed class TableEncoderFuzzTests(ITestOutputHelper output)
{
    private static readonly Table s_table = Tables.CsvTableTests.Read(
        "n,c,d,k,y\n1,red,2024-01-31,5,a\n2.5,blue,2024-02-29T12:30,7,b\n,red,,5,a\n1e9,\"ä \"\"q\"\"\",1999-12-31,9,b\n");

    private static readonly TableEncoder s_encoder = TableEncoder.Fit(
        s_table,
        "y",
        new TableEncoderOptions { Uses = new Dictionary<string, ColumnUse> { ["d"] = ColumnUse.Date, ["k"] = ColumnUse.Category } });

    private static readonly Network<float> s_network = new(
        [s_encoder.FeatureCount, 3, 2], new Relu<float>(), new Softmax<float>(), seed: 1);

    private static readonly string s_json = TableEncoderJson.Describe(s_encoder);

    [Fact]
    public void LoadModel_DamagedFile_SucceedsOrThrowsInvalidData() => ReaderFuzz.Run(
        output,
        Mutation.Of([SafetensorsBytes.WithoutChecksums(Saved(s_json))], headerLength: 1500),
        seed: 31,
        (stream, _) => LoadModel(stream));

    /// <summary>The checksums are right, so that what is read is the description.</summary>
    [Fact]
    public void LoadModel_DamagedDescriptionOfTheEncoder_SucceedsOrThrowsInvalidData() => ReaderFuzz.Run(
        output,
        Mutation.Of([Encoding.UTF8.GetBytes(s_json)], headerLength: 200).Select(json => Saved(Encoding.UTF8.GetString(json))),
        seed: 32,
        (stream, _) => LoadModel(stream));

    [Fact]
    public void ReadEncoder_MadeUpDescription_WorksOrThrowsInvalidData() => ReaderFuzz.Run(
        output,
        from count in Gen.Frequency((1, Gen.Constant(0)), (12, Gen.Choose(1, 4)))
        from columns in Gen.ArrayOf(Columns, count)
        from target in Gen.Frequency(
            (4, Gen.Elements(
                "\"column\":\"y\",\"classes\":[\"a\",\"b\"],\"numbers\":false",
                "\"column\":\"y\",\"classes\":[\"1\",\"2\",\"x\"],\"numbers\":true",
                "\"column\":\"y\",\"mean\":1e300,\"deviation\":1e-320",
                "\"column\":\"y\",\"mean\":0,\"deviation\":1")),
            (1, Gen.Elements(
                "",
                "\"column\":\"y\",\"classes\":[\"a\"],\"numbers\":false",
                "\"column\":\"y\",\"classes\":[\"a\",\"a\"],\"numbers\":false",
                "\"column\":\"y\",\"mean\":0,\"deviation\":0",
                "\"column\":\"y\",\"mean\":0,\"deviation\":-1",
                "\"column\":\"n0\",\"mean\":0,\"deviation\":1",
                "\"column\":\"y\",\"classes\":null",
                "\"column\":\"y\",\"classes\":[\"a\",\"b\"]",
                "\"column\":\"y\",\"mean\":1e999,\"deviation\":1")))
        from weights in Gen.Frequency((8, Gen.Elements("null", "\"w\"")), (1, Gen.Elements("\"y\"", "\"n1\"", "1", "\"\"")))
        from rest in Gen.Frequency((12, Gen.Constant("\"ignored\":[]")), (1, Gen.Elements(
            "\"ignored\":[{\"column\":\"i\",\"reason\":\"r\"}],\"later\":{}",
            "\"ignored\":null", "\"ignored\":[1]", "\"x\":1", "\"format\":1")))
        from format in Gen.Frequency((20, Gen.Constant("1")), (1, Gen.Elements("2", "0", "\"1\"", "1.0", "1e0")))
        select Encoding.UTF8.GetBytes(
            $$"""{"format":{{format}},"target":{{{target}}},"weights":{{weights}},"columns":[{{string.Join(',', columns)}}],{{rest}}}"""),
        seed: 33,
        (_, file) => Use(TableEncoderJson.Read(Encoding.UTF8.GetString(file), "file")));

    /// <summary>What is encoded is finite, and the same bits from the table, from its rows and after saving and loading.</summary>
    [Fact]
    public void Fit_AnyTable_IsFiniteAndTheSameWhenLoadedOrThrowsArgumentException()
    {
        int refused = 0;
        int wrong = 0;
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            try
            {
                Table table = RandomTable(random);
                var encoder = TableEncoder.Fit(table, "y", RandomOptions(random, table));
                double[] features = encoder.Encode<double>(table).ToMatrix().ToColumnMajorArray();
                Array.TrueForAll(features, double.IsFinite).Should().BeTrue();
                TableEncoder loaded = TableEncoderJson.Read(TableEncoderJson.Describe(encoder), "text");
                CheckBits(loaded.Encode<double>(table).ToMatrix().ToColumnMajorArray(), features);
                CheckBits(Rows(loaded, table), features);
                Array.TrueForAll(encoder.EncodeFeatures<float>(table).ToColumnMajorArray(), float.IsFinite).Should().BeTrue();
                encoder.Check(table).Should().NotContain(warning => warning.Contains("training had not", StringComparison.Ordinal));
                loaded.ToString().Should().Be(encoder.ToString());
            }
            catch (ArgumentException exception)
            {
                exception.Message.Should().MatchRegex(@"\.( \(Parameter .*)?\z");
                refused++;
            }
            catch (Exception exception)
            {
                wrong++;
                throw new InvalidOperationException($"Seed {seed}: {exception.Message}", exception);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(ReaderFuzz.Cases).WithReplay(34, 1));

        output.WriteLine($"{ReaderFuzz.Cases} tables, {refused} of them refused");
        wrong.Should().Be(0);
        refused.Should().BeInRange(ReaderFuzz.Cases / 20, ReaderFuzz.Cases * 19 / 20);
    }

    private static Gen<string> Columns =>
        from name in Gen.Frequency(
            (12, Gen.Elements("n0", "n1", "n2", "n3", "n4", "n5", "n6")), (1, Gen.Elements("", "\\ud800", "\\n", "y")))
        from missing in Gen.Frequency((12, Gen.Elements("true", "false")), (1, Gen.Elements("null", "0", "\"true\"")))
        from mean in Numbers
        from median in Numbers
        from deviation in Numbers
        from categories in Gen.Frequency(
            (12, Gen.Elements("[\"a\",\"b\"]", "[\"1\",\"2.0\",\"02\"]", "[\"true\",\"True\"]", "[\"\",\"0\",\"-0\"]")),
            (1, Gen.Elements("[]", "null", "[\"a\",\"a\"]", "[1]", "[\"\\ud800\"]", "\"a\"")))
        from flag in Gen.Elements("true", "false")
        from kind in Gen.Frequency(
            (12, Gen.Elements(
                "\"kind\":\"number\",\"median\":<median>,\"mean\":<mean>,\"deviation\":<deviation>",
                "\"kind\":\"category\",\"categories\":<categories>,\"other\":<flag>,\"numbers\":<flag>",
                "\"kind\":\"date\",\"mean\":<mean>,\"deviation\":<deviation>,\"hours\":<flag>")),
            (1, Gen.Elements("\"kind\":\"colour\"", "\"kind\":null", "\"kind\":\"number\"", "\"kind\":\"date\",\"mean\":[]")))
        select $"{{\"column\":\"{name}\",\"missing\":{missing},{kind}}}"
            .Replace("<median>", median, StringComparison.Ordinal).Replace("<mean>", mean, StringComparison.Ordinal)
            .Replace("<deviation>", deviation.TrimStart('-'), StringComparison.Ordinal)
            .Replace("<categories>", categories, StringComparison.Ordinal).Replace("<flag>", flag, StringComparison.Ordinal);

    private static Gen<string> Numbers => Gen.Frequency(
        (20, Gen.Elements("0", "1", "-2.5", "1e300", "-1.7976931348623157e308", "5e-324", "1e-310", "123456789")),
        (1, Gen.Elements("1e999", "null", "\"1\"", "[]", "-0", "01")));

    /// <summary>Whatever an encoder is, a row is encoded to finite numbers or refused, in each form in the same way.</summary>
    private static void Use(TableEncoder encoder)
    {
        TableCell[] values =
            [default, 0, 1.5, double.MaxValue, double.PositiveInfinity, "a", "2", "true", true, "2024-02-29T12:30", "9999-12-31"];
        foreach (TableCell value in values)
        {
            TableCell[] row = [.. encoder.ColumnNames.Select(_ => value)];
            double[] features = new double[encoder.FeatureCount];
            try
            {
                encoder.EncodeRow(row, features);
                Array.TrueForAll(features, double.IsFinite).Should().BeTrue("the value is {0}", value);
            }
            catch (ArgumentException exception)
            {
                exception.Message.Should().StartWith("Column \"");
            }
        }

        string text = TableEncoderJson.Describe(encoder);
        TableEncoderJson.Describe(TableEncoderJson.Read(text, "file")).Should().Be(text);
        encoder.ToString().Should().NotBeEmpty();
    }

    private static void LoadModel(Stream stream)
    {
        (Network<float> network, TableEncoder encoder) = NetworkFile.LoadPair<float>(stream, "file", null);
        var model = new TableModel<float>(network, encoder);
        try
        {
            model.Predict(s_table).Count.Should().Be(s_table.RowCount);
        }
        catch (ArgumentException exception)
        {
            // Other columns or kinds than those of the table, or weights so large that there is no answer.
            exception.Message.Should().MatchRegex("^(The table must have the column|Row \\d)");
        }
    }

    private static byte[] Saved(string json)
    {
        var saved = new MemoryStream();
        NetworkFile.Save(saved, s_network, s_encoder);
        saved.Position = 0;
        Dictionary<string, string> metadata = new SafetensorsReader(saved, "file").Metadata
            .Where(text => !text.Key.EndsWith(".sha256", StringComparison.Ordinal)).ToDictionary();
        metadata[TableEncoderJson.Key] = json;
        OwnMetadata.Seal(metadata, s_network);
        var stream = new MemoryStream();
        SafetensorsWriter.Write(stream, metadata, LayerTensors.Of(s_network));
        return stream.ToArray();
    }

    private static Table RandomTable(Random random)
    {
        int rows = random.Next(8) switch { 0 => 1, 1 => 2, 2 => 400, _ => random.Next(3, 40) };
        int columns = random.Next(1, 5);
        string[] names = ["a", " ", "ü,\"", "\u0001", "is missing"];
        return new Table([
            .. Enumerable.Range(0, columns).Select(i => RandomColumn(names[i], rows, random)), RandomTarget(rows, random),
            .. random.Next(4) == 0 ? [TableColumn.FromNumbers("w", [.. Enumerable.Range(0, rows).Select(row => (double)(row % 3) + 1)])]
                : (TableColumn[])[]]);
    }

    private static TableColumn RandomTarget(int rows, Random random) => random.Next(3) switch
    {
        0 => TableColumn.FromTexts("y", Enumerable.Range(0, rows).Select(_ => random.Next(2) == 0 ? "yes" : "no")),
        1 => TableColumn.FromNumbers("y", [.. Enumerable.Range(0, rows).Select(_ => (double)random.Next(3))]),
        _ => RandomColumn("y", rows, random),
    };

    private static TableColumn RandomColumn(string name, int rows, Random random)
    {
        double missing = random.Next(6) switch { 0 => 0.3, 1 => random.Next(2), _ => 0 };
        string[] words =
        [
            "", "a", "A", "true", "True", "FALSE", "NA", "1", "01", "1.0", "-0", "inf", "\n", "日本", "2024-02-29", "2023-01-01 10:00",
        ];
        int kind = random.Next(9);
        double scale = Math.Pow(10, random.Next(-320, 309));
        if (kind < 5)
        {
            return TableColumn.FromNumbers(name, [.. Enumerable.Range(0, rows).Select(row =>
            {
                double number = kind switch
                {
                    0 => (random.NextDouble() - 0.5) * scale,
                    1 => random.Next(5),
                    2 => BitConverter.Int64BitsToDouble(random.NextInt64()) * random.Next(-1, 2),
                    3 => row * scale,
                    _ => random.Next(3) == 0 ? -double.MaxValue : double.MaxValue / random.Next(1, 4),
                };
                return random.NextDouble() < missing || double.IsInfinity(number) ? double.NaN : number;
            })]);
        }

        return TableColumn.FromTexts(name, Enumerable.Range(0, rows).Select(row => random.NextDouble() < missing ? null : kind switch
        {
            5 => words[random.Next(words.Length)],
            6 => $"category {random.Next(300)}",
            7 => new DateTime(1, 1, 1).AddDays(random.Next(3_600_000)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            _ => $"{row}",
        }));
    }

    private static TableEncoderOptions RandomOptions(Random random, Table table) => new()
    {
        Uses = table.Columns.Where(column => column.Name is not ("y" or "w") && random.Next(2) == 0).ToDictionary(
            column => column.Name,
            column => random.Next(3) > 0 ? ColumnUse.Category : (ColumnUse)random.Next(6)),
        Target = (TargetUse)random.Next(3),
        MaxCategories = random.Next(2) == 0 ? 1000 : random.Next(1, 10),
        WeightColumn = table.TryGetColumn("w", out _) ? "w" : null,
    };

    private static double[] Rows(TableEncoder encoder, Table table)
    {
        double[] features = new double[encoder.FeatureCount * table.RowCount];
        bool isKnown = true;
        for (int row = 0; row < table.RowCount; row++)
        {
            TableCell[] cells = [.. encoder.ColumnNames.Select(name => table[name].Cell(row))];
            isKnown &= encoder.EncodeRow(cells, features.AsSpan(row * encoder.FeatureCount, encoder.FeatureCount));
        }

        isKnown.Should().BeTrue("training had the rows");
        return features;
    }

    private static void CheckBits(double[] actual, double[] expected) =>
        RandomValues.Bits<double>(actual).SequenceEqual(RandomValues.Bits<double>(expected)).Should().BeTrue("these are the same bits");
}
