using NeuralNets.Core.Evaluation;

namespace NeuralNets.Core.Tests.Evaluation;

public class ConfusionMatrixTests
{
    [Fact]
    public void Constructor_Labels_CountsThePairs()
    {
        var matrix = new ConfusionMatrix([0, 0, 1, 1, 1, 2], [0, 1, 1, 1, 0, 0], classes: 4);

        long[,] expected = { { 1, 1, 0, 0 }, { 1, 2, 0, 0 }, { 1, 0, 0, 0 }, { 0, 0, 0, 0 } };
        for (int actual = 0; actual < 4; actual++)
        {
            for (int predicted = 0; predicted < 4; predicted++)
            {
                matrix[actual, predicted].Should().Be(expected[actual, predicted]);
            }
        }

        matrix.Classes.Should().Be(4);
        matrix.Samples.Should().Be(6);
        matrix.Accuracy.Should().Be(0.5);
    }

    [Fact]
    public void Constructor_ManyLabels_SumsToTheirNumberAndItsDiagonalToTheHits()
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
        Action classes = () => _ = new ConfusionMatrix([0], [0], 0);

        none.Should().Throw<ArgumentException>().WithMessage("There must be*at least one*0 actual*");
        different.Should().Throw<ArgumentException>().WithMessage("*2 actual and 1 predicted.*");
        classes.Should().Throw<ArgumentOutOfRangeException>().WithParameterName(nameof(classes));
    }
}
