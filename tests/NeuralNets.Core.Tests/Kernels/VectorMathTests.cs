using System.Globalization;
using System.Numerics;

namespace NeuralNets.Core.Tests.Kernels;

/// <summary>The special values of exp, log, tanh and sigmoid, the same for either element type.</summary>
public abstract class VectorMathTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly T s_largest = T.BitDecrement(T.PositiveInfinity);

    [Theory]
    [InlineData(ElementaryFunction.Exp, "NaN", "NaN")]
    [InlineData(ElementaryFunction.Exp, "Infinity", "Infinity")]
    [InlineData(ElementaryFunction.Exp, "-Infinity", "0")]
    [InlineData(ElementaryFunction.Exp, "0", "1")]
    [InlineData(ElementaryFunction.Exp, "-0", "1")]
    [InlineData(ElementaryFunction.Exp, "1e30", "Infinity")]
    [InlineData(ElementaryFunction.Exp, "-1e30", "0")]
    [InlineData(ElementaryFunction.Log, "NaN", "NaN")]
    [InlineData(ElementaryFunction.Log, "Infinity", "Infinity")]
    [InlineData(ElementaryFunction.Log, "-Infinity", "NaN")]
    [InlineData(ElementaryFunction.Log, "0", "-Infinity")]
    [InlineData(ElementaryFunction.Log, "-0", "-Infinity")]
    [InlineData(ElementaryFunction.Log, "1", "0")]
    [InlineData(ElementaryFunction.Log, "-1", "NaN")]
    [InlineData(ElementaryFunction.Log, "-1e-30", "NaN")]
    [InlineData(ElementaryFunction.Tanh, "NaN", "NaN")]
    [InlineData(ElementaryFunction.Tanh, "Infinity", "1")]
    [InlineData(ElementaryFunction.Tanh, "-Infinity", "-1")]
    [InlineData(ElementaryFunction.Tanh, "0", "0")]
    [InlineData(ElementaryFunction.Tanh, "-0", "-0")]
    [InlineData(ElementaryFunction.Tanh, "1e30", "1")]
    [InlineData(ElementaryFunction.Tanh, "-1e30", "-1")]
    [InlineData(ElementaryFunction.Tanh, "-1e-30", "-1e-30")]
    [InlineData(ElementaryFunction.Sigmoid, "NaN", "NaN")]
    [InlineData(ElementaryFunction.Sigmoid, "Infinity", "1")]
    [InlineData(ElementaryFunction.Sigmoid, "-Infinity", "0")]
    [InlineData(ElementaryFunction.Sigmoid, "0", "0.5")]
    [InlineData(ElementaryFunction.Sigmoid, "-0", "0.5")]
    [InlineData(ElementaryFunction.Sigmoid, "1e30", "1")]
    [InlineData(ElementaryFunction.Sigmoid, "-1e30", "0")]
    public void Value_AtSpecialPoint_IsExact(ElementaryFunction function, string x, string expected) =>
        AssertSame(function.Apply(Parse(x)), Parse(expected));

    [Fact]
    public void Value_AtLargestFinite_IsLimit()
    {
        AssertSame(ElementaryFunction.Exp.Apply<T>(s_largest), T.PositiveInfinity);
        AssertSame(ElementaryFunction.Exp.Apply<T>(-s_largest), T.Zero);
        AssertSame(ElementaryFunction.Tanh.Apply<T>(s_largest), T.One);
        AssertSame(ElementaryFunction.Tanh.Apply<T>(-s_largest), -T.One);
        AssertSame(ElementaryFunction.Sigmoid.Apply<T>(s_largest), T.One);
        AssertSame(ElementaryFunction.Sigmoid.Apply<T>(-s_largest), T.Zero);
    }

    [Fact]
    public void Value_AtSubnormal_IsThatOfTinyNumber()
    {
        T small = T.Epsilon * T.CreateChecked(12345);
        foreach (T tiny in new[] { T.Epsilon, -T.Epsilon, small, -small })
        {
            AssertSame(ElementaryFunction.Exp.Apply<T>(tiny), T.One);
            AssertSame(ElementaryFunction.Tanh.Apply<T>(tiny), tiny);
            AssertSame(ElementaryFunction.Sigmoid.Apply<T>(tiny), T.One / (T.One + T.One));
        }

        AssertSame(ElementaryFunction.Log.Apply<T>(-T.Epsilon), T.NaN);
    }

    /// <summary>e^(ln of the smallest number) and its neighbourhood: gradual underflow, and 0 in the end.</summary>
    [Theory]
    [InlineData(ElementaryFunction.Exp)]
    [InlineData(ElementaryFunction.Sigmoid)]
    public void Value_WhereResultUnderflows_GoesThroughSubnormalsToZero(ElementaryFunction function)
    {
        T smallest = T.Log(T.Epsilon);

        AssertSame(function.Apply(smallest), T.Epsilon);
        AssertSame(function.Apply(smallest + T.CreateChecked(0.75)), T.Epsilon + T.Epsilon);
        AssertSame(function.Apply(smallest - T.CreateChecked(0.625)), T.Epsilon);
        AssertSame(function.Apply(smallest - T.CreateChecked(0.75)), T.Zero);
    }

    private static T Parse(string text) => T.Parse(text, CultureInfo.InvariantCulture);

    private static void AssertSame(T actual, T expected)
    {
        actual.Should().Be(expected);
        if (!T.IsNaN(expected))
        {
            T.IsNegative(actual).Should().Be(T.IsNegative(expected), "the sign of zero counts");
        }
    }
}

public sealed class VectorMathSingleTests : VectorMathTests<float>;

public sealed class VectorMathDoubleTests : VectorMathTests<double>;
