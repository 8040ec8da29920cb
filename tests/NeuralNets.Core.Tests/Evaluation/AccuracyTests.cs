using NeuralNets.Core.Evaluation;

namespace NeuralNets.Core.Tests.Evaluation;

public class AccuracyTests
{
    [Fact]
    public void Of_Labels_IsTheShareOfEqualPairs()
    {
        Accuracy.Of([0, 1, 2, 1], [0, 1, 1, 1]).Should().Be(0.75);
        Accuracy.Of([3], [3]).Should().Be(1);
        Accuracy.Of([3, 3, 3], [0, 1, 2]).Should().Be(0);
        Accuracy.Of([1, 2, 3], [1, 0, 0]).Should().Be(1.0 / 3);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(2, 3)]
    [InlineData(3, 2)]
    [InlineData(0, 1)]
    public void Of_NoneOrDifferentNumbers_SaysBoth(int actual, int predicted)
    {
        Action evaluate = () => Accuracy.Of(new int[actual], new int[predicted]);

        evaluate.Should().Throw<ArgumentException>()
            .WithMessage($"There must be one predicted label per actual one, and at least one, "
                + $"but there were {actual} actual and {predicted} predicted.*");
    }

    [Fact]
    public void Of_Weights_CountsSamplesByThem()
    {
        Accuracy.Of([0, 1, 2, 1], [0, 1, 1, 1], [1, 2, 5, 0]).Should().Be(3.0 / 8);
        Accuracy.Of([0, 1, 2, 1], [0, 1, 1, 1], [1, 1, 1, 1]).Should().Be(0.75);
    }
}
