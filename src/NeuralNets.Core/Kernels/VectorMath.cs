using System.Numerics;
using System.Runtime.CompilerServices;

namespace NeuralNets.Core.Kernels;

/// <summary>
/// What <see cref="ExpOperator{T}"/>, <see cref="SigmoidOperator{T}"/>, <see cref="TanhOperator{T}"/> and
/// <see cref="LogOperator{T}"/> have in common: constants for either element type, the reduction of an exponent by
/// multiples of ln 2, and the polynomial for <c>eʳ</c>. Their kernels derive from it to use its members by their names.
/// </summary>
/// <remarks>
/// The functions are computed with IEEE additions, multiplications, divisions and fused multiply-adds, comparisons and
/// selections, and integer operations on bit patterns: no table, no branch, no C library. So a value has the same bits on
/// every width, at every position and on every machine. The conditions on <c>typeof(T)</c> are constants for the JIT and
/// leave no code.
/// <para>
/// The polynomials were made for this library: Remez exchange in 60 decimal digits on the relative error of the whole function, then
/// every coefficient rounded to T.
/// </para>
/// </remarks>
internal abstract class VectorMath<T, TVector, TLane>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TVector : unmanaged
    where TLane : struct, ILane<T, TVector>
{
    /// <summary>The bias of the exponent field.</summary>
    protected static int ExponentBias
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => typeof(T) == typeof(float) ? 127 : 1023;
    }

    /// <summary>
    /// 1.5·2²³ or 1.5·2⁵². Added to a number below 2²¹ or 2⁵⁰ in size, it rounds that number to an integer and leaves the
    /// integer in the low bits of the sum, in two's complement.
    /// </summary>
    protected static double IntegerShifter
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => typeof(T) == typeof(float) ? 12582912.0 : 6755399441055744.0;
    }

    /// <summary>The sign bit alone, in each lane.</summary>
    protected static TVector SignBit
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Constant(-0.0);
    }

    /// <summary>Returns a vector with <paramref name="value"/>, rounded to T, in each lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected static TVector Constant(double value) =>
        typeof(T) == typeof(float)
            ? TLane.Broadcast(Unsafe.BitCast<float, T>((float)value))
            : TLane.Broadcast(Unsafe.BitCast<double, T>(value));

    /// <summary>Returns a vector with one of two constants, by the element type, in each lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected static TVector Constant(float forFloat, double forDouble) =>
        Constant(typeof(T) == typeof(float) ? forFloat : forDouble);

    /// <summary>Moves integers from the low bits to the exponent field.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected static TVector ToExponentField(TVector integers) =>
        typeof(T) == typeof(float) ? TLane.ShiftLeft(integers, 23) : TLane.ShiftLeft(integers, 52);

    /// <summary>Moves the exponent field, with the sign, to the low bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected static TVector FromExponentField(TVector bits) =>
        typeof(T) == typeof(float) ? TLane.ShiftRightArithmetic(bits, 23) : TLane.ShiftRightArithmetic(bits, 52);

    /// <summary>Computes one step of Horner's scheme: <c>sum·x + coefficient</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected static TVector Horner(TVector sum, TVector x, double coefficient) =>
        TLane.FusedMultiplyAdd(sum, x, Constant(coefficient));

    /// <summary>
    /// Finds an integer n and a rest r, <c>|r| ≤ ½·ln 2</c> (and a rounding error more), such that <c>x = n·ln 2 + r</c>.
    /// </summary>
    /// <remarks>
    /// ln 2 is taken in two parts. The high part has all the bits of T, and still <c>x − n·high</c> is a number of T: it is
    /// less than 0.35 and a multiple of the last place of <c>high</c> or of x. So the first fused multiply-add makes no
    /// error, and the second, with the low part, rounds r once: by at most 2⁻²⁶ in float and 2⁻⁵⁵ in double.
    /// </remarks>
    /// <param name="x">The exponent; where it is beyond 2²⁰ in size, the results mean nothing.</param>
    /// <param name="bias">What to add to n in <paramref name="n"/>.</param>
    /// <param name="n">n + bias as an integer in the low bits; the bits that reach the exponent field by
    /// <see cref="ToExponentField"/>, and one above them, are those of the integer.</param>
    /// <returns>r</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected static TVector ReduceByLn2(TVector x, int bias, out TVector n)
    {
        TVector shifter = Constant(IntegerShifter + bias);
        n = TLane.FusedMultiplyAdd(x, Constant(1.44269502f, 1.4426950408889634), shifter);
        TVector multiple = TLane.Subtract(n, shifter);
        TVector r = TLane.FusedMultiplyAdd(multiple, Constant(-0.693147182f, -0.69314718055994529), x);
        return TLane.FusedMultiplyAdd(multiple, Constant(1.90465421e-9f, -2.3190468138462996e-17), r);
    }

    /// <summary>Computes <c>eʳ − 1 − r</c> for <c>|r| ≤ ½·ln 2</c>, as <c>r²·q(r)</c>.</summary>
    /// <remarks>
    /// q has degree 4 in float and 9 in double. It is the minimax polynomial, with the constant term held at ½, of the error of
    /// <c>r + r²·q(r)</c> relative to <c>eʳ − 1</c>, which is 2⁻²⁶·⁰ in float and 2⁻⁵⁵·² in double; relative to <c>eʳ</c> it is
    /// less than half of that.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected static TVector ExpTail(TVector r)
    {
        TVector q;
        if (typeof(T) == typeof(float))
        {
            q = Constant(1.38982106e-3f);
            q = Horner(q, r, 8.36603995e-3f);
            q = Horner(q, r, 4.16668542e-2f);
            q = Horner(q, r, 0.166665494f);
        }
        else
        {
            q = Constant(2.5046064081708655e-8);
            q = Horner(q, r, 2.7622220596490650e-7);
            q = Horner(q, r, 2.7557424584754584e-6);
            q = Horner(q, r, 2.4801516362551996e-5);
            q = Horner(q, r, 1.9841269709863565e-4);
            q = Horner(q, r, 1.3888888920499023e-3);
            q = Horner(q, r, 8.3333333333881574e-3);
            q = Horner(q, r, 4.1666666666620000e-2);
            q = Horner(q, r, 0.16666666666666602);
        }

        q = Horner(q, r, 0.5);
        return TLane.Multiply(TLane.Multiply(r, r), q);
    }

    /// <summary>
    /// Computes <c>eˣ</c> in two factors. The result is <c>eʳ·2^⌊n/2⌋</c>, far from overflow and underflow; its product with
    /// <paramref name="scale"/>, <c>2^(n − ⌊n/2⌋)</c>, is <c>eˣ</c>, and is rounded only where that is subnormal.
    /// </summary>
    /// <param name="x">The exponent, as far as <c>eˣ</c> neither overflows nor underflows to 0, and a little beyond;
    /// elsewhere the results mean nothing.</param>
    /// <param name="scale">The second factor.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected static TVector ExpInTwoFactors(TVector x, out TVector scale)
    {
        // With twice the bias in it, half of the integer in the exponent field is the number 2^⌊n/2⌋, and the difference
        // to the whole of it is the number 2^(n − ⌊n/2⌋).
        TVector r = ReduceByLn2(x, 2 * ExponentBias, out TVector n);
        TVector half = ToExponentField(TLane.ShiftRightLogical(n, 1));
        scale = TLane.SubtractBits(ToExponentField(n), half);

        TVector power = TLane.Add(Constant(1), TLane.Add(r, ExpTail(r)));
        return TLane.Multiply(power, half);
    }

    /// <summary>Computes <c>2·artanh(s)/s − 2</c> for <c>z = s² ≤ 0.0295</c>, as <c>z·p(z)</c>.</summary>
    /// <remarks>p has degree 2 in float and 6 in double: the minimax polynomial of the error relative to the whole
    /// <c>2·artanh s</c>, which is 2⁻³⁰·² in float and 2⁻⁵⁹·² in double.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected static TVector ArtanhTail(TVector z)
    {
        TVector p;
        if (typeof(T) == typeof(float))
        {
            p = Constant(0.298710734f);
            p = Horner(p, z, 0.399775684f);
            p = Horner(p, z, 0.666667759f);
        }
        else
        {
            p = Constant(0.14795630829644238);
            p = Horner(p, z, 0.15314084102105383);
            p = Horner(p, z, 0.18183562947251847);
            p = Horner(p, z, 0.22222198601040272);
            p = Horner(p, z, 0.28571428742103228);
            p = Horner(p, z, 0.39999999999416014);
            p = Horner(p, z, 0.66666666666667340);
        }

        return TLane.Multiply(z, p);
    }
}
