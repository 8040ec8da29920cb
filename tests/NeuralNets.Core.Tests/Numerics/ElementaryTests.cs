using NeuralNets.Core.Numerics;

namespace NeuralNets.Core.Tests.Numerics;

public sealed class ElementaryTests
{
    /// <summary>Values from 60 decimal digits, rounded.</summary>
    public static TheoryData<double, double> Cosines => new()
    {
        { 0, 1 },
        { 1e-09, 1.0 },
        { 0.01, 0.9995065603657316 },
        { 0.1, 0.9510565162951535 },
        { 0.2, 0.8090169943749475 },
        { 0.24999, 0.7071289952522914 },
        { 0.25, 0.7071067811865476 },
        { 0.250001, 0.707104559741589 },
        { 0.3333333333333333, 0.5 },
        { 0.4, 0.30901699437494734 },
        { 0.45, 0.15643446504023084 },
        { 0.499, 0.003141587485879566 },
        { 0.5, 0 },
        { 0.5001, -0.00031415926019123195 },
        { 0.55, -0.156434465040231 },
        { 0.6, -0.30901699437494734 },
        { 0.6666666666666666, -0.4999999999999999 },
        { 0.75, -0.7071067811865476 },
        { 0.7500001, -0.7071070033306595 },
        { 0.8, -0.8090169943749475 },
        { 0.9, -0.9510565162951536 },
        { 0.99, -0.9995065603657316 },
        { 0.999999, -0.9999999999950652 },
        { 1, -1 },
    };

    [Theory]
    [MemberData(nameof(Cosines))]
    public void CosinePi_OfZeroToOne_IsWithin2Ulp(double x, double expected) =>
        Elementary.CosinePi(x).Should().BeApproximately(
            expected, (2 * (Math.BitIncrement(Math.Abs(expected)) - Math.Abs(expected))) + 1e-300);

    [Fact]
    public void CosinePi_Everywhere_IsNearThatOfTheCLibrary()
    {
        for (int i = 0; i <= 10_000; i++)
        {
            double x = i / 10_000.0;
            Elementary.CosinePi(x).Should().BeApproximately(Math.Cos(Math.PI * x), 5e-16);
        }
    }

    [Theory]
    [InlineData(2, 10, 1024)]
    [InlineData(0.5, 3, 0.125)]
    [InlineData(0.9, 0, 1)]
    [InlineData(0, 0, 1)]
    [InlineData(0, 3, 0)]
    [InlineData(0.5, 5000, 0)]
    public void Power_OfAnInteger_IsTheProduct(double x, long exponent, double expected) =>
        Elementary.Power(x, exponent).Should().Be(expected);
}
