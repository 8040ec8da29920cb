using System.Numerics;
using System.Runtime.CompilerServices;

namespace NeuralNets.Core.Kernels;

/// <summary>
/// The hyperbolic tangent, <c>y = tanh x</c>, for every x. Maximum error: 1.00 ulp in float (measured on every float) and
/// 1.30 ulp in double (the worst found in a search of three million numbers where it is large, from 0.173 to 0.2).
/// </summary>
/// <remarks>
/// Method: with <c>h = (e^2|x| − 1)/2</c>, <c>tanh |x| = h/(1 + h)</c>, and the sign of x is put back. For
/// <c>2|x| = n·ln 2 + r</c> and <c>s = 2ⁿ⁻¹</c>, <c>h = (s − ½) + s·r + s·r²·q(r)</c>. Nothing cancels there, and a small x gives
/// n = 0 and h = |x| + …, so one path serves all x. h and 1 + h are kept as sums of two numbers of T, and the quotient is
/// corrected by its remainder. Bound: ½ ulp for the last rounding, ¾ ulp for the rounding of r (which is exact for n = 0), and
/// ¼ ulp for q.
/// <para>NaN gives NaN, ±∞ gives ±1; where x² is negligible y = x, signed zeros and subnormal numbers included.</para>
/// </remarks>
internal readonly struct TanhOperator<T> : IUnaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Invoke<TVector, TLane>(TVector x)
        where TVector : unmanaged
        where TLane : struct, ILane<T, TVector> => Kernel<TVector, TLane>.Tanh(x);

    private abstract class Kernel<TVector, TLane> : VectorMath<T, TVector, TLane>
        where TVector : unmanaged
        where TLane : struct, ILane<T, TVector>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Tanh(TVector x)
        {
            TVector one = Constant(1);
            TVector half = Constant(0.5);
            TVector sign = TLane.And(x, SignBit);
            TVector a = TLane.Xor(x, sign);

            // With the bias less one in it, the integer in the exponent field is the number s.
            TVector r = ReduceByLn2(TLane.Add(a, a), ExponentBias - 1, out TVector n);
            TVector s = ToExponentField(n);

            // h = h + hLow. |s − ½| is 0 or larger than |s·r|, so the rounding error of their sum is found exactly.
            TVector start = TLane.Subtract(s, half);
            TVector sum = TLane.FusedMultiplyAdd(s, r, start);
            TVector rest = TLane.FusedMultiplyAdd(s, r, TLane.Subtract(start, sum));
            rest = TLane.FusedMultiplyAdd(s, ExpTail(r), rest);
            TVector h = TLane.Add(sum, rest);
            TVector hLow = TLane.Add(TLane.Subtract(sum, h), rest);

            // -(1 + h) = d + dLow, but for an h so large that T rounds the 1 away: there y is within 1 ulp of 1 in any case.
            TVector minusOne = Constant(-1);
            TVector d = TLane.Subtract(minusOne, h);
            TVector dLow = TLane.Subtract(TLane.Subtract(TLane.Subtract(minusOne, d), h), hLow);

            TVector inverse = TLane.Divide(minusOne, d);
            TVector y = TLane.Multiply(h, inverse);
            TVector remainder = TLane.FusedMultiplyAdd(y, d, h);
            remainder = TLane.Add(remainder, TLane.FusedMultiplyAdd(y, dLow, hLow));
            y = TLane.FusedMultiplyAdd(remainder, inverse, y);

            // tanh has become 1 well before, and further on n does not fit its place.
            y = TLane.Select(TLane.LessThan(Constant(10f, 20), a), one, y);
            return TLane.Or(y, sign);
        }
    }
}
