using System.Numerics;
using System.Runtime.CompilerServices;

namespace NeuralNets.Core.Kernels;

/// <summary>
/// The exponential function to more digits than T has, for functions that are built on it: <c>eˣ</c> as the sum of two numbers of T,
/// so that the functions lose nothing to its rounding. Kernels derive from it to use its members by their names.
/// </summary>
/// <remarks>What is left is the error of the polynomial: <c>eˣ</c> is right to 2⁻²⁷ in float and 2⁻⁵⁶ in double, relatively.</remarks>
internal abstract class ExpParts<T, TVector, TLane> : VectorMath<T, TVector, TLane>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TVector : unmanaged
    where TLane : struct, ILane<T, TVector>
{
    /// <summary>Computes <c>e^(x + xLow) = (high + low)·scale</c>. The first factor is far from overflow and underflow, and
    /// <paramref name="scale"/> is a power of two: see <see cref="VectorMath{T, TVector, TLane}.ExpInTwoFactors"/>.</summary>
    /// <param name="x">The exponent, at least −104 or −746 (and a little below) and at most 0.</param>
    /// <param name="xLow">What is to be added to it; so small that its square does not matter.</param>
    /// <param name="low">What is to be added to the result, at most a few units in its last place.</param>
    /// <param name="scale">The second factor.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected static TVector Exp(TVector x, TVector xLow, out TVector low, out TVector scale)
    {
        // As ReduceByLn2, with the rounding error of the rest r kept.
        TVector shifter = Constant(IntegerShifter + (2 * ExponentBias));
        TVector n = TLane.FusedMultiplyAdd(x, Constant(1.44269502f, 1.4426950408889634), shifter);
        TVector multiple = TLane.Subtract(n, shifter);
        TVector exact = TLane.FusedMultiplyAdd(multiple, Constant(-0.693147182f, -0.69314718055994529), x);
        TVector ln2Low = Constant(1.90465421e-9f, -2.3190468138462996e-17);
        TVector r = TLane.FusedMultiplyAdd(multiple, ln2Low, exact);
        TVector rLow = TLane.FusedMultiplyAdd(multiple, ln2Low, TLane.Subtract(exact, r));
        rLow = TLane.Add(rLow, xLow);

        TVector half = ToExponentField(TLane.ShiftRightLogical(n, 1));
        scale = TLane.SubtractBits(ToExponentField(n), half);

        // 1 + (r + tail): the larger operand of each sum comes first, so its rounding error is found exactly.
        TVector tail = ExpTail(r);
        TVector sum = TLane.Add(r, tail);
        TVector sumLow = TLane.Add(TLane.Subtract(r, sum), tail);
        TVector power = Add(Constant(1), Constant(0), sum, sumLow, out TVector powerLow);
        powerLow = TLane.FusedMultiplyAdd(rLow, power, powerLow);
        low = TLane.Multiply(powerLow, half);
        return TLane.Multiply(power, half);
    }

    /// <summary>Computes <c>eˣ</c> as one number, within about 1 ulp; see the other one for x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected static TVector Exp(TVector x)
    {
        TVector factor = ExpInTwoFactors(x, out TVector scale);
        return TLane.Multiply(factor, scale);
    }

    /// <summary>Divides two numbers in two parts each; the quotient has two parts, too: the result and what is to
    /// be added to it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected static TVector Divide(
        TVector numerator, TVector numeratorLow, TVector denominator, TVector denominatorLow, out TVector low)
    {
        TVector inverse = TLane.Divide(Constant(1), denominator);
        TVector quotient = TLane.Multiply(numerator, inverse);
        TVector minus = Negate(quotient);
        TVector remainder = TLane.FusedMultiplyAdd(minus, denominator, numerator);
        remainder = TLane.Add(remainder, TLane.FusedMultiplyAdd(minus, denominatorLow, numeratorLow));
        low = TLane.Multiply(remainder, inverse);
        return quotient;
    }

    /// <summary>Multiplies two numbers in two parts each; the product has two parts, too: the result and what is to
    /// be added to it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected static TVector Multiply(TVector left, TVector leftLow, TVector right, TVector rightLow, out TVector low)
    {
        TVector product = TLane.Multiply(left, right);
        low = TLane.FusedMultiplyAdd(left, right, Negate(product));
        low = TLane.FusedMultiplyAdd(left, rightLow, low);
        low = TLane.FusedMultiplyAdd(leftLow, right, low);
        return product;
    }

    /// <summary>Adds two numbers in two parts each, of which the first is not smaller in size; the sum has two parts, too: the
    /// result and what is to be added to it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected static TVector Add(TVector large, TVector largeLow, TVector small, TVector smallLow, out TVector low)
    {
        TVector sum = TLane.Add(large, small);
        low = TLane.Add(TLane.Add(TLane.Subtract(large, sum), small), TLane.Add(largeLow, smallLow));
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected static TVector Negate(TVector value) => TLane.Xor(value, SignBit);

    /// <summary>Returns the smaller of a number without sign and a bound; NaN if the number is NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected static TVector AtMost(TVector bound, TVector value) =>
        TLane.Select(TLane.LessThan(bound, value), bound, value);
}
