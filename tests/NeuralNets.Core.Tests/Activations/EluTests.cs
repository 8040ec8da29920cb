using System.Numerics;
using NeuralNets.Core.Activations;

namespace NeuralNets.Core.Tests.Activations;

public abstract class EluTests<T> : ActivationTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    protected override IActivation<T> Activation { get; } = new Elu<T>();

    protected override double Value(double z) => z == 0 ? 0 : ActivationReference.Value("Elu", z).ToDouble();

    protected override double Slope(double z) => z == 0 ? 1 : ActivationReference.Slope("Elu", z).ToDouble();

    [Fact]
    public void Evaluate_ZeroesAndInfinities_AreTheirLimits()
    {
        T[] a = Evaluate([T.Zero, T.NegativeZero, T.PositiveInfinity, T.NegativeInfinity, T.CreateChecked(-1e30)]);

        a.Should().Equal(T.Zero, T.Zero, T.PositiveInfinity, T.NegativeOne, T.NegativeOne);
        a.Select(T.IsNegative).Should().Equal(false, true, false, true, true);
    }

    [Fact]
    public void MultiplyByDerivative_ZeroInfinitiesAndFarAway_AreTheirLimits()
    {
        double.CreateChecked(SlopeAt(T.Zero)).Should().BeApproximately(1, Epsilon);
        SlopeAt(T.NegativeZero).Should().Be(SlopeAt(T.Zero));
        foreach (T size in (T[])[T.PositiveInfinity, T.CreateChecked(1e30)])
        {
            SlopeAt(size).Should().Be(T.One);
            SlopeAt(-size).Should().Be(T.Zero);
        }

        SlopeAt(T.NaN).Should().Be(T.NaN);
    }

    [Fact]
    public void Evaluate_OwnAlpha_ScalesWhatIsNegative()
    {
        T[] z = [T.CreateChecked(-1), T.CreateChecked(4)];
        T[] gradient = [T.One, T.One];
        var elu = new Elu<T>(0.25);

        T[] a = new T[2];
        elu.Evaluate(z, a);
        elu.MultiplyByDerivative(z, a, gradient);

        elu.Alpha.Should().Be(0.25);
        elu.ToString().Should().Be("Elu(0.25)");
        double.CreateChecked(a[0]).Should().BeApproximately(0.25 * (Math.Exp(-1) - 1), Epsilon);
        double.CreateChecked(gradient[0]).Should().BeApproximately(0.25 * Math.Exp(-1), Epsilon);
        a[1].Should().Be(z[1]);
        gradient[1].Should().Be(T.One);
    }

    [Fact]
    public void Evaluate_Alpha0_IsRelu()
    {
        T[] a = new T[2];
        new Elu<T>(0).Evaluate([T.CreateChecked(-3), T.CreateChecked(3)], a);

        a.Should().Equal(T.Zero, T.CreateChecked(3));
    }

    [Theory]
    [InlineData(-0.01)]
    [InlineData(100.5)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Constructor_AlphaOutside0To100_ThrowsArgumentOutOfRange(double alpha)
    {
        Action create = () => _ = new Elu<T>(alpha);

        create.Should().Throw<ArgumentOutOfRangeException>().WithParameterName(nameof(alpha))
            .WithMessage("The alpha of an ELU must be between 0 and 100.*");
    }
}

public sealed class EluSingleTests : EluTests<float>;

public sealed class EluDoubleTests : EluTests<double>;
