using System.Numerics;
using System.Runtime.CompilerServices;

namespace NeuralNets.Core.Kernels;

/// <summary>
/// The natural logarithm, <c>y = ln x</c>, for every x. Maximum error: 0.91 ulp in float (measured on every float) and 0.93
/// ulp in double (the worst found in a search of two million numbers where it is large, just below √½).
/// </summary>
/// <remarks>
/// Method: <c>x = 2ᵉ·(1 + f)</c> with <c>√½ ≤ 1 + f &lt; √2</c>, and <c>ln x = e·ln 2 + ln(1 + f)</c>. With <c>s = f/(2 + f)</c>,
/// <c>ln(1 + f) = 2·artanh s = f − (f²/2 − s·(f²/2 + s²·p(s²)))</c>, where f is exact and the rest is small. The high part of
/// ln 2 has so few bits that <c>e·high</c> is exact; it is added to f, and the rounding error of the sum goes to the rest, with
/// the low part. Bound: ½ ulp for the last addition and less than that for all the others, so less than 1 ulp.
/// <para>ln NaN = NaN, ln x = NaN for x &lt; 0, ln ±0 = −∞, ln +∞ = +∞, ln 1 = +0.</para>
/// </remarks>
internal readonly struct LogOperator<T> : IUnaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Invoke<TVector, TLane>(TVector x)
        where TVector : unmanaged
        where TLane : struct, ILane<T, TVector> => Kernel<TVector, TLane>.Log(x);

    private abstract class Kernel<TVector, TLane> : VectorMath<T, TVector, TLane>
        where TVector : unmanaged
        where TLane : struct, ILane<T, TVector>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Log(TVector x)
        {
            // A subnormal x is made normal by a power of two, which is taken from e again further down.
            TVector tiny = TLane.LessThan(x, Constant(1.17549435e-38f, 2.2250738585072014e-308));
            TVector normal = TLane.Select(tiny, TLane.Multiply(x, Constant(16777216f, 18014398509481984)), x);
            TVector shifter = Constant(IntegerShifter);
            TVector tinyShifter = Constant(IntegerShifter + (typeof(T) == typeof(float) ? 24 : 54));

            // As integers, the bits of x less those of √½ have e in the exponent field, also where e is negative.
            TVector e = FromExponentField(TLane.SubtractBits(normal, Constant(0.707106781f, 0.70710678118654757)));
            TVector m = TLane.SubtractBits(normal, ToExponentField(e));
            e = TLane.Subtract(TLane.AddBits(e, shifter), TLane.Select(tiny, tinyShifter, shifter));

            TVector f = TLane.Subtract(m, Constant(1));
            TVector s = TLane.Divide(f, TLane.Add(m, Constant(1)));
            TVector halfSquare = TLane.Multiply(TLane.Multiply(f, Constant(0.5)), f);
            TVector tail = TLane.Add(halfSquare, ArtanhTail(TLane.Multiply(s, s)));
            tail = TLane.Subtract(TLane.Multiply(s, tail), halfSquare);
            tail = TLane.FusedMultiplyAdd(e, Constant(1.42860677e-6f, -1.7239444525614835e-13), tail);

            TVector high = TLane.Multiply(e, Constant(0.693145752f, 0.6931471805601177));
            TVector sum = TLane.Add(high, f);
            TVector rest = TLane.Add(TLane.Subtract(high, sum), f);
            TVector y = TLane.Add(sum, TLane.Add(rest, tail));

            TVector infinity = Constant(double.PositiveInfinity);
            y = TLane.Select(TLane.LessThan(x, infinity), y, infinity);
            TVector zero = Constant(0);
            TVector notPositive = TLane.Select(TLane.EqualTo(x, zero), Constant(double.NegativeInfinity), Constant(double.NaN));
            return TLane.Select(TLane.LessThan(zero, x), y, notPositive);
        }
    }
}
