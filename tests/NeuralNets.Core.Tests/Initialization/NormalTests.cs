using NeuralNets.Core.Initialization;

namespace NeuralNets.Core.Tests.Initialization;

public class NormalTests
{
    [Fact]
    public void Constructor_NoArgument_TakesTheOriginalsStandardDeviation() => new RandomNormal().StandardDeviation.Should().Be(0.01);

    [Fact]
    public void Constructor_Zero_GivesZeroWeights() =>
        new RandomNormal(0).Draw(2, 3, RandomSequence.ForWeights(1, 0), 4).Should().Be(0);

    [Theory]
    [InlineData(-0.01)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public void Constructor_NegativeOrNotFinite_ThrowsArgumentOutOfRange(double standardDeviation)
    {
        Action create = () => _ = new RandomNormal(standardDeviation);

        create.Should().Throw<ArgumentOutOfRangeException>().WithParameterName(nameof(standardDeviation))
            .WithMessage("The standard deviation must be finite and not negative.*");
    }
}
