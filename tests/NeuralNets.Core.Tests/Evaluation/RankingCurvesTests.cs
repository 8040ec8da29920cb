using FsCheck;
using FsCheck.Fluent;
using NeuralNets.Core.Evaluation;

namespace NeuralNets.Core.Tests.Evaluation;

public sealed class RankingCurvesTests
{
    [Fact]
    public void Of_SixSamplesWithATie_IsWhatIsCountedByHand()
    {
        // By falling score: yes 0.9; no and yes 0.8; no 0.4; yes 0.3; no 0.1. Of the nine pairs of a yes and a no, yes has the higher score
        // in 3 + 2 + 1, and the same in one.
        int[] actual = [1, 0, 1, 0, 1, 0];
        double[] scores = [0.9, 0.8, 0.8, 0.4, 0.3, 0.1];

        RocCurve roc = RocCurve.Of<double>(actual, scores);
        PrecisionRecallCurve curve = PrecisionRecallCurve.Of<double>(actual, scores);

        roc.Auc.Should().BeApproximately(6.5 / 9, 1e-15);
        roc.Points.Should().Equal(
            new RocPoint(double.PositiveInfinity, 0, 0),
            new(0.9, 0, 1.0 / 3),
            new(0.8, 1.0 / 3, 2.0 / 3),
            new(0.4, 2.0 / 3, 2.0 / 3),
            new(0.3, 2.0 / 3, 1),
            new(0.1, 1, 1));
        curve.Points.Should().Equal(
            new PrecisionRecallPoint(double.PositiveInfinity, 1, 0),
            new(0.9, 1, 1.0 / 3),
            new(0.8, 2.0 / 3, 2.0 / 3),
            new(0.4, 2.0 / 4, 2.0 / 3),
            new(0.3, 3.0 / 5, 1),
            new(0.1, 3.0 / 6, 1));
        curve.AveragePrecision.Should().BeApproximately((1 + (2.0 / 3) + (3.0 / 5)) / 3, 1e-15);
    }

