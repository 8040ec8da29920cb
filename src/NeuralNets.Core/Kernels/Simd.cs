using System.Runtime.Intrinsics;

namespace NeuralNets.Core.Kernels;

/// <summary>A vector width, in bits.</summary>
internal enum SimdWidth
{
    Vector128 = 128,
    Vector256 = 256,
    Vector512 = 512,
}

/// <summary>The vector width that the kernels use: the widest that the hardware accelerates.</summary>
internal static class Simd
{
    private static volatile SimdWidth s_width = Widest;

    /// <summary>The width in use. It decides the speed of a result, never its bits.</summary>
    public static SimdWidth Width => s_width;

    /// <summary>The widest vector that the hardware accelerates.</summary>
    public static SimdWidth Widest =>
        Vector512.IsHardwareAccelerated ? SimdWidth.Vector512
        : Vector256.IsHardwareAccelerated ? SimdWidth.Vector256
        : SimdWidth.Vector128;

    /// <summary>
    /// Makes every kernel of the process use <paramref name="width"/> until the result is disposed. For tests: a width
    /// that the hardware lacks is computed in narrower pieces by the runtime.
    /// </summary>
    public static IDisposable Force(SimdWidth width)
    {
        var restore = new Restore(s_width);
        s_width = width;
        return restore;
    }

    private sealed class Restore(SimdWidth previous) : IDisposable
    {
        public void Dispose() => s_width = previous;
    }
}
