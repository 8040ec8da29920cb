using System.Runtime.InteropServices;

namespace NeuralNets.Core.Tests.Kernels;

/// <summary>Memory that ends where a page ends, with a page behind it that cannot be read: whoever passes the end kills the
/// process.</summary>
internal sealed unsafe partial class GuardedMemory : IDisposable
{
    private const int ReadWrite = 3;
    private const int PrivateAnonymous = 0x22;

    private readonly nint _start;
    private readonly nuint _bytes;
    private readonly int _length;

    public GuardedMemory(int length)
    {
        int page = Environment.SystemPageSize;
        _length = length;
        _bytes = (nuint)((length + page - 1) / page * page) + (nuint)page;
        _start = Map(0, _bytes, ReadWrite, PrivateAnonymous, -1, 0);
        if (_start == -1 || Protect(_start + (nint)_bytes - page, (nuint)page, 0) != 0)
        {
            throw new InvalidOperationException("The system gave no memory.");
        }
    }

    public Span<byte> Bytes => new((byte*)_start + _bytes - Environment.SystemPageSize - _length, _length);

    public void Dispose() => _ = Unmap(_start, _bytes);

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(nint address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(nint address, nuint length);
}
