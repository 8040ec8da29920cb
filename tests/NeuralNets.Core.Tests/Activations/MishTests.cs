using System.Numerics;
using NeuralNets.Core.Activations;

namespace NeuralNets.Core.Tests.Activations;

public abstract class MishTests<T> : ActivationTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    protected override IActivation<T> Activation { get; } = new Mish<T>();

    protected override double Value(double z) => z == 0 ? 0 : ActivationReference.Value("Mish", z).ToDouble();

    protected override double Slope(double z) => z == 0 ? 0.6 : ActivationReference.Slope("Mish", z).ToDouble();

    [Fact]
    public void Evaluate_ZeroesAndInfinities_AreTheirLimits()
    {
        T[] a = Evaluate([T.Zero, T.NegativeZero, T.PositiveInfinity, T.NegativeInfinity, T.CreateChecked(-1e30)]);

        a.Should().Equal(T.Zero, T.Zero, T.PositiveInfinity, T.Zero, T.Zero);
        a.Select(T.IsNegative).Should().Equal(false, true, false, true, true);
    }

    [Fact]
    public void MultiplyByDerivative_ZeroInfinitiesAndFarAway_AreTheirLimits()
    {
        double.CreateChecked(SlopeAt(T.Zero)).Should().BeApproximately(0.6, Epsilon);
        SlopeAt(T.NegativeZero).Should().Be(SlopeAt(T.Zero));
        foreach (T size in (T[])[T.PositiveInfinity, T.CreateChecked(1e30)])
        {
            SlopeAt(size).Should().Be(T.One);
            SlopeAt(-size).Should().Be(T.Zero);
        }

        SlopeAt(T.NaN).Should().Be(T.NaN);
    }
}

public sealed class MishSingleTests : MishTests<float>;

public sealed class MishDoubleTests : MishTests<double>;
