namespace NeuralNets.Core.Tests.Kernels;

/// <summary>The reference of the other tests, against published constants and values of mpmath 1.3 in 60 digits.</summary>
public sealed class HighPrecisionTests
{
    [Theory]
    [InlineData(ElementaryFunction.Exp, 1, "2.71828182845904523536028747135266249775724709")]
    [InlineData(ElementaryFunction.Exp, -0.5, "0.606530659712633423603799534991180453441918135")]
    [InlineData(ElementaryFunction.Exp, 100, "26881171418161354484126255515800135873611118.8")]
    [InlineData(ElementaryFunction.Exp, -20, "0.00000000206115362243855782796594038015582097637580728")]
    [InlineData(ElementaryFunction.Log, 2, "0.693147180559945309417232121458176568075500134")]
    [InlineData(ElementaryFunction.Log, 10, "2.30258509299404568401799145468436420760110149")]
    [InlineData(ElementaryFunction.Log, 0.75, "-0.287682072451780927439219005993827431503509711")]
    [InlineData(ElementaryFunction.Log, 1.0000000009313226, "0.000000000931322574181797646900062748524378479907790511")]
    [InlineData(ElementaryFunction.Tanh, 1, "0.761594155955764888119458282604793590412768597")]
    [InlineData(ElementaryFunction.Tanh, 0.0625, "0.0624187467475125144901428911942113341069403215")]
    [InlineData(ElementaryFunction.Tanh, -3, "-0.995054753686730451331880185255488475097813855")]
    [InlineData(ElementaryFunction.Sigmoid, 1, "0.731058578630004879251159241821836274365144640")]
    [InlineData(ElementaryFunction.Sigmoid, -2.5, "0.0758581800212435511933061766462477731307120397")]
    [InlineData(ElementaryFunction.Sigmoid, -40, "0.00000000000000000424835425529158897728072090440450637143476272")]
    public void Value_OfKnownConstant_HasItsFirst43Digits(ElementaryFunction function, double x, string digits)
    {
        HighPrecision expected = HighPrecision.FromDecimal(digits);

        double error = (function.InHighPrecision(x) - expected).RelativeTo(expected);

        Math.Abs(error).Should().BeLessThan(1e-43);
    }

    [Theory]
    [InlineData(1.0, 1.0, 0.0)]
    [InlineData(1.0, 1.0000000000000002, 1.0)]
    [InlineData(1.9999999999999998, 2.0, 1.0)]
    [InlineData(5e-324, 0.0, 1.0)]
    [InlineData(1.7976931348623157e308, double.PositiveInfinity, 1.0)]
    public void UlpError_OfNeighbours_IsOne(double exact, double computed, double expected) =>
        HighPrecision.FromDouble(exact).UlpErrorOf(computed).Should().Be(expected);
}
