using System.Numerics;
using System.Runtime.CompilerServices;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Data;

/// <summary>Bytes as the numbers that a <see cref="PixelScaling"/> makes of them.</summary>
internal static class PixelConversion
{
    /// <summary>Returns the largest number that a byte can become.</summary>
    public static double Largest(this PixelScaling scaling) => scaling == PixelScaling.UnitInterval ? 1 : byte.MaxValue;

    /// <summary>Converts bytes. Does not allocate.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Convert<T>(this PixelScaling scaling, ReadOnlySpan<byte> bytes, Span<T> destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (scaling == PixelScaling.UnitInterval)
        {
            ByteConversion.ToUnitInterval(bytes, destination);
        }
        else
        {
            ByteConversion.ToNumbers(bytes, destination);
        }
    }
}
