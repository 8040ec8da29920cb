using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace NeuralNets.Core.Serialization;

/// <summary>What .NET has no call for: the kind and the owner of an open file, and flushing a folder to the disk.</summary>
/// <remarks>The functions are those of the system's C library, which .NET itself runs on. <c>statx</c> is Linux's: its layout is
/// the same on every processor, which that of <c>fstat</c> is not.</remarks>
internal static partial class UnixFile
{
    private const int ReadOnly = 0;
    private const int CloseOnExecuteOfLinux = 0x80000;
    private const int EmptyPathOfLinux = 0x1000;
    private const uint TypeModeAndOwner = 0x1 | 0x2 | 0x8 | 0x10;
    private const int TypeMask = 0xF000;
    private const int RegularFile = 0x8000;
    private const uint Unchanged = uint.MaxValue;

    /// <summary>Returns whether an open file is a regular one, and whose; null where the system does not tell.</summary>
    public static Status? GetStatus(SafeFileHandle file)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        try
        {
            return StatX(file, string.Empty, EmptyPathOfLinux, TypeModeAndOwner, out StatXFields fields) == 0
                ? new Status((fields.Mode & TypeMask) == RegularFile, fields.User, fields.Group)
                : null; // A container's filter of system calls can refuse it.
        }
        catch (EntryPointNotFoundException)
        {
            return null; // A C library from before 2018.
        }
    }

    /// <summary>Gives a file the owner and the group of another as far as this process may.</summary>
    /// <returns>Whether it has the group.</returns>
    public static bool TrySetOwner(SafeFileHandle file, Status owner) =>
        ChangeOwner(file, owner.User, owner.Group) == 0 || ChangeOwner(file, Unchanged, owner.Group) == 0;

    /// <summary>Flushes the entries of a folder to the disk: without it, a new name can be lost when the power fails.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public static void SyncFolder(string folder)
    {
        using SafeFileHandle handle = Open(folder, ReadOnly | (OperatingSystem.IsLinux() ? CloseOnExecuteOfLinux : 0));
        if (!handle.IsInvalid) // A folder can be open to writing, but not to reading.
        {
            RandomAccess.FlushToDisk(handle);
        }
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(SafeFileHandle file, string path, int flags, uint mask, out StatXFields fields);

    [LibraryImport("libc", EntryPoint = "fchown")]
    private static partial int ChangeOwner(SafeFileHandle file, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags);

    /// <summary>What is known of a file.</summary>
    public readonly record struct Status(bool IsRegular, uint User, uint Group);

    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct StatXFields
    {
        [FieldOffset(20)]
        public uint User;

        [FieldOffset(24)]
        public uint Group;

        [FieldOffset(28)]
        public ushort Mode;
    }
}
