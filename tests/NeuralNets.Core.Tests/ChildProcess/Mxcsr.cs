using System.ComponentModel;
using System.Runtime.InteropServices;

namespace NeuralNets.Core.Tests.ChildProcess;

/// <summary>Sets the control register of floating-point arithmetic of a thread as native code does, on Linux x64: by two instructions
/// in memory that may be executed.</summary>
internal static unsafe class Mxcsr
{
    public const uint Standard = 0x1F80;
    public const uint DenormalsAreZero = 0x0040;
    public const uint RoundDown = 0x2000;
    public const uint RoundUp = 0x4000;
    public const uint RoundTowardZero = 0x6000;
    public const uint FlushToZero = 0x8000;

    private static readonly delegate* unmanaged<uint*, void> s_load = Create();

    /// <summary>Sets the calling thread's register to the standard mode with these bits.</summary>
    public static void Set(uint bits)
    {
        uint value = Standard | bits;
        s_load(&value);
    }

    private static delegate* unmanaged<uint*, void> Create()
    {
        const int Read = 1;
        const int Write = 2;
        const int Execute = 4;
        const int PrivateAnonymous = 0x22;
        ReadOnlySpan<byte> code = [0x0F, 0xAE, 0x17, 0xC3]; // ldmxcsr [rdi]; ret
        nint page = MemoryMap(0, 4096, Read | Write, PrivateAnonymous, -1, 0);
        if (page == -1)
        {
            throw new Win32Exception();
        }

        code.CopyTo(new Span<byte>((void*)page, 4096));
        return Protect(page, 4096, Read | Execute) == 0 ? (delegate* unmanaged<uint*, void>)page : throw new Win32Exception();
    }

    [DllImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static extern nint MemoryMap(nint address, nint length, int protection, int flags, int file, nint offset);

    [DllImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    private static extern int Protect(nint address, nint length, int protection);
}
