using System.Numerics;
using System.Runtime.CompilerServices;

namespace NeuralNets.Core.Kernels;

/// <summary>Numbers below the smallest normal one, which some processors are a hundred times slower with.</summary>
internal static class Subnormal
{
    /// <summary>Returns 0 for subnormal lanes and the others as they are. What decays by a factor per step ends there, and would stay: in
    /// float, 0.9 times the smallest subnormal number rounds to that number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector ToZero<T, TVector, TLane>(TVector value)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : unmanaged
        where TLane : struct, ILane<T, TVector>
    {
        T smallest = typeof(T) == typeof(float)
            ? Unsafe.BitCast<float, T>(1.17549435e-38f)
            : Unsafe.BitCast<double, T>(2.2250738585072014e-308);
        return TLane.Select(TLane.LessThan(TLane.Abs(value), TLane.Broadcast(smallest)), TLane.Broadcast(T.Zero), value);
    }
}
