using System.Globalization;
using System.Numerics;
using NeuralNets.Core.Activations;

namespace NeuralNets.Core.Tests.Activations;

public abstract class LeakyReluTests<T> : ActivationTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    protected override IActivation<T> Activation { get; } = new LeakyRelu<T>();

    protected override double Value(double z) => z > 0 ? z : 0.01 * z;

    protected override double Slope(double z) => z > 0 ? 1 : 0.01;

    [Fact]
    public void Evaluate_Infinities_StayInfinite() =>
        Evaluate([T.PositiveInfinity, T.NegativeInfinity]).Should().Equal(T.PositiveInfinity, T.NegativeInfinity);

    [Fact]
    public void Evaluate_NegativeZero_StaysNegativeZero() => T.IsNegative(Evaluate([T.NegativeZero])[0]).Should().BeTrue();

    [Fact]
    public void MultiplyByDerivative_Zero_IsTheSlope()
    {
        T slope = T.CreateChecked(0.01);
        SlopeAt(T.Zero).Should().Be(slope);
        SlopeAt(T.NegativeZero).Should().Be(slope);
        SlopeAt(T.Epsilon).Should().Be(T.One);
    }

    [Fact]
    public void Evaluate_OwnSlope_ScalesWhatIsNegative()
    {
        T[] values = [T.CreateChecked(-4), T.CreateChecked(4)];
        T[] gradient = [T.One, T.One];
        var leaky = new LeakyRelu<T>(0.25);

        T[] a = new T[2];
        leaky.Evaluate(values, a);
        leaky.MultiplyByDerivative(values, a, gradient);

        leaky.Slope.Should().Be(0.25);
        a.Should().Equal(-T.One, T.CreateChecked(4));
        gradient.Should().Equal(T.CreateChecked(0.25), T.One);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, -3)]
    public void Evaluate_SlopeAtAnEnd_IsReluOrIdentity(double slope, double expected)
    {
        T[] a = new T[1];
        new LeakyRelu<T>(slope).Evaluate([T.CreateChecked(-3)], a);

        a[0].Should().Be(T.CreateChecked(expected));
    }

    [Theory]
    [InlineData(-0.01)]
    [InlineData(1.5)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Constructor_SlopeOutside0To1_ThrowsArgumentOutOfRange(double slope)
    {
        Action create = () => _ = new LeakyRelu<T>(slope);

        create.Should().Throw<ArgumentOutOfRangeException>().WithParameterName(nameof(slope))
            .WithMessage("The slope of a leaky ReLU must be between 0 and 1.*");
    }

    [Fact]
    public void ToString_Slope_IsInTheNameInAnyCulture()
    {
        CultureInfo culture = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("") { NumberFormat = { NumberDecimalSeparator = "," } };
            new LeakyRelu<T>(0.2).ToString().Should().Be("LeakyRelu(0.2)");
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }
}

public sealed class LeakyReluSingleTests : LeakyReluTests<float>;

public sealed class LeakyReluDoubleTests : LeakyReluTests<double>;
