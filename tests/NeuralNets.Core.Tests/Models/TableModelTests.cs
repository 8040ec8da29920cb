using System.Text.Json;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Models;
using NeuralNets.Core.Serialization;
using NeuralNets.Core.Tables;
using NeuralNets.Core.Tests.Data;
using NeuralNets.Core.Tests.Tables;

namespace NeuralNets.Core.Tests.Models;

public sealed class TableModelTests
{
    private static readonly Table s_penguins = CsvTable.Read(Repository.File("samples/NeuralNets.Penguins/data/penguins.csv"));
    private static readonly Table s_concrete = CsvTable.Read(Repository.File("samples/NeuralNets.Concrete/data/concrete.csv"));
    private static readonly TableTraining<float> s_short = new() { HiddenUnits = [8], Epochs = 10, Patience = null };

    [Fact]
    public void Fit_Penguins_Reaches98PercentOnFiveSplits()
    {
        double[] accuracies = [.. Enumerable.Range(1, 5).Select(seed =>
        {
            (Table training, Table test) = s_penguins.Split(0.25, seed, stratifyBy: "species");
            return TableModel<float>.Fit(training, "species", new() { Seed = seed }).Evaluate(test).Accuracy!.Value;
        })];

        accuracies.Average().Should().BeGreaterThanOrEqualTo(0.98);
    }

    [Fact]
    public void Fit_Concrete_ReachesRSquaredOf085OnFiveSplits()
    {
        double[] scores = [.. Enumerable.Range(1, 5).Select(seed =>
        {
            (Table training, Table test) = s_concrete.Split(0.25, seed);
            return TableModel<float>.Fit(training, "compressive_strength", new() { Seed = seed }).Evaluate(test).RSquared!.Value;
        })];

        scores.Average().Should().BeGreaterThanOrEqualTo(0.85);
    }

    [Fact]
    public void Load_SavedModel_GivesTheSameBitsOnTablesOfOtherOrders()
    {
        using var directory = new TempDirectory();
        var model = TableModel<float>.Fit(s_penguins, "species", s_short);
        string path = directory.File("penguins.safetensors");
        model.Save(path);

        TableModel<float> loaded = TableModel<float>.Load(path);

        Table other = new([TableColumn.FromNumbers("extra", new double[344]), .. s_penguins.Columns.Reverse()]);
        double[] expected = Probabilities(model.Predict(s_penguins));
        RandomValues.Bits<double>(Probabilities(loaded.Predict(s_penguins))).Should().Equal(RandomValues.Bits<double>(expected));
        RandomValues.Bits<double>(Probabilities(loaded.Predict(other))).Should().Equal(RandomValues.Bits<double>(expected));
        loaded.Encoder.ToString().Should().Be(model.Encoder.ToString());
        NetworkFile.LoadEncoder(path).ClassNames.Should().Equal("Adelie", "Chinstrap", "Gentoo");
        NetworkFile.Load<float>(path).ComputeParametersSha256().Should().Be(model.Network.ComputeParametersSha256());
        File.ReadAllBytes(path).Should().Equal(Saved(loaded, directory), "the same model gives the same bytes");
        FluentActions.Invoking(() => loaded.Predict(new Table(s_penguins.Columns.Where(column => column.Name != "sex"))))
            .Should().Throw<ArgumentException>().WithMessage("The table must have the column \"sex\", which training had*");
    }

    [Fact]
    public void Load_ModelOfANumberWithDatesAndOther_IsThatModel()
    {
        using var directory = new TempDirectory();
        Table table = CsvTableTests.Read(
            "when,kind,zip,y,w\n2020-01-01,\"a \"\"ä\"\"\",1,3,1\n2020-06-01T10:30,b,2,4,2\n"
            + ",b,2,5,1\n2021-01-01,,3,7,1\n2021-01-01,c,3,8,1\n");
        var encoder = TableEncoder.Fit(table, "y", new()
        {
            WeightColumn = "w",
            MaxCategories = 2,
            Uses = new Dictionary<string, ColumnUse> { ["when"] = ColumnUse.Date, ["zip"] = ColumnUse.Category },
        });
        var network = new Network<double>([encoder.FeatureCount, 4, 1], new Tanh<double>(), new Identity<double>(), seed: 1);
        string path = directory.File("model.safetensors");
        NetworkFile.Save(path, network, encoder);

        TableModel<double> loaded = TableModel<double>.Load(path);

        loaded.Encoder.ToString().Should().Be(encoder.ToString());
        loaded.Predict(table).Values.ToArray().Should().Equal(new TableModel<double>(network, encoder).Predict(table).Values.ToArray());
        loaded.Evaluate(table).Regression!.Unweighted.Should().NotBeNull();
    }

