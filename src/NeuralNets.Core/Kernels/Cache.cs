using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
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
            fixed (byte* bytes = MemoryMarshal.AsBytes(memory))
            {
                for (int i = 0; i < memory.Length * sizeof(T); i += LineBytes)
                {
                    Sse.Prefetch1(bytes + i);
                }
            }
        }
    }
}
