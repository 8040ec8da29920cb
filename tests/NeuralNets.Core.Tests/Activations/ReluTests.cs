using System.Numerics;
using NeuralNets.Core.Activations;

namespace NeuralNets.Core.Tests.Activations;

public abstract class ReluTests<T> : ActivationTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    protected override IActivation<T> Activation { get; } = new Relu<T>();

    protected override double Value(double z) => z > 0 ? z : 0;

    protected override double Slope(double z) => z > 0 ? 1 : 0;

    [Fact]
    public void Evaluate_NegativeZero_IsPositiveZero() => T.IsNegative(Evaluate([T.NegativeZero])[0]).Should().BeFalse();

    [Fact]
    public void Evaluate_Infinities_AreInfinityAndZero() =>
        Evaluate([T.PositiveInfinity, T.NegativeInfinity]).Should().Equal(T.PositiveInfinity, T.Zero);

    [Fact]
    public void MultiplyByDerivative_Zero_IsZero()
    {
        SlopeAt(T.Zero).Should().Be(T.Zero);
        SlopeAt(T.NegativeZero).Should().Be(T.Zero);
        SlopeAt(T.Epsilon).Should().Be(T.One);
        SlopeAt(-T.Epsilon).Should().Be(T.Zero);
    }
}

public sealed class ReluSingleTests : ReluTests<float>;

public sealed class ReluDoubleTests : ReluTests<double>;
