using System.Numerics;
using System.Runtime.CompilerServices;

namespace NeuralNets.Core.Kernels;

/// <summary>The function <c>y = x·Φ(x)</c>, with the distribution function of the standard normal distribution,
/// <c>Φ(x) = (1 + erf(x/√2))/2</c>, for every x. Maximum error: 1.39 ulp in float and
/// 1.20 ulp in double (the worst found in searches of 70 million and 120,000 numbers).</summary>
/// <remarks>
/// Method: with <c>a = |x|</c>, the tail <c>1 − Φ(a)</c> is <c>e^(−a²/2)·p(t)/(1 + b·a)</c> with <c>t = (a − 4)/(a + 4)</c> and
/// <c>b = 51/64</c>: a quotient that is 1/2 at 0, falls slowly and has no exponential in it. y is <c>x − x·tail</c> for x ≥ 0 and
/// <c>x·tail</c> for x &lt; 0, where so a small y keeps its relative accuracy, down to the subnormal numbers. a² is exact in two parts.
/// Bound: ½ ulp for the last rounding, about ¼ ulp for each of the exponential, p and t.
/// <para>NaN gives NaN, −∞ gives −0 and +∞ gives +∞, ±0 gives ±0.</para>
/// </remarks>
internal readonly struct GeluOperator<T> : IUnaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Invoke<TVector, TLane>(TVector x)
        where TVector : unmanaged
        where TLane : struct, ILane<T, TVector> => Kernel<TVector, TLane>.Gelu(x);

    private abstract class Kernel<TVector, TLane> : NormalTail<T, TVector, TLane>
        where TVector : unmanaged
        where TLane : struct, ILane<T, TVector>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Gelu(TVector x)
        {
            // Beyond these two, the tail is of no account on the right, and y has become −0 on the left.
            TVector a = AtMost(Constant(15f, 39), TLane.Abs(x));
            TVector square = TLane.Multiply(a, a);
            TVector squareLow = TLane.FusedMultiplyAdd(a, a, Negate(square));
            TVector minusHalf = Constant(-0.5);
            TVector factor = Exp(
                TLane.Multiply(square, minusHalf), TLane.Multiply(squareLow, minusHalf), out TVector factorLow, out TVector scale);

            TVector numerator = Numerator(a, out TVector numeratorLow);
            TVector denominator = Denominator(a, out TVector denominatorLow);
            numerator = Multiply(factor, factorLow, numerator, numeratorLow, out numeratorLow);
            TVector tail = Divide(numerator, numeratorLow, denominator, denominatorLow, out TVector tailLow);

            TVector minusA = Negate(a);
            TVector onTheLeft = TLane.Multiply(TLane.FusedMultiplyAdd(minusA, tail, TLane.Multiply(minusA, tailLow)), scale);
            TVector onTheRight = TLane.FusedMultiplyAdd(minusA, TLane.Multiply(TLane.Add(tail, tailLow), scale), x);
            return TLane.Select(TLane.LessThan(x, Constant(0)), onTheLeft, onTheRight);
        }
    }
}

/// <summary>A gradient times the derivative of <see cref="GeluOperator{T}"/>, <c>g·(Φ(x) + x·φ(x))</c> with the density
/// <c>φ(x) = e^(−x²/2)/√(2π)</c>.</summary>
/// <remarks>
/// On the left it is <c>e^(−a²/2)·(p(t)/(1 + b·a) − a/√(2π))</c>, on the right 1 less that of −x. It is 0 near x = −0.75, so its error is
/// bounded in units of ε (2⁻²³ or 2⁻⁵²) and not of its last place: 1.1ε (as above). NaN gives NaN, −∞ gives −0 and +∞ gives 1.
/// </remarks>
internal readonly struct GeluDerivativeOperator<T> : IBinaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Invoke<TVector, TLane>(TVector x, TVector gradient)
        where TVector : unmanaged
        where TLane : struct, ILane<T, TVector> => TLane.Multiply(gradient, Kernel<TVector, TLane>.Slope(x));

    private abstract class Kernel<TVector, TLane> : NormalTail<T, TVector, TLane>
        where TVector : unmanaged
        where TLane : struct, ILane<T, TVector>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Slope(TVector x)
        {
            TVector a = AtMost(Constant(15f, 39), TLane.Abs(x));
            TVector ratio = TLane.Divide(Numerator(a, out _), Denominator(a, out _));
            TVector difference = TLane.FusedMultiplyAdd(a, Constant(-0.39894228f, -0.3989422804014327), ratio);
            TVector onTheLeft = TLane.Multiply(Exp(TLane.Multiply(TLane.Multiply(a, a), Constant(-0.5))), difference);
            TVector negative = TLane.LessThan(x, Constant(0));
            return TLane.Select(negative, onTheLeft, TLane.Subtract(Constant(1), onTheLeft));
        }
    }
}

