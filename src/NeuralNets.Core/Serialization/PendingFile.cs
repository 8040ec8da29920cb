namespace NeuralNets.Core.Serialization;

/// <summary>A file that is written beside its place, and is there whole when it is committed, or else not at all.</summary>
internal sealed class PendingFile : IDisposable
{
    private const int IsBusy = 16; // EBUSY and EROFS, alike on Linux and macOS.
    private const int IsReadOnlyFileSystem = 30;
    private const int BufferSize = 1 << 16;

    private readonly string _target;
    private readonly ReplacedFile? _replaced;
    private bool _isCommitted;
    private bool _isDisposed;

    /// <param name="target">The full path of the place, without links.</param>
    /// <param name="replaced">What is there now, if anything.</param>
    /// <exception cref="CannotReplaceException">The folder must not be written.</exception>
    public PendingFile(string target, ReplacedFile? replaced)
    {
        _target = target;
        _replaced = replaced;
        var options = Options(FileAccess.Write);
        if (replaced is not null && !OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite; // Until it has the rights of the old file.
        }

        try
        {
            Stream = TemporaryFile.Create(Folder, Path.GetFileName(target), options);
        }
        catch (Exception exception) when (IsForbidden(exception))
        {
            throw new CannotReplaceException(exception);
        }
    }

    /// <summary>Receives the content.</summary>
    public FileStream Stream { get; }

    private string Folder => Path.GetDirectoryName(_target)!;

    /// <summary>Returns a further temporary file beside the place, for what becomes a part of the content later. It is deleted when it is
    /// closed. It has no buffer, so that closing it writes nothing, which could fail.</summary>
    public FileStream CreateScratch()
    {
        FileStreamOptions options = Options(FileAccess.ReadWrite);
        options.BufferSize = 0;
        options.Options = FileOptions.DeleteOnClose;
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return TemporaryFile.Create(Folder, Path.GetFileName(_target), options);
    }

    /// <summary>Flushes the content to the disk, and moves the file to its place.</summary>
    /// <exception cref="CannotReplaceException">The place is a mount point, or its folder must not be written any more.</exception>
    public void Commit()
    {
        _replaced?.ApplyTo(Stream);
        Stream.Flush(flushToDisk: true);
        try
        {
            File.Move(Stream.Name, _target, overwrite: true); // While it is open, and so locked: nobody takes it for a left-over.
        }
        catch (Exception exception) when (IsForbidden(exception))
        {
            throw new CannotReplaceException(exception);
        }

        _isCommitted = true;
        if (!OperatingSystem.IsWindows())
        {
            UnixFile.SyncFolder(Folder);
        }
    }

    /// <summary>Closes the file, and deletes it unless it was committed.</summary>
    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        if (_isCommitted)
        {
            Stream.Dispose();
            return;
        }

        try
        {
            Stream.Dispose(); // Writes what it still holds, which fails again when the disk is full.
        }
        catch (IOException)
        {
            // The first failure is the one that is reported.
        }

        File.Delete(Stream.Name);
    }

    private static FileStreamOptions Options(FileAccess access) => new()
    {
        Mode = FileMode.CreateNew,
        Access = access,
        Share = FileShare.Read | FileShare.Delete,
        BufferSize = BufferSize,
    };

    /// <summary>Returns whether it is the entry in the folder that must not be made or changed, rather than that the disk is full or
    /// fails.</summary>
    private static bool IsForbidden(Exception exception) =>
        exception is UnauthorizedAccessException or IOException { HResult: IsBusy or IsReadOnlyFileSystem };
}
