using System.Numerics;
using NeuralNets.Core.Activations;

namespace NeuralNets.Core.Tests.Activations;

public abstract class SigmoidTests<T> : ActivationTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    protected override IActivation<T> Activation { get; } = new Sigmoid<T>();

    protected override double Value(double z) => z < 0 ? Math.Exp(z) / (1 + Math.Exp(z)) : 1 / (1 + Math.Exp(-z));

    protected override double Slope(double z) => Value(z) * Value(-z);

    [Fact]
    public void Evaluate_ZeroAndInfinities_AreHalfOneAndZero() =>
        Evaluate([T.Zero, T.NegativeZero, T.PositiveInfinity, T.NegativeInfinity])
            .Should().Equal(T.CreateChecked(0.5), T.CreateChecked(0.5), T.One, T.Zero);

    [Fact]
    public void MultiplyByDerivative_ZeroAndInfinities_AreAQuarterAndZero()
    {
        SlopeAt(T.Zero).Should().Be(T.CreateChecked(0.25));
        SlopeAt(T.PositiveInfinity).Should().Be(T.Zero);
        SlopeAt(T.NegativeInfinity).Should().Be(T.Zero);
    }
}

public sealed class SigmoidSingleTests : SigmoidTests<float>;

public sealed class SigmoidDoubleTests : SigmoidTests<double>;