/// <summary>The tail of the standard normal distribution without its exponential, <c>e^(a²/2)·(1 − Φ(a)) = p(t)/(1 + b·a)</c> for a from 0
/// to 15 in float and 39 in double, as numerator and denominator. Kernels derive from it to use its members by their names.</summary>
internal abstract class NormalTail<T, TVector, TLane> : ExpParts<T, TVector, TLane>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TVector : unmanaged
    where TLane : struct, ILane<T, TVector>
{
    /// <summary>Computes <c>p(t)</c> for <c>t = (a − 4)/(a + 4)</c>.</summary>
    /// <remarks>p has degree 11 in float and 24 in double: the minimax polynomial of the error relative to the function, with its constant
    /// term in two parts; with rounded coefficients the error is 2⁻²⁷·⁵ in float and 2⁻⁵⁵·³ in double.</remarks>
    /// <param name="a">The argument.</param>
    /// <param name="low">What is to be added to the result.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected static TVector Numerator(TVector a, out TVector low)
    {
        TVector four = Constant(4);
        TVector t = TLane.Divide(TLane.Subtract(a, four), TLane.Add(a, four));
        TVector p;
        if (typeof(T) == typeof(float))
        {
            p = Constant(-5.84421059e-06f);
            p = Horner(p, t, -7.01432e-05f);
            p = Horner(p, t, -6.62106322e-05f);
            p = Horner(p, t, 0.000525849755f);
            p = Horner(p, t, -0.000103017759f);
            p = Horner(p, t, -0.00388690596f);
            p = Horner(p, t, 0.0125685008f);
            p = Horner(p, t, -0.0193877071f);
            p = Horner(p, t, 0.00822531432f);
            p = Horner(p, t, 0.0364204682f);
            p = Horner(p, t, -0.111672617f);
        }
        else
        {
            p = Constant(-1.6357512541665234e-10);
            p = Horner(p, t, -9.7957619513328708e-10);
            p = Horner(p, t, -8.5597878705879623e-10);
            p = Horner(p, t, 6.047947372088775e-09);
            p = Horner(p, t, 1.3854887395561054e-08);
            p = Horner(p, t, -1.5912322741705963e-08);
            p = Horner(p, t, -8.6865490819474275e-08);
            p = Horner(p, t, -7.2118174697386884e-09);
            p = Horner(p, t, 4.2135002984712723e-07);
            p = Horner(p, t, 3.6275661351536216e-07);
            p = Horner(p, t, -1.9482422867318963e-06);
            p = Horner(p, t, -2.9029497082925767e-06);
            p = Horner(p, t, 9.9849423448377446e-06);
            p = Horner(p, t, 1.7874271987417237e-05);
            p = Horner(p, t, -6.4188860165286996e-05);
            p = Horner(p, t, -8.4502421461142148e-05);
            p = Horner(p, t, 0.00051572433325830112);
            p = Horner(p, t, -9.784684521419205e-05);
            p = Horner(p, t, -0.0038831718939519892);
            p = Horner(p, t, 0.012567870784468532);
            p = Horner(p, t, -0.019388238366377725);
            p = Horner(p, t, 0.0082253479896910817);
            p = Horner(p, t, 0.036420495161813823);
            p = Horner(p, t, -0.11167262068410522);
        }

        p = TLane.FusedMultiplyAdd(p, t, Constant(5.27737232e-09f, 2.4361991328345901e-17));
        return Add(Constant(0.395344555f, 0.3953445604519949), Constant(0), p, Constant(0), out low);
    }

    /// <summary>Computes <c>1 + b·a</c> for b = 51/64.</summary>
    /// <param name="a">The argument.</param>
    /// <param name="low">What is to be added to the result.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected static TVector Denominator(TVector a, out TVector low)
    {
        TVector b = Constant(51 / 64.0);
        TVector one = Constant(1);
        TVector sum = TLane.FusedMultiplyAdd(a, b, one);
        low = TLane.FusedMultiplyAdd(a, b, TLane.Subtract(one, sum));
        return sum;
    }
}
