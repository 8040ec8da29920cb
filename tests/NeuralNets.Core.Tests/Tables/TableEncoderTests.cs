using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Data;
using NeuralNets.Core.Tables;

namespace NeuralNets.Core.Tests.Tables;

public sealed class TableEncoderTests
{
    private static readonly Table s_training = CsvTableTests.Read(
        """
        size,constant,colour,weight,price
        1,5,red,2,10
        3,5,blue,1,20
        ,5,red,1,30
        8,5,,1,60
        """);

    /// <summary>By hand: the median of 1, 3, 8 is 3; 1, 3, 3, 8 have the mean 15/4 and the variance 107/16 · … as below.</summary>
    [Fact]
    public void Fit_NumbersCategoriesAndGaps_AreEncodedAsByHand()
    {
        var encoder = TableEncoder.Fit(s_training, "price", new TableEncoderOptions { WeightColumn = "weight" });

        encoder.FeatureNames.Should().Equal("size", "size is missing", "constant", "colour = blue", "colour = red", "colour is missing");
        encoder.ColumnNames.Should().Equal("size", "constant", "colour");
        encoder.OutputCount.Should().Be(1);
        Matrix<double> features = encoder.EncodeFeatures<double>(s_training);
        const double Mean = 3.75;
        double deviation = Math.Sqrt(((2.75 * 2.75) + (0.75 * 0.75) + (0.75 * 0.75) + (4.25 * 4.25)) / 4);
        double[] sizes = [(1 - Mean) / deviation, (3 - Mean) / deviation, (3 - Mean) / deviation, (8 - Mean) / deviation];
        for (int row = 0; row < 4; row++)
        {
            features[0, row].Should().BeApproximately(sizes[row], 1e-15);
        }

        features.Row(1).Should().Equal(0, 0, 1, 0);
        features.Row(2).Should().Equal(0, 0, 0, 0);
        features.Row(3).Should().Equal(0, 1, 0, 0);
        features.Row(4).Should().Equal(1, 0, 1, 0);
        features.Row(5).Should().Equal(0, 0, 0, 1);

        Dataset<double> set = encoder.Encode<double>(s_training);
        set.Weights.ToArray().Should().Equal(2, 1, 1, 1);
        double priceDeviation = Math.Sqrt(((20.0 * 20) + (10 * 10) + 0 + (30 * 30)) / 4);
        set.Values.ToArray().Should().Equal(-20 / priceDeviation, -10 / priceDeviation, 0, 30 / priceDeviation);
        foreach ((double value, double price) in set.Values.ToArray().Zip([10.0, 20, 30, 60]))
        {
            encoder.DecodeValue(value).Should().BeApproximately(price, 1e-13);
        }

        encoder.Warnings.Should().Contain("Column \"constant\" is constant, so nothing can be learned from it.");
    }

    [Fact]
    public void Encode_OtherTables_UsesWhatTrainingSaid()
    {
        var encoder = TableEncoder.Fit(s_training, "price", new TableEncoderOptions { WeightColumn = "weight" });
        Table other = CsvTableTests.Read("extra,colour,size,constant\n7,green,3.75,9\n8,blue,NA,\n");

        Matrix<double> features = encoder.EncodeFeatures<double>(other);

        features.Column(0).Should().Equal(0, 0, 0, 0, 0, 0);
        features.Column(1).AsArray()[1..].Should().Equal(1, 0, 1, 0, 0);
        encoder.Check(other).Should().Equal(
            "Column \"constant\": no value was missing in training, but 1 are here.",
            "Column \"colour\": training had not the category \"green\", which 1 rows have.");
        FluentActions.Invoking(() => encoder.EncodeFeatures<double>(CsvTableTests.Read("size,colour\n1,red\n"))).Should()
            .Throw<ArgumentException>()
            .WithMessage("The table must have the column \"constant\", which training had, but has \"size\", \"colour\".*");
        FluentActions.Invoking(() => encoder.EncodeFeatures<double>(CsvTableTests.Read("size,colour,constant\nbig,red,1\n2,x,2\n")))
            .Should().Throw<ArgumentException>()
            .WithMessage("Row 0, column \"size\": the value must be a number within the range of the network's, but is \"big\".*");
        FluentActions.Invoking(() => encoder.EncodeFeatures<float>(CsvTableTests.Read("size,colour,constant\n1e300,red,1\n2,x,2\n")))
            .Should().Throw<ArgumentException>().WithMessage("Row 0, column \"size\"*but is \"1E+300\".*");
    }

