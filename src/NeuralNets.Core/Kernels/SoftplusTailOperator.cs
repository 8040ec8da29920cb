using System.Numerics;
using System.Runtime.CompilerServices;

namespace NeuralNets.Core.Kernels;

/// <summary>
/// What softplus is above its asymptotes, <c>y = ln(1 + e^−|x|)</c>, for every x: <c>ln(1 + eˣ) = max(x, 0) + y</c>. Maximum error:
/// 2.5 ulp.
/// </summary>
/// <remarks>
/// Method: with <c>z = e^−|x|</c> and <c>u = 1 + z</c>, rounded, <c>y = ln u + (z − (u − 1))/u</c>: the second term is what the rounding of
/// u took away, which is exact in T. Bound: 1.01 ulp for z, which y passes on at most, 0.93 ulp for the logarithm, which is as accurate
/// close to 1, and ½ ulp for the sum.
/// <para>NaN gives NaN, ±∞ gives +0, ±0 gives ln 2; underflow is gradual and ends in +0.</para>
/// </remarks>
internal readonly struct SoftplusTailOperator<T> : IUnaryOperator<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Invoke<TVector, TLane>(TVector x)
        where TVector : unmanaged
        where TLane : struct, ILane<T, TVector>
    {
        TVector one = TLane.Broadcast(T.One);
        TVector z = default(ExpOperator<T>).Invoke<TVector, TLane>(TLane.Or(x, TLane.Broadcast(T.NegativeZero)));
        TVector u = TLane.Add(one, z);
        TVector rest = TLane.Subtract(z, TLane.Subtract(u, one));
        return TLane.Add(default(LogOperator<T>).Invoke<TVector, TLane>(u), TLane.Divide(rest, u));
    }
}
