using System.Numerics;
using NeuralNets.Core.Activations;

namespace NeuralNets.Core.Tests.Activations;

public abstract class IdentityTests<T> : ActivationTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    protected override IActivation<T> Activation { get; } = new Identity<T>();

    protected override double Value(double z) => z;

    protected override double Slope(double z) => 1;

    [Fact]
    public void Evaluate_SpecialValues_KeepsTheirBits()
    {
        T[] special = [T.NegativeZero, T.PositiveInfinity, T.NegativeInfinity, T.Epsilon];

        RandomValues.Bits<T>(Evaluate(special)).Should().Equal(RandomValues.Bits<T>(special));
    }
}

public sealed class IdentitySingleTests : IdentityTests<float>;

public sealed class IdentityDoubleTests : IdentityTests<double>;
