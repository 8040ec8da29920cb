using System.Numerics;
using NeuralNets.Core.Activations;

namespace NeuralNets.Core.Tests.Activations;

public abstract class SiluTests<T> : ActivationTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    protected override IActivation<T> Activation { get; } = new Silu<T>();

    protected override double Value(double z) => z < 0 ? z * Math.Exp(z) / (1 + Math.Exp(z)) : z / (1 + Math.Exp(-z));

    protected override double Slope(double z)
    {
        double sigmoid = 1 / (1 + Math.Exp(-z));
        return sigmoid * (1 + (z / (1 + Math.Exp(z))));
    }

    [Fact]
    public void Evaluate_ZeroesAndInfinities_AreTheirLimits()
    {
        T[] a = Evaluate([T.Zero, T.NegativeZero, T.PositiveInfinity, T.NegativeInfinity]);

        a.Should().Equal(T.Zero, T.Zero, T.PositiveInfinity, T.Zero);
        a.Select(T.IsNegative).Should().Equal(false, true, false, true);
    }

    [Fact]
    public void MultiplyByDerivative_ZeroInfinitiesAndFarAway_AreAHalfAndTheLimits()
    {
        SlopeAt(T.Zero).Should().Be(T.CreateChecked(0.5));
        foreach (T size in (T[])[T.PositiveInfinity, T.CreateChecked(1e30)])
        {
            SlopeAt(size).Should().Be(T.One);
            SlopeAt(-size).Should().Be(T.Zero);
        }

        SlopeAt(T.NaN).Should().Be(T.NaN);
    }
}

public sealed class SiluSingleTests : SiluTests<float>;

public sealed class SiluDoubleTests : SiluTests<double>;
