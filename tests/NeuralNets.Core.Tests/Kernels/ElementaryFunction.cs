using System.Numerics;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Tests.Kernels;

/// <summary>The functions of <c>VectorMath</c>, so that one test can be written for all of them.</summary>
public enum ElementaryFunction
{
    Exp,
    Log,
    Tanh,
    Sigmoid,
}

internal static class ElementaryFunctions
{
    /// <summary>The kernel under test.</summary>
    public static void Apply<T>(this ElementaryFunction function, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        switch (function)
        {
            case ElementaryFunction.Exp:
                Elementwise.Apply<T, ExpOperator<T>>(x, y);
                break;
            case ElementaryFunction.Log:
                Elementwise.Apply<T, LogOperator<T>>(x, y);
                break;
            case ElementaryFunction.Tanh:
                Elementwise.Apply<T, TanhOperator<T>>(x, y);
                break;
            default:
                Elementwise.Apply<T, SigmoidOperator<T>>(x, y);
                break;
        }
    }

    /// <summary>The kernel under test, on one value.</summary>
    public static T Apply<T>(this ElementaryFunction function, T x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T y = default;
        function.Apply(new ReadOnlySpan<T>(in x), new Span<T>(ref y));
        return y;
    }

    /// <summary>
    /// The function by the C library in double. That is within a few units in the last place of double, so within 2⁻²⁶ of
    /// one of float: enough to judge a float.
    /// </summary>
    public static double InDouble(this ElementaryFunction function, double x) => function switch
    {
        ElementaryFunction.Exp => Math.Exp(x),
        ElementaryFunction.Log => Math.Log(x),
        ElementaryFunction.Tanh => Math.Tanh(x),
        _ => x < 0 ? Math.Exp(x) / (1 + Math.Exp(x)) : 1 / (1 + Math.Exp(-x)),
    };

    /// <summary>The function of a finite number of its domain, to more than 100 bits.</summary>
    public static HighPrecision InHighPrecision(this ElementaryFunction function, double x) => function switch
    {
        ElementaryFunction.Exp => HighPrecision.Exp(HighPrecision.FromDouble(x)),
        ElementaryFunction.Log => HighPrecision.Log(x),
        ElementaryFunction.Tanh => HighPrecision.Tanh(HighPrecision.FromDouble(x)),
        _ => HighPrecision.Sigmoid(HighPrecision.FromDouble(x)),
    };
}
