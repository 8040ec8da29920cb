using System.Numerics;
using NeuralNets.Core.Activations;

namespace NeuralNets.Core.Tests.Activations;

public abstract class SeluTests<T> : ActivationTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    protected override IActivation<T> Activation { get; } = new Selu<T>();

    protected override double Value(double z) => z == 0 ? 0 : ActivationReference.Value("Selu", z).ToDouble();

    protected override double Slope(double z) => z == 0 ? 1.7580993408473769 : ActivationReference.Slope("Selu", z).ToDouble();

    [Fact]
    public void Evaluate_ZeroesAndInfinities_AreTheirLimits()
    {
        T[] a = Evaluate([T.Zero, T.NegativeZero, T.PositiveInfinity, T.NegativeInfinity, T.CreateChecked(-1e30)]);

        a.Should().Equal(T.Zero, T.Zero, T.PositiveInfinity, T.CreateChecked(-1.7580993408473769), T.CreateChecked(-1.7580993408473769));
        a.Select(T.IsNegative).Should().Equal(false, true, false, true, true);
    }

    [Fact]
    public void MultiplyByDerivative_ZeroInfinitiesAndFarAway_AreTheirLimits()
    {
        double.CreateChecked(SlopeAt(T.Zero)).Should().BeApproximately(1.7580993408473769, Epsilon);
        SlopeAt(T.NegativeZero).Should().Be(SlopeAt(T.Zero));
        foreach (T size in (T[])[T.PositiveInfinity, T.CreateChecked(1e30)])
        {
            SlopeAt(size).Should().Be(T.CreateChecked(1.0507009873554805));
            SlopeAt(-size).Should().Be(T.Zero);
        }

        SlopeAt(T.NaN).Should().Be(T.NaN);
    }

    [Fact]
    public void Evaluate_StandardNormalInputs_KeepMean0AndVariance1()
    {
        const int Count = 20_000;
        var random = NeuralNets.Core.Initialization.RandomSequence.FromSeed(1);
        T[] a = Evaluate([.. Enumerable.Range(0, Count).Select(i => T.CreateChecked(random.Normal(i)))]);

        double mean = a.Average(value => double.CreateChecked(value));
        double square = a.Average(value => double.CreateChecked(value * value));

        // Four standard errors; the fourth moment of the values is about 4.
        mean.Should().BeApproximately(0, 4 / Math.Sqrt(Count));
        square.Should().BeApproximately(1, 8 / Math.Sqrt(Count));
    }
}

public sealed class SeluSingleTests : SeluTests<float>;

public sealed class SeluDoubleTests : SeluTests<double>;
