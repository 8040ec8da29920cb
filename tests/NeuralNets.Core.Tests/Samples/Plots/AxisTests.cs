using NeuralNets.Mnist.Plots;

namespace NeuralNets.Core.Tests.Samples.Plots;

public class AxisTests
{
    [Theory]
    [InlineData(0, 200, new double[] { 0, 50, 100, 150, 200 })]
    [InlineData(1, 3, new double[] { 1, 2, 3 })]
    [InlineData(0.05, 0.32, new double[] { 0.05, 0.1, 0.15, 0.2, 0.25, 0.3 })]
    [InlineData(-0.2, 0.4, new double[] { -0.2, -0.1, 0, 0.1, 0.2, 0.3, 0.4 })]
    [InlineData(7, 7, new double[] { 7 })]
    public void Ticks_LinearAxis_AreRound(double low, double high, double[] expected) =>
        Axis.Spanning([low, high]).Ticks.Should().Equal(expected);

    [Theory]
    [InlineData(0.001, 1000, new double[] { 0.001, 0.01, 0.1, 1, 10, 100, 1000 })]
    [InlineData(0.015, 2.3, new double[] { 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2 })]
    [InlineData(2.1, 2.3, new double[] { 2.1, 2.15, 2.2, 2.25, 2.3 })]
    [InlineData(1e-20, 1, new double[] { 1e-20, 1e-16, 1e-12, 1e-8, 1e-4, 1 })]
    public void Ticks_LogarithmicAxis_AreRound(double low, double high, double[] expected)
    {
        IReadOnlyList<double> ticks = Axis.Spanning([low, high], isLogarithmic: true).Ticks;

        ticks.Should().HaveSameCount(expected);
        ticks.Zip(expected).Should().AllSatisfy(pair => (pair.First / pair.Second).Should().BeApproximately(1, 1e-12));
    }

    [Fact]
    public void Position_Value_IsItsShareOfTheAxis()
    {
        var linear = Axis.Spanning([10, 30]);
        var logarithmic = Axis.Spanning([0.01, 100], isLogarithmic: true);
        var roomy = Axis.Spanning([0, 1], hasMargin: true);

        linear.Position(15).Should().BeApproximately(0.25, 1e-12);
        logarithmic.Position(1).Should().BeApproximately(0.5, 1e-12);
        roomy.Position(0).Should().BeApproximately(0.05 / 1.1, 1e-12);
        Axis.Spanning([]).Position(0.5).Should().BeApproximately(0.5, 1e-12);
    }

    [Theory]
    [InlineData(0, "0")]
    [InlineData(0.05, "0.05")]
    [InlineData(46114, "46,114")]
    [InlineData(1e-8, "1e-8")]
    [InlineData(2e9, "2e9")]
    public void Format_Tick_IsShort(double tick, string expected) => Axis.Format(tick).Should().Be(expected);
}