    [Fact]
    public void Auc_AnyScores_IsTheShareOfPairsInOrder() =>
        Prop.ForAll(Samples().ToArbitrary(), given =>
        {
            // Mann and Whitney's U, by all pairs.
            double pairs = 0, all = 0;
            foreach ((int yes, double high, double first) in given.Where(sample => sample.Actual == 1))
            {
                foreach ((int no, double low, double second) in given.Where(sample => sample.Actual == 0))
                {
                    pairs += first * second * (high > low ? 1 : high == low ? 0.5 : 0);
                    all += first * second;
                }
            }

            return Math.Abs(Roc(given).Auc - (pairs / all)) < 1e-13;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Fact]
    public void Of_ScoresUnderARisingFunction_GivesTheSameBits() =>
        Prop.ForAll(Samples().ToArbitrary(), given =>
        {
            (int, double, double)[] risen = [.. given.Select(sample => (sample.Actual, (8 * sample.Score) - 3, sample.Weight))];
            return Roc(risen).Auc == Roc(given).Auc
                && Precision(risen).AveragePrecision == Precision(given).AveragePrecision
                && Roc(risen).Points.Select(point => point.TruePositiveRate)
                    .SequenceEqual(Roc(given).Points.Select(point => point.TruePositiveRate));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Fact]
    public void Of_WholeWeights_IsThatOfRepeatedSamples() =>
        Prop.ForAll(Samples().ToArbitrary(), given =>
        {
            (int, double, double)[] repeated =
                [.. given.SelectMany(sample => Enumerable.Repeat((sample.Actual, sample.Score, 1.0), (int)sample.Weight))];
            return Roc(repeated).Auc == Roc(given).Auc && Roc(repeated).Points.SequenceEqual(Roc(given).Points)
                && Precision(repeated).AveragePrecision == Precision(given).AveragePrecision
                && Precision(repeated).Points.SequenceEqual(Precision(given).Points);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Fact]
    public void Of_DoubledOrNoWeights_GivesTheSameBits() =>
        Prop.ForAll(Samples().ToArbitrary(), given =>
        {
            (int, double, double)[] doubled = [.. given.Select(sample => (sample.Actual, sample.Score, 2 * sample.Weight))];
            int[] actual = [.. given.Select(sample => sample.Actual)];
            double[] scores = [.. given.Select(sample => sample.Score)];
            double[] ones = [.. given.Select(_ => 1.0)];
            return Roc(doubled).Points.SequenceEqual(Roc(given).Points) && Roc(doubled).Auc == Roc(given).Auc
                && RocCurve.Of<double>(actual, scores, ones).Auc == RocCurve.Of<double>(actual, scores).Auc
                && PrecisionRecallCurve.Of<double>(actual, scores, ones).AveragePrecision
                    == PrecisionRecallCurve.Of<double>(actual, scores).AveragePrecision;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Fact]
    public void Of_ReversedScores_MirrorsTheArea() =>
        Prop.ForAll(Samples().ToArbitrary(), given =>
        {
            (int, double, double)[] reversed = [.. given.Select(sample => (sample.Actual, -sample.Score, sample.Weight))];
            return Math.Abs(Roc(reversed).Auc + Roc(given).Auc - 1) < 1e-14;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Fact]
    public void Of_OneClassOnly_SaysWhichOne()
    {
        Action allYes = () => RocCurve.Of<float>([1, 1], [0.1f, 0.2f]);
        Action allNo = () => RocCurve.Of<float>([0, 0], [0.1f, 0.2f]);
        Action noYesThatCounts = () => RocCurve.Of<float>([0, 1], [0.1f, 0.2f], [1, 0]);
        Action precision = () => PrecisionRecallCurve.Of<float>([0, 0], [0.1f, 0.2f]);

        allYes.Should().Throw<ArgumentException>().WithParameterName("actual")
            .WithMessage("The curve needs samples that are yes and samples that are no, but all that count are yes.*");
        allNo.Should().Throw<ArgumentException>().WithMessage("*all that count are no.*");
        noYesThatCounts.Should().Throw<ArgumentException>().WithMessage("*all that count are no.*");
        precision.Should().Throw<ArgumentException>().WithMessage("The curve needs samples that are yes, but all that count are no.*");
        PrecisionRecallCurve.Of<float>([1, 1], [0.1f, 0.2f]).AveragePrecision.Should().Be(1);
    }

    [Fact]
    public void Of_BadArguments_SaysWhere()
    {
        Action noNumber = () => RocCurve.Of<double>([0, 1], [0.5, double.NaN]);
        Action infinite = () => PrecisionRecallCurve.Of<double>([0, 1], [double.PositiveInfinity, 0.5]);
        Action label = () => RocCurve.Of<double>([0, 2], [0.5, 0.5]);
        Action none = () => RocCurve.Of<double>([], []);
        Action count = () => PrecisionRecallCurve.Of<double>([1, 0, 1], [0.5, 0.5]);
        Action half = () => RocCurve.Of<Half>([0, 1], [Half.One, Half.One]);

        noNumber.Should().Throw<ArgumentException>().WithMessage("Scores must be finite, but that of sample 1 is NaN.*");
        infinite.Should().Throw<ArgumentException>().WithMessage("Scores must be finite, but that of sample 0 is Infinity.*");
        label.Should().Throw<ArgumentException>().WithMessage("Labels must be between 0 and 1, but sample 1 has label 2.*");
        none.Should().Throw<ArgumentException>().WithMessage("*at least one, but there were 0 actual and 0 scores.*");
        count.Should().Throw<ArgumentException>().WithMessage("There must be one score per actual one*3 actual and 2 scores.*");
        half.Should().Throw<NotSupportedException>();
    }

    [Theory]
    [InlineData(new[] { 1.0 }, "There must be one weight per sample or none at all: there are 2 samples, but 1 weights.*")]
    [InlineData(new[] { 1.0, -1 }, "Weights must be finite and not negative, but that of sample 1 is -1.*")]
    [InlineData(new[] { double.NaN, 1 }, "Weights must be finite and not negative, but that of sample 0 is NaN.*")]
    [InlineData(new[] { 0.0, 0 }, "Weights must have a positive and finite sum, but theirs is 0.*")]
    [InlineData(new[] { double.MaxValue, double.MaxValue }, "Weights must have a positive and finite sum, but theirs is Infinity.*")]
    public void Of_BadWeights_SaysWhatIsWrong(double[] weights, string message)
    {
        Action[] evaluations =
        [
            () => RocCurve.Of<double>([0, 1], [0.5, 0.5], weights),
            () => PrecisionRecallCurve.Of<double>([0, 1], [0.5, 0.5], weights),
            () => CalibrationCurve.Of<double>([0, 1], [0.5, 0.5], weights),
            () => BinaryMetrics.Of<double>([0, 1], [0.5, 0.5], weights),
            () => RegressionMetrics.Of<double>([0, 1], [0.5, 0.5], weights),
            () => _ = new ConfusionMatrix([0, 1], [0, 1], 2, weights),
            () => Accuracy.Of([0, 1], [0, 1], weights),
        ];

        foreach (Action evaluate in evaluations)
        {
            evaluate.Should().Throw<ArgumentException>().WithParameterName(nameof(weights)).WithMessage(message);
        }
    }

    [Theory]
    [InlineData(1e-300)]
    [InlineData(5e-324)]
    [InlineData(1e200)]
    [InlineData(1e307)]
    public void Of_WeightsOfAnySize_IsThatOfTheirRatios(double unit)
    {
        int[] actual = [1, 0, 1, 0, 1];
        double[] scores = [0.9, 0.8, 0.8, 0.4, 0.3];
        double[] weights = [1, 2, 3, 1, 2];
        double[] scaled = [.. weights.Select(weight => weight * unit)];

        RocCurve.Of<double>(actual, scores, scaled).Auc
            .Should().BeApproximately(RocCurve.Of<double>(actual, scores, weights).Auc, 1e-15).And.BeInRange(0.1, 0.9);
        PrecisionRecallCurve.Of<double>(actual, scores, scaled).AveragePrecision
            .Should().BeApproximately(PrecisionRecallCurve.Of<double>(actual, scores, weights).AveragePrecision, 1e-15);
        BinaryMetrics.Of<double>(actual, scores, scaled).Confusion.MatthewsCorrelation
            .Should().BeApproximately(BinaryMetrics.Of<double>(actual, scores, weights).Confusion.MatthewsCorrelation, 1e-15);
        OutputMetrics metrics = RegressionMetrics.Of<double>(scores, [1, 1, 0, 0, 0.5], scaled).Average;
        OutputMetrics expected = RegressionMetrics.Of<double>(scores, [1, 1, 0, 0, 0.5], weights).Average;
        metrics.RSquared.Should().BeApproximately(expected.RSquared!.Value, 1e-15);
        metrics.MedianAbsoluteError.Should().Be(expected.MedianAbsoluteError);
    }

    [Fact]
    public void ToString_AnyCulture_HasPoints()
    {
        using var culture = new DecimalComma();

        RocCurve.Of<double>([1, 0, 0, 0], [0.5, 0.75, 0.25, 0]).ToString().Should().Be("ROC AUC 0.6667, 5 points");
        PrecisionRecallCurve.Of<double>([1, 0, 0, 0], [0.5, 0.75, 0.25, 0]).ToString().Should().Be("average precision 0.5000, 5 points");
    }

    [Fact]
    public void Of_ManySamples_TakesMemoryInProportion()
    {
        const int Count = 100_000;
        int[] actual = [.. Enumerable.Range(0, Count).Select(i => i % 2)];
        double[] scores = RandomValues.Create<double>(1, Count);
        long before = GC.GetAllocatedBytesForCurrentThread();

        RocCurve roc = RocCurve.Of<double>(actual, scores);

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(150L * Count);
        roc.Auc.Should().BeApproximately(0.5, 0.01);
    }

    /// <summary>Samples of both kinds, of few different scores, some of them without weight.</summary>
    private static Gen<(int Actual, double Score, double Weight)[]> Samples() =>
        from rest in (
            from actual in Gen.Choose(0, 1)
            from score in Gen.Choose(-6, 6)
            from weight in Gen.Choose(0, 3)
            select (actual, score / 8.0, (double)weight)).ArrayOf()
        select ((int, double, double)[])[.. rest, (1, 0.25, 1), (0, 0.125, 2)];

    private static RocCurve Roc((int Actual, double Score, double Weight)[] samples) => RocCurve.Of<double>(
        samples.Select(sample => sample.Actual).ToArray(),
        samples.Select(sample => sample.Score).ToArray(),
        samples.Select(sample => sample.Weight).ToArray());

    private static PrecisionRecallCurve Precision((int Actual, double Score, double Weight)[] samples) => PrecisionRecallCurve.Of<double>(
        samples.Select(sample => sample.Actual).ToArray(),
        samples.Select(sample => sample.Score).ToArray(),
        samples.Select(sample => sample.Weight).ToArray());
}