    [Fact]
    public void EncodeRow_GivesTheFeaturesOfTheTable()
    {
        var encoder = TableEncoder.Fit(s_training, "price", new TableEncoderOptions { WeightColumn = "weight" });
        float[] features = new float[encoder.FeatureCount];

        encoder.EncodeRow<float>([3.0, 5, "blue"], features).Should().BeTrue();
        features.Should().Equal(encoder.EncodeFeatures<float>(s_training).Column(1));
        encoder.EncodeRow<float>([default, "5", "red"], features).Should().BeTrue();
        features.Should().Equal(encoder.EncodeFeatures<float>(s_training).Column(2));
        encoder.EncodeRow<float>([3.0, 5, "green"], features).Should().BeFalse();
        FluentActions.Invoking(() => encoder.EncodeRow<float>([3.0], features)).Should().Throw<ArgumentException>()
            .WithMessage("A row must have 3 values (size, constant, colour)*");
    }

    [Fact]
    public void Fit_Classes_AreInOrder()
    {
        var encoder = TableEncoder.Fit(CsvTableTests.Read("x,class\n1,b\n2,a\n3,c\n4,b\n"), "class");

        encoder.ClassNames.Should().Equal("a", "b", "c");
        encoder.CreateOutput<float>().Should().BeOfType<Softmax<float>>();
        encoder.Encode<float>(CsvTableTests.Read("class,x\nc,1\na,2\n")).Labels.ToArray().Should().Equal(2, 0);
        FluentActions.Invoking(() => encoder.Encode<float>(CsvTableTests.Read("x,class\n1,d\n2,a\n"))).Should().Throw<ArgumentException>()
            .WithMessage("Row 0: the target \"class\" must be one of the 3 classes of training (a, b, c), but is \"d\".*");
    }

    [Fact]
    public void Fit_NumbersAsClassesAndCategories_CompareAsNumbers()
    {
        Table training = CsvTableTests.Read("zip,y\n10,10\n2,2\n1.50,10\n2,2\n");
        var encoder = TableEncoder.Fit(training, "y", new TableEncoderOptions
        {
            Target = TargetUse.Class,
            Uses = new Dictionary<string, ColumnUse> { ["zip"] = ColumnUse.Category },
        });

        encoder.ClassNames.Should().Equal("2", "10");
        encoder.FeatureNames.Should().Equal("zip = 1.5", "zip = 2", "zip = 10");
        float[] features = new float[3];
        encoder.EncodeRow<float>(["1.500"], features).Should().BeTrue();
        features.Should().Equal(1, 0, 0);
        encoder.Encode<float>(CsvTableTests.Read("zip,y\nx,10.0\n2,2\n", new CsvOptions { TextColumns = ["y"] })).Labels.ToArray()
            .Should().Equal(1, 0);
    }

    [Fact]
    public void Fit_MoreCategoriesThanAllowed_HaveOneFeatureTogether()
    {
        Table training = CsvTableTests.Read("c,n,y\na,1,1\na,1,2\nb,1,3\nb,1,4\nc,1,5\nd,2,6\n");
        var encoder = TableEncoder.Fit(training, "y", new TableEncoderOptions { MaxCategories = 2 });

        encoder.FeatureNames.Should().Equal("c = a", "c = b", "c = other", "n");
        encoder.EncodeFeatures<float>(training).Row(2).Should().Equal(0, 0, 0, 0, 1, 1);
        encoder.Warnings.Should().Contain(warning => warning.Contains("has 4 categories", StringComparison.Ordinal));
    }

    [Fact]
    public void Fit_Dates_BecomeDayMonthDayOfTheWeekAndHour()
    {
        Table training = CsvTableTests.Read("when,y\n2000-01-01,1\n2000-01-03T12:00,2\n,3\n");
        var encoder = TableEncoder.Fit(training, "y", new TableEncoderOptions
        {
            Uses = new Dictionary<string, ColumnUse> { ["when"] = ColumnUse.Date },
        });

        Matrix<double> features = encoder.EncodeFeatures<double>(training);
        encoder.FeatureCount.Should().Be(1 + 12 + 7 + 24 + 1);
        features[0, 0].Should().Be(-1);
        features[0, 1].Should().Be(1);
        string[] names = [.. encoder.FeatureNames.Where((_, i) => i > 0 && features[i, 1] == 1)];
        names.Should().Equal("when = January", "when = Monday", "when = 12 h");
        encoder.FeatureNames.Where((_, i) => features[i, 2] != 0).Should().Equal("when is missing");
        double[] row = new double[encoder.FeatureCount];
        encoder.EncodeRow<double>([new DateTime(2000, 1, 3, 12, 0, 0)], row);
        row.Should().Equal(features.Column(1));
        FluentActions.Invoking(() => encoder.EncodeRow<double>(["03/04/2000"], row)).Should().Throw<ArgumentException>()
            .WithMessage("*a date of ISO 8601*but is \"03/04/2000\"*");
    }

