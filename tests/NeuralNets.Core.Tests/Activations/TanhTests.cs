using System.Numerics;
using NeuralNets.Core.Activations;

namespace NeuralNets.Core.Tests.Activations;

public abstract class TanhTests<T> : ActivationTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    protected override IActivation<T> Activation { get; } = new Tanh<T>();

    protected override double Value(double z) => Math.Tanh(z);

    protected override double Slope(double z) => 1 / (Math.Cosh(z) * Math.Cosh(z));

    [Fact]
    public void Evaluate_ZeroesAndInfinities_AreTheirLimits()
    {
        T[] a = Evaluate([T.Zero, T.NegativeZero, T.PositiveInfinity, T.NegativeInfinity]);

        a.Should().Equal(T.Zero, T.Zero, T.One, -T.One);
        a.Take(2).Select(T.IsNegative).Should().Equal(false, true);
    }

    [Fact]
    public void MultiplyByDerivative_ZeroAndInfinities_AreOneAndZero()
    {
        SlopeAt(T.Zero).Should().Be(T.One);
        SlopeAt(T.PositiveInfinity).Should().Be(T.Zero);
        SlopeAt(T.NegativeInfinity).Should().Be(T.Zero);
    }
}

public sealed class TanhSingleTests : TanhTests<float>;

public sealed class TanhDoubleTests : TanhTests<double>;