    [Fact]
    public void Load_NetworkWithoutEncoder_IsRefused()
    {
        using var directory = new TempDirectory();
        string path = directory.File("network.safetensors");
        NetworkFile.Save(path, new Network<float>([2, 2], new Relu<float>(), seed: 1));

        FluentActions.Invoking(() => TableModel<float>.Load(path)).Should().Throw<InvalidDataException>()
            .WithMessage("*the metadata must have neuralnets.encoder*");
    }

    [Fact]
    public void TableModel_NetworkThatDoesNotFit_Throws()
    {
        TableEncoder classes = TableEncoder.Fit(s_penguins, "species");
        TableEncoder number = TableEncoder.Fit(s_concrete, "compressive_strength");
        FluentActions.Invoking(() => new TableModel<float>(new Network<float>([3, 3], new Relu<float>(), seed: 1), classes))
            .Should().Throw<ArgumentException>().WithMessage("The network must take the * features of the encoder, but is 3-3.*");
        FluentActions.Invoking(() => new TableModel<float>(
            new Network<float>([classes.FeatureCount, 2], new Relu<float>(), seed: 1), classes))
            .Should().Throw<ArgumentException>()
            .WithMessage("The network must have 3 outputs with Softmax for the classes of \"species\"*");
        FluentActions.Invoking(() => new TableModel<float>(
            new Network<float>([number.FeatureCount, 2], new Relu<float>(), seed: 1), number))
            .Should().Throw<ArgumentException>().WithMessage("The network must have one output for the number \"compressive_strength\"*");
    }

    [Fact]
    public void Predict_RowTableAndDictionary_Agree()
    {
        var model = TableModel<float>.Fit(s_penguins, "species", s_short);
        TablePredictions table = model.Predict(s_penguins);
        double[] answer = new double[model.AnswerCount];
        foreach (int row in (int[])[0, 3, 200, 343])
        {
            TableCell[] cells = [.. model.Encoder.ColumnNames.Select(name => s_penguins[name].Cell(row))];
            model.Predict(cells, answer);
            answer.Should().Equal(table.GetProbabilities(row).ToArray());
            var dictionary = model.Encoder.ColumnNames.Zip(cells).Where(pair => !pair.Second.IsMissing)
                .ToDictionary(pair => pair.First, pair => pair.Second);
            TableAnswer one = model.Predict(dictionary);
            one.Probabilities.Should().Equal(answer);
            one.ClassName.Should().Be(table[row].ClassName);
            one.UnknownCategories.Should().BeEmpty();
        }

        string json = """{"island":"Atlantis","bill_length_mm":40,"bill_depth_mm":"18.5","flipper_length_mm":190,"body_mass_g":3500,"x":[]}""";
        TableAnswer unknown = model.Predict(JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(json)!);
        unknown.UnknownCategories.Should().Equal(new UnknownCategory("island", "Atlantis", 1));
        FluentActions.Invoking(() => model.Predict(new Dictionary<string, object?> { ["a"] = 1 })).Should().Throw<ArgumentException>()
            .WithMessage("A row must have values of the columns island, *but has none of them: it has a.*");
        FluentActions.Invoking(() => model.Predict(new Dictionary<string, object?> { ["island"] = "x", ["body_mass_g"] = "heavy" }))
            .Should().Throw<ArgumentException>().WithMessage("Column \"body_mass_g\": the value must be a number*\"heavy\"*");
    }

    [Fact]
    public void Predict_UnknownCategoriesOfATable_AreCounted()
    {
        var model = TableModel<float>.Fit(CsvTableTests.Read("c,n,y\na,1,u\nb,2,v\na,3,u\nb,4,v\n"), "y", s_short);

        model.Predict(CsvTableTests.Read("c,n\nz,1\nq,2\nz,3\na,4\n")).UnknownCategories
            .Should().Equal(new UnknownCategory("c", "z", 2), new UnknownCategory("c", "q", 1));
    }

