using NeuralNets.Core.Evaluation;

namespace NeuralNets.Core.Tests.Evaluation;

public class ConfusionMatrixTests
{
    [Fact]
    public void Constructor_Labels_CountsThePairs()
    {
        var matrix = new ConfusionMatrix([0, 0, 1, 1, 1, 2], [0, 1, 1, 1, 0, 0], classCount: 4);

        long[,] expected = { { 1, 1, 0, 0 }, { 1, 2, 0, 0 }, { 1, 0, 0, 0 }, { 0, 0, 0, 0 } };
        for (int actual = 0; actual < 4; actual++)
        {
            for (int predicted = 0; predicted < 4; predicted++)
            {
                matrix[actual, predicted].Should().Be(expected[actual, predicted]);
            }
        }

        matrix.ClassCount.Should().Be(4);
        matrix.SampleCount.Should().Be(6);
        matrix.Accuracy.Should().Be(0.5);
    }

    [Fact]
    public void Constructor_ManyLabels_SumsToTheirNumberAndItsDiagonalToTheCorrectOnes()
    {
        var random = new Random(1);
        int[] actual = [.. Enumerable.Range(0, 1000).Select(_ => random.Next(7))];
        int[] predicted = [.. Enumerable.Range(0, 1000).Select(_ => random.Next(7))];

        var matrix = new ConfusionMatrix(actual, predicted, 7);

        var cells = Enumerable.Range(0, 7).SelectMany(a => Enumerable.Range(0, 7).Select(p => matrix[a, p])).ToList();
        cells.Sum().Should().Be(1000);
        (Enumerable.Range(0, 7).Sum(i => matrix[i, i]) / 1000.0)
            .Should().Be(matrix.Accuracy).And.Be(Accuracy.Of(actual, predicted));
    }

    [Fact]
    public void Constructor_LabelOutOfRange_NamesIt()
    {
        Action actual = () => _ = new ConfusionMatrix([0, 3], [0, 0], 3);
        Action predicted = () => _ = new ConfusionMatrix([0, 0], [-1, 0], 3);

        actual.Should().Throw<ArgumentException>().WithParameterName("actual")
            .WithMessage("Labels must be between 0 and 2, but sample 1 has label 3.*");
        predicted.Should().Throw<ArgumentException>().WithParameterName("predicted")
            .WithMessage("Labels must be between 0 and 2, but sample 0 has label -1.*");
    }

    [Fact]
    public void Constructor_NoneOrDifferentNumbers_Throws()
    {
        Action none = () => _ = new ConfusionMatrix([], [], 3);
        Action different = () => _ = new ConfusionMatrix([0, 1], [0], 3);
        Action classCount = () => _ = new ConfusionMatrix([0], [0], 0);

        none.Should().Throw<ArgumentException>().WithMessage("There must be*at least one*0 actual*");
        different.Should().Throw<ArgumentException>().WithMessage("*2 actual and 1 predicted.*");
        classCount.Should().Throw<ArgumentOutOfRangeException>().WithParameterName(nameof(classCount));
    }

    // Class 2 is never predicted, class 3 never occurs, class 4 neither:
    //          predicted 0  1  2  3  4
    // actual 0           3  1  0  0  0
    //        1           1  2  0  1  0
    //        2           2  0  0  0  0
    private static readonly ConfusionMatrix s_matrix =
        new([0, 0, 0, 0, 1, 1, 1, 1, 2, 2], [0, 0, 0, 1, 0, 1, 1, 3, 0, 0], classCount: 5);

    [Theory]
    [InlineData(0, 3.0 / 6, 3.0 / 4, 6.0 / 10, 4)]
    [InlineData(1, 2.0 / 3, 2.0 / 4, 4.0 / 7, 4)]
    [InlineData(2, 0, 0, 0, 2)]
    [InlineData(3, 0, 0, 0, 0)]
    [InlineData(4, 0, 0, 0, 0)]
    public void GetMetrics_Class_IsWhatWasCountedByHand(int label, double precision, double recall, double f1, long support) =>
        s_matrix.GetMetrics(label).Should().Be(
            new ClassMetrics { Precision = precision, Recall = recall, F1 = f1, Support = support });

    [Fact]
    public void ComputeMacroAverage_Classes_CountsThoseThatOccurOrWerePredictedTheSame()
    {
        ClassMetrics macro = s_matrix.ComputeMacroAverage();

        macro.Precision.Should().BeApproximately(((1.0 / 2) + (2.0 / 3)) / 4, 1e-15);
        macro.Recall.Should().BeApproximately((0.75 + 0.5) / 4, 1e-15);
        macro.F1.Should().BeApproximately((0.6 + (4.0 / 7)) / 4, 1e-15);
        macro.Support.Should().Be(10);
    }

    [Fact]
    public void ComputeWeightedAverage_Classes_CountsEachAsOftenAsItOccurs()
    {
        ClassMetrics weighted = s_matrix.ComputeWeightedAverage();

        weighted.Precision.Should().BeApproximately(((4 * 0.5) + (4 * (2.0 / 3))) / 10, 1e-15);
        weighted.Recall.Should().BeApproximately(0.5, 1e-15).And.BeApproximately(s_matrix.Accuracy, 1e-15);
        weighted.F1.Should().BeApproximately(((4 * 0.6) + (4 * (4.0 / 7))) / 10, 1e-15);
        weighted.Support.Should().Be(10);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(5)]
    public void GetMetrics_NoClass_Throws(int label)
    {
        Action evaluate = () => s_matrix.GetMetrics(label);

        evaluate.Should().Throw<ArgumentOutOfRangeException>().WithMessage("The class must be between 0 and 4.*");
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(0, 5)]
    public void Indexer_NoClass_Throws(int actual, int predicted)
    {
        Func<long> count = () => s_matrix[actual, predicted];

        count.Should().Throw<ArgumentOutOfRangeException>().WithMessage("The class must be between 0 and 4.*");
    }

