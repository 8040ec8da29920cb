using System.Numerics;
using System.Runtime.CompilerServices;

namespace NeuralNets.Core.Kernels;

/// <summary>
/// Memory of zeros that begins and ends at the border of a cache line: workers that write to pieces of their own do not take
/// lines away from each other.
/// </summary>
internal readonly unsafe struct AlignedMemory<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int LineBytes = 64;

    private readonly T[] _array;
    private readonly int _start;
    private readonly int _length;

    /// <param name="length">The number of elements.</param>
    /// <param name="exact">Whether to make it the whole of an array instead, wherever that begins.</param>
    public AlignedMemory(int length, bool exact = false)
    {
        _length = length;
        if (exact)
        {
            _array = new T[length];
            return;
        }

        // Pinned, so that what is aligned now stays so.
        _array = GC.AllocateArray<T>(checked(length + (2 * LineBytes / sizeof(T))), pinned: true);
        nuint rest = (nuint)Unsafe.AsPointer(ref _array[0]) % LineBytes;
        _start = rest == 0 ? 0 : (int)((LineBytes - rest) / (nuint)sizeof(T));
    }

    public Span<T> Span => _array.AsSpan(_start, _length);

    /// <summary>Returns some of the elements.</summary>
    public MatrixTarget<T> Part(int start, int length) => MatrixTarget<T>.Part(_array, _start + start, length);
}