    [Fact]
    public void Fit_WhatLooksWrong_IsListed()
    {
        var text = new System.Text.StringBuilder("row,id,leak,copy,date,comma,mixed,raw,y\n");
        for (int i = 0; i < 30; i++)
        {
            text.Append(
                $"{i},k{i},{(i % 2 == 0 ? "even" : "odd")},{i % 2},2020-01-{1 + (i % 5):00},\"{i % 3},5\",{(i == 7 ? "x" : $"{i % 3}")},"
                + $"{1000 * (i % 3)},{i % 2}\n");
        }

        var encoder = TableEncoder.Fit(CsvTableTests.Read(text.ToString()), "y", new TableEncoderOptions
        {
            Uses = new Dictionary<string, ColumnUse> { ["raw"] = ColumnUse.PassThrough },
        });

        string[] expected =
        [
            "The target \"y\" is predicted as a number, but has only 2 different ones (0, 1)*",
            "Column \"row\" identifies rows*",
            "Column \"id\" is not used, since it identifies rows: all of its 30 values are different.",
            "Column \"leak\" determines the target \"y\"*",
            "Column \"copy\" is equal to the target \"y\"*",
            "Column \"date\" has dates, and each of its 5 days is a category*",
            "Column \"comma\" has numbers with a decimal comma, such as \"0,5\"*",
            "Column \"mixed\" was read as texts: 29 of the values are numbers, but line 9 has \"x\"*",
            "Column \"raw\" is passed through unscaled, and has 2000*",
        ];
        encoder.Warnings.Should().HaveCount(expected.Length);
        foreach ((string warning, string pattern) in encoder.Warnings.Zip(expected))
        {
            warning.Should().Match(pattern);
        }

        encoder.ToString().Should().Contain("id     not used: an identifier").And.Contain("raw    as it is -> 1");
    }

    [Fact]
    public void Check_ClassThatIsMissingAndNumbersFarAway_AreListed()
    {
        var encoder = TableEncoder.Fit(CsvTableTests.Read("x,class\n1,b\n2,a\n3,c\n4,b\n"), "class");

        encoder.Check(CsvTableTests.Read("x,class\n1,b\n1000,a\n")).Should().Equal(
            "Column \"x\": 1 numbers are more than 10 deviations away from the mean of training.",
            "The class \"c\" is missing: no row has it.");
    }

    [Theory]
    [InlineData("x,y\n1,a\n2,a\n", "y", "There must be at least 2 classes, but column \"y\" has only \"a\".*")]
    [InlineData("x,y\n1,3\n2,3\n", "y", "The numbers to predict must differ, but all 2 of column \"y\" are 3.*")]
    [InlineData("x,y\n1,3\n2,\n", "y", "Every row of training must have a target, but 1 have none in column \"y\", the first*row 1.*")]
    [InlineData("x,y\n1,3\n2,4\n", "z", "The table must have a column \"z\", but has \"x\", \"y\".*")]
    [InlineData("y\n3\n4\n", "y", "There must be a column for features beside the target*")]
    [InlineData("x,y\n,3\n,4\n", "y", "There must be a column for features*Column \"x\" is not used, since it has no value in any row.*")]
    public void Fit_WhatCannotBeLearned_Throws(string csv, string target, string message) => FluentActions
        .Invoking(() => TableEncoder.Fit(CsvTableTests.Read(csv), target)).Should().Throw<ArgumentException>().WithMessage(message);

    [Fact]
    public void Fit_OptionsThatDoNotFit_Throw()
    {
        TableEncoderOptions[] wrong =
        [
            new() { MaxCategories = 0 },
            new() { WeightColumn = "price" },
            new() { WeightColumn = "none" },
            new() { Uses = new Dictionary<string, ColumnUse> { ["none"] = ColumnUse.Ignore } },
            new() { Uses = new Dictionary<string, ColumnUse> { ["price"] = ColumnUse.Ignore } },
            new() { Uses = new Dictionary<string, ColumnUse> { ["size"] = (ColumnUse)9 } },
            new() { Target = (TargetUse)9 },
            new() { Uses = new Dictionary<string, ColumnUse> { ["colour"] = ColumnUse.Number } },
            new() { Uses = new Dictionary<string, ColumnUse> { ["colour"] = ColumnUse.Date } },
        ];
        foreach (TableEncoderOptions options in wrong)
        {
            FluentActions.Invoking(() => TableEncoder.Fit(s_training, "price", options)).Should().Throw<ArgumentException>();
        }
    }

    /// <summary>Squares of such numbers overflow or vanish; a mean that is not exact must not make a constant vary.</summary>
    [Theory]
    [InlineData(1e300, 3e300)]
    [InlineData(1e-300, 3e-300)]
    [InlineData(-1e308, 1e308)]
    public void Fit_HugeAndTinyNumbers_AreStandardized(double low, double high)
    {
        var table = new Table([TableColumn.FromNumbers("x", [low, high]), TableColumn.FromNumbers("y", [1, 2])]);

        Matrix<double> features = TableEncoder.Fit(table, "y").EncodeFeatures<double>(table);

        features[0, 0].Should().BeApproximately(-1, 1e-12);
        features[0, 1].Should().BeApproximately(1, 1e-12);
        double[] tenths = [.. Enumerable.Repeat(0.1, 1000)];
        Moments.Of(tenths).Should().Be((0.1, 0));
    }
}