    [Fact]
    public void Predict_RowInSteadyState_DoesNotAllocate()
    {
        var model = TableModel<float>.Fit(s_penguins, "species", s_short);
        TableCell[] row = ["Biscoe", 47.5, 14.9, 218, default(TableCell), "female"];
        double[] answer = new double[3];

        long least = long.MaxValue;
        for (int attempt = 0; attempt < 5; attempt++)
        {
            model.Predict(row, answer);
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 10; i++)
            {
                model.Predict(row, answer);
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        least.Should().Be(0);
    }

    [Fact]
    public void Predict_EightThreadsAtOnce_GiveTheSameBits()
    {
        var model = TableModel<float>.Fit(s_penguins, "species", s_short);
        double[] expected = Probabilities(model.Predict(s_penguins));
        bool[] areEqual = new bool[8];
        Parallel.For(0, areEqual.Length, new ParallelOptions { MaxDegreeOfParallelism = areEqual.Length }, thread =>
            areEqual[thread] = Enumerable.Range(0, 5).All(_ => Probabilities(model.Predict(s_penguins)).SequenceEqual(expected)));

        areEqual.Should().AllBeEquivalentTo(true);
    }

    [Fact]
    public void Evaluate_ClassThatTrainingHadNot_IsAMistake()
    {
        var model = TableModel<float>.Fit(CsvTableTests.Read("n,y\n1,u\n2,v\n3,u\n4,v\n"), "y", s_short with { Epochs = 200 });
        TableEvaluation evaluation = model.Evaluate(CsvTableTests.Read("n,y\n1,w\n2,w\n"));

        evaluation.Accuracy.Should().Be(0);
        evaluation.LogLoss.Should().BeNull();
        evaluation.Confusion!.ClassCount.Should().Be(3);
    }

    [Fact]
    public void Predict_OneOutputWithSigmoid_HasTheProbabilitiesOfBothClasses()
    {
        Table table = CsvTableTests.Read("n,y\n1,u\n2,v\n3,u\n4,v\n");
        TableEncoder encoder = TableEncoder.Fit(table, "y");
        var network = new Network<double>([1, 1], new Relu<double>(), new Sigmoid<double>(), seed: 1);
        var model = new TableModel<double>(network, encoder);

        TablePredictions predictions = model.Predict(table);

        double[] yes = network.Predict(encoder.EncodeFeatures<double>(table)).ToColumnMajorArray();
        for (int row = 0; row < 4; row++)
        {
            predictions.GetProbabilities(row).ToArray().Should().Equal(1 - yes[row], yes[row]);
            predictions[row].ClassName.Should().Be(yes[row] > 0.5 ? "v" : "u");
        }
    }

    [Fact]
    public void Fit_Weights_CountInTrainingAndEvaluation()
    {
        Table table = CsvTableTests.Read("n,w,y\n1,1,5\n2,2,7\n3,1,6\n4,0,9\n");
        Table repeated = CsvTableTests.Read("n,w,y\n1,1,5\n2,1,7\n2,1,7\n3,1,6\n");
        var settings = new TableTraining<double>
        {
            Encoder = new() { WeightColumn = "w" },
            HiddenUnits = [],
            Patience = null,
        };

        TableEvaluation weighted = TableModel<double>.Fit(table, "y", settings).Evaluate(table);

        weighted.Regression!.Unweighted.Should().NotBeNull();
        FluentActions.Invoking(() => TableModel<double>.Fit(CsvTableTests.Read("n,w,y\n1,-1,5\n2,2,7\n"), "y", settings))
            .Should().Throw<ArgumentException>()
            .WithMessage("Row 0: the weight \"w\" must be a number that is not negative, but is \"-1\".*");
        TableModel<double>.Fit(repeated, "y", settings).Evaluate(repeated).RSquared.Should().NotBeNull();
    }

    [Fact]
    public void CrossValidation_AnyNumberOfThreads_GivesTheSameBits()
    {
        var one = CrossValidation.Run(s_penguins, "species", s_short, foldCount: 4, seed: 2, maxDegreeOfParallelism: 1);
        var three = CrossValidation.Run(s_penguins, "species", s_short, foldCount: 4, seed: 2, maxDegreeOfParallelism: 3);

        one.Folds.Select(fold => fold.LogLoss).Should().Equal(three.Folds.Select(fold => fold.LogLoss));
        one.Folds.Sum(fold => fold.Predictions.Count).Should().Be(344);
        double[] scores = [.. one.Folds.Select(fold => fold.Accuracy!.Value)];
        one.Mean.Should().BeApproximately(scores.Average(), 1e-12);
        one.Deviation.Should().BeApproximately(Math.Sqrt(scores.Average(score => Math.Pow(score - scores.Average(), 2))), 1e-12);
        one.Summarize(fold => fold.LogLoss!.Value).Mean.Should().BeApproximately(one.Folds.Average(fold => fold.LogLoss!.Value), 1e-12);
    }

    /// <summary>The encoder must not see the test part: a fold's statistics are those of its training part.</summary>
    [Fact]
    public void CrossValidation_FitsTheEncoderInEachFold()
    {
        Table table = CsvTableTests.Read("n,y\n" + string.Concat(Enumerable.Range(0, 40).Select(i => $"{i * i},{i}\n")));
        CrossValidation result = CrossValidation.Run(table, "y", s_short, foldCount: 4, seed: 1);
        IReadOnlyList<(Table Training, Table Test)> folds = table.Folds(4, seed: 1);

        for (int i = 0; i < 4; i++)
        {
            var model = TableModel<float>.Fit(folds[i].Training, "y", s_short);
            result.Folds[i].Predictions.Values.ToArray().Should().Equal(model.Predict(folds[i].Test).Values.ToArray());
        }
    }

    [Fact]
    public void SettingsSearch_TriesAllAndFindsTheBest()
    {
        TableTraining<float>[] candidates = [s_short with { Epochs = 1 }, s_short with { Epochs = 40 }, s_short with { Epochs = 2 }];
        var search = SettingsSearch<float>.Run(s_penguins, "species", candidates, foldCount: 3);

        search.Tried.Select(tried => tried.Settings).Should().Equal(candidates);
        search.Best.Settings.Epochs.Should().Be(40);
        SettingsSearch<float>.Run(s_penguins, "species", candidates, foldCount: 3, timeBudget: TimeSpan.Zero).Tried
            .Should().ContainSingle("the first is always tried");
        FluentActions.Invoking(() => SettingsSearch<float>.Run(s_penguins, "species", [])).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void PermutationImportance_OfTheOnlyColumnThatMatters_IsAll()
    {
        var random = new Random(1);
        double[] x = [.. Enumerable.Range(0, 200).Select(_ => random.NextDouble())];
        var table = new Table([
            TableColumn.FromNumbers("noise", [.. x.Select(_ => random.NextDouble())]),
            TableColumn.FromTexts("colour", x.Select(value => value < 0.3 ? "red" : value < 0.6 ? "green" : "blue")),
            TableColumn.FromTexts("y", x.Select(value => value < 0.3 ? "low" : "high")),
        ]);
        var model = TableModel<float>.Fit(table, "y", s_short with { Epochs = 60 });

        IReadOnlyList<PermutationImportance> one = PermutationImportance.Compute(model, table, maxDegreeOfParallelism: 1);
        IReadOnlyList<PermutationImportance> four = PermutationImportance.Compute(model, table, maxDegreeOfParallelism: 4);

        one.Should().Equal(four);
        one.Select(importance => importance.Column).Should().Equal("colour", "noise");
        one[0].Mean.Should().BeApproximately(2 * 0.3 * 0.7, 0.1, "mixing up makes classes independent");
        one[0].Deviation.Should().BePositive();
        Math.Abs(one[1].Mean).Should().BeLessThan(0.02);
    }

    private static double[] Probabilities(TablePredictions predictions) =>
        [.. Enumerable.Range(0, predictions.Count).SelectMany(row => predictions.GetProbabilities(row).ToArray())];

    private static byte[] Saved(TableModel<float> model, TempDirectory directory)
    {
        string path = directory.File("again.safetensors");
        model.Save(path);
        return File.ReadAllBytes(path);
    }
}
