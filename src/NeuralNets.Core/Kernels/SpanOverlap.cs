using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NeuralNets.Core.Kernels;

/// <summary>
/// Refuses to read and write one buffer at two places: elements would be overwritten before they are read, and the numbers wrong.
/// </summary>
internal static class SpanOverlap
{
    /// <summary>Requires that what is written is exactly the memory that is read, or none of it.</summary>
    /// <exception cref="ArgumentException">The spans overlap, but are not the same memory.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void CheckSameOrSeparate<T>(ReadOnlySpan<T> read, ReadOnlySpan<T> written, string? parameter = null)
        where T : unmanaged
    {
        if (read != written && Overlap(read, written))
        {
            Throw("be the memory of the input or not overlap it", read, written, parameter);
        }
    }

    /// <summary>Requires that what is written is none of the memory that is read.</summary>
    /// <exception cref="ArgumentException">The spans overlap.</exception>
    public static void CheckSeparate<TRead, TWritten>(
        ReadOnlySpan<TRead> read, ReadOnlySpan<TWritten> written, string? parameter = null)
        where TRead : unmanaged
        where TWritten : unmanaged
    {
        if (Overlap(read, written))
        {
            Throw("not overlap the input", read, written, parameter);
        }
    }

    /// <summary>Returns whether the spans, of whatever types, have a byte in common.</summary>
    private static bool Overlap<TRead, TWritten>(ReadOnlySpan<TRead> read, ReadOnlySpan<TWritten> written)
        where TRead : unmanaged
        where TWritten : unmanaged
    {
        nint offset = Offset(read, written);
        return !read.IsEmpty && !written.IsEmpty
            && (offset >= 0 ? offset < Bytes(read) : -offset < Bytes(written));
    }

    /// <summary>Returns the number of bytes from the beginning of the first span to that of the second.</summary>
    private static nint Offset<TRead, TWritten>(ReadOnlySpan<TRead> read, ReadOnlySpan<TWritten> written)
        where TRead : unmanaged
        where TWritten : unmanaged =>
        Unsafe.ByteOffset(
            ref Unsafe.As<TRead, byte>(ref MemoryMarshal.GetReference(read)),
            ref Unsafe.As<TWritten, byte>(ref MemoryMarshal.GetReference(written)));

    /// <summary>Returns the number of bytes, which for more than 2 GiB is not an int.</summary>
    private static nint Bytes<T>(ReadOnlySpan<T> span)
        where T : unmanaged => span.Length * (nint)Unsafe.SizeOf<T>();

    [DoesNotReturn]
    private static void Throw<TRead, TWritten>(
        string requirement, ReadOnlySpan<TRead> read, ReadOnlySpan<TWritten> written, string? parameter)
        where TRead : unmanaged
        where TWritten : unmanaged
    {
        nint offset = Offset(read, written);
        throw new ArgumentException(
            $"The output must {requirement}, but its {Bytes(written)} bytes begin {nint.Abs(offset)} bytes "
            + $"{(offset < 0 ? "before" : "after")} the beginning of the input's {Bytes(read)}. Use another buffer for the output.",
            parameter);
    }
}
