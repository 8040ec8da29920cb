using System.Diagnostics.CodeAnalysis;
using System.IO.MemoryMappedFiles;

namespace NeuralNets.Core.Kernels;

/// <summary>A file as memory: the system brings in what is read, and drops it again when memory is short.</summary>
/// <remarks>
/// <para>There is nothing to dispose. The memory stays valid as long as this object is reachable, and the runtime's handles give it back
/// after that. So no thread can read what another has unmapped, and reading needs no count of readers.</para>
/// <para>If another process cuts the file short meanwhile, a read beyond its new end ends this process. That is a property of mapped
/// files.</para>
/// </remarks>
internal sealed unsafe class MappedMemory
{
    private readonly MemoryMappedFile _file; // Keeps the file open, and so locked.
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _start;

    /// <summary>Maps a file from its beginning.</summary>
    /// <param name="file">The file, which belongs to the map from then on.</param>
    /// <param name="length">The number of bytes, at least 1 and at most the length of the file.</param>
    /// <exception cref="IOException">It cannot be mapped.</exception>
    public MappedMemory(FileStream file, long length)
    {
        Length = length;
        _file = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        try
        {
            _view = _file.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
        }
        catch
        {
            _file.Dispose();
            throw;
        }

        // Without a reference that is counted, which would keep the finalizer from unmapping.
        _start = (byte*)_view.SafeMemoryMappedViewHandle.DangerousGetHandle() + _view.PointerOffset;
    }

    /// <summary>The number of bytes.</summary>
    public long Length { get; }

    /// <summary>Returns some of the bytes, which are valid as long as this object is reachable: a caller that has no other reference to it
    /// calls <see cref="GC.KeepAlive"/> after the last use.</summary>
    public ReadOnlySpan<byte> Slice(long offset, int length)
    {
        if ((ulong)offset > (ulong)Length || (ulong)length > (ulong)(Length - offset))
        {
            Throw(offset, length);
        }

        return new(_start + offset, length);
    }

    [DoesNotReturn]
    private void Throw(long offset, int length) => throw new ArgumentOutOfRangeException(
        nameof(offset), offset, $"The bytes must be within the {Length} of the map, but were {length} from {offset} on.");
}