    [Fact]
    public void Constructor_AnyNumberOfClasses_TakesMemoryForItsSamplesOnly()
    {
        long before = GC.GetAllocatedBytesForCurrentThread();

        var matrix = new ConfusionMatrix([0, 7, int.MaxValue - 1], [0, int.MaxValue - 1, 7], int.MaxValue);
        ClassMetrics macro = matrix.ComputeMacroAverage();
        ClassMetrics weighted = matrix.ComputeWeightedAverage();

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(100_000);
        matrix[7, int.MaxValue - 1].Should().Be(1);
        matrix[7, 7].Should().Be(0);
        matrix[1, 1].Should().Be(0);
        matrix.GetMetrics(0).F1.Should().Be(1);
        matrix.GetMetrics(1).Should().Be(new ClassMetrics { Precision = 0, Recall = 0, F1 = 0, Support = 0 });
        macro.Recall.Should().Be(1.0 / 3);
        weighted.Recall.Should().Be(1.0 / 3);
    }

    [Fact]
    public void ToString_FewClasses_IsTheAccuracyAndTheTable()
    {
        using var culture = new DecimalComma();

        s_matrix.ToString().Should().Be(
            """
            accuracy 0.5000 over 10 samples of 5 classes; rows: actual, columns: predicted
                 0  1  2  3  4
              0  3  1  0  0  0
              1  1  2  0  1  0
              2  2  0  0  0  0
              3  0  0  0  0  0
              4  0  0  0  0  0
            """.ReplaceLineEndings("\n"));
    }

    [Theory]
    [InlineData(20, 22)]
    [InlineData(21, 1)]
    [InlineData(int.MaxValue, 1)]
    public void ToString_Classes_HasATableForUpTo20(int classCount, int lines)
    {
        string text = new ConfusionMatrix(new int[1000], new int[1000], classCount).ToString();

        text.Should().StartWith($"accuracy 1.0000 over 1000 samples of {classCount} classes");
        text.Split('\n').Should().HaveCount(lines);
        text.Split('\n').Skip(1).All(line => line.Length == 21 * "  1000".Length).Should().BeTrue();
    }

    [Fact]
    public void BalancedAccuracyAndMatthewsCorrelation_Classes_AreWhatIsComputedByHand()
    {
        // Recalls 3/4, 2/4 and 0 of the classes that occur; n·Σc − Σt·p = 10·5 − (4·6 + 4·3), n² − Σp² = 100 − 46, n² − Σt² = 100 − 36.
        s_matrix.BalancedAccuracy.Should().BeApproximately(1.25 / 3, 1e-15);
        s_matrix.MatthewsCorrelation.Should().BeApproximately((50 - 36) / Math.Sqrt(54.0 * 64), 1e-15);
    }

    [Theory]
    [InlineData(new[] { 0, 1, 2 }, new[] { 0, 1, 2 }, 1)]
    [InlineData(new[] { 0, 0, 1, 1 }, new[] { 1, 1, 0, 0 }, -1)]
    [InlineData(new[] { 0, 1, 2 }, new[] { 1, 1, 1 }, 0)]
    [InlineData(new[] { 1, 1, 1 }, new[] { 0, 1, 2 }, 0)]
    [InlineData(new[] { 1, 1, 1 }, new[] { 1, 1, 1 }, 0)]
    public void MatthewsCorrelation_Extremes_AreReached(int[] actual, int[] predicted, double expected) =>
        new ConfusionMatrix(actual, predicted, 3).MatthewsCorrelation.Should().BeApproximately(expected, 1e-15);

    [Fact]
    public void Constructor_Weights_CountsSamplesByThemAndHasThePlainNumbersBeside()
    {
        var weighted = new ConfusionMatrix([0, 0, 1, 1, 2], [0, 1, 1, 0, 2], 4, [2, 1, 3, 0.5, 0]);

        weighted.Accuracy.Should().BeApproximately(5 / 6.5, 1e-15);
        weighted.BalancedAccuracy.Should().BeApproximately(((2.0 / 3) + (3 / 3.5)) / 2, 1e-15);
        weighted.GetMetrics(0).Precision.Should().BeApproximately(2 / 2.5, 1e-15);
        weighted.GetMetrics(0).Support.Should().Be(2);
        weighted[2, 2].Should().Be(1);
        weighted.GetMetrics(2).F1.Should().Be(0);
        weighted.ComputeMacroAverage().Recall.Should().BeApproximately(weighted.BalancedAccuracy, 1e-15);
        weighted.Unweighted!.Accuracy.Should().Be(0.6);
        weighted.Unweighted.GetMetrics(2).F1.Should().Be(1);
        weighted.Unweighted.Unweighted.Should().BeNull();
        s_matrix.Unweighted.Should().BeNull();
    }
}
