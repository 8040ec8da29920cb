using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace NeuralNets.Core.Kernels;

/// <summary>Hints to the cache. They change the speed, never a result.</summary>
internal static unsafe class Cache
{
    private const int LineBytes = 64;

    /// <summary>
    /// Asks for <paramref name="memory"/> to be brought into the second-level cache, which has more requests under way than the
    /// first. Does nothing where the processor has no such hint.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Prefetch<T>(ReadOnlySpan<T> memory)
        where T : unmanaged
    {
        if (Sse.IsSupported)
        {
            long length = (long)memory.Length * sizeof(T);
            fixed (T* start = memory)
            {
                for (long i = 0; i < length; i += LineBytes)
                {
                    Sse.Prefetch1((byte*)start + i);
                }
            }
        }
    }
}
