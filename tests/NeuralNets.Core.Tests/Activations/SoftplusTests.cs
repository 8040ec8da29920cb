using System.Numerics;
using NeuralNets.Core.Activations;

namespace NeuralNets.Core.Tests.Activations;

public abstract class SoftplusTests<T> : ActivationTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    protected override IActivation<T> Activation { get; } = new Softplus<T>();

    protected override double Value(double z) => z == 0 ? Math.Log(2) : ActivationReference.Value("Softplus", z).ToDouble();

    protected override double Slope(double z) => z == 0 ? 0.5 : ActivationReference.Slope("Softplus", z).ToDouble();

    [Fact]
    public void Evaluate_ZeroesAndInfinities_AreTheirLimits()
    {
        T[] a = Evaluate([T.Zero, T.NegativeZero, T.PositiveInfinity, T.NegativeInfinity, T.CreateChecked(-1e30)]);

        a.Should().Equal(T.Log(T.CreateChecked(2)), T.Log(T.CreateChecked(2)), T.PositiveInfinity, T.Zero, T.Zero);
        a.Select(T.IsNegative).Should().Equal(false, false, false, false, false);
    }

    [Fact]
    public void MultiplyByDerivative_ZeroInfinitiesAndFarAway_AreTheirLimits()
    {
        double.CreateChecked(SlopeAt(T.Zero)).Should().BeApproximately(0.5, Epsilon);
        SlopeAt(T.NegativeZero).Should().Be(SlopeAt(T.Zero));
        foreach (T size in (T[])[T.PositiveInfinity, T.CreateChecked(1e30)])
        {
            SlopeAt(size).Should().Be(T.One);
            SlopeAt(-size).Should().Be(T.Zero);
        }

        SlopeAt(T.NaN).Should().Be(T.NaN);
    }
}

public sealed class SoftplusSingleTests : SoftplusTests<float>;

public sealed class SoftplusDoubleTests : SoftplusTests<double>;
