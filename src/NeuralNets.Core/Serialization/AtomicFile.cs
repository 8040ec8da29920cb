namespace NeuralNets.Core.Serialization;

/// <summary>Files that are there whole or not at all, wherever the system allows it.</summary>
internal static class AtomicFile
{
    private const UnixFileMode AnyWrite = UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
    private const UnixFileMode GroupRights = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute;
    private const int GroupShift = 3;
    private const int IsBusy = 16; // EBUSY and EROFS, alike on Linux and macOS.
    private const int IsReadOnlyFileSystem = 30;
    private const int BufferSize = 1 << 16;

    /// <summary>
    /// Writes a file. A regular file, or a new one, is written beside its place, flushed to the disk and renamed: whatever
    /// happens meanwhile, under <paramref name="path"/> there is what was there before or the whole new file. It keeps its mode
    /// and, as far as the process may set them, its owner and group. Links are followed.
    /// </summary>
    /// <remarks>
    /// Anything but a regular file is written in place. So is a file that may be written but not replaced, since it is a mount
    /// point or its folder may not be written: a crash then leaves a part of the new file.
    /// </remarks>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="write">Writes the content. It is called again if the file turns out not to be replaceable.</param>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    /// <exception cref="IOException">It is a folder or a socket, or cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be written.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        CheckFolder(path);
        (string target, bool isOpenFile) = FinalPath.Of(Path.GetFullPath(path));
        if (Directory.Exists(target))
        {
            throw new IOException($"What is saved must go to a file, but '{path}' is a folder.");
        }

        Existing? existing = null;
        if (File.Exists(target))
        {
            // Opened, for only the system knows whether this process may write it.
            using FileStream stream = OpenExisting(path, target);
            UnixFile.Status? status = UnixFile.GetStatus(stream.SafeFileHandle);
            if (isOpenFile || !IsRegular(stream, status))
            {
                WriteInPlace(stream, write);
                return;
            }

            existing = new Existing(OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(stream.SafeFileHandle), status);
        }

        CheckFolder(target);
        try
        {
            Replace(target, existing, write);
        }
        catch (CannotReplaceException exception)
        {
            if (existing is null)
            {
                throw new UnauthorizedAccessException(
                    $"A new file needs a folder that may be written, but that of '{path}' may not: {exception.Message}", exception);
            }

            using FileStream stream = OpenExisting(path, target);
            WriteInPlace(stream, write);
        }
    }

    /// <summary>Refuses a path in a folder that is not there.</summary>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    public static void CheckFolder(string path)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is not { } folder || !Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"The folder of the file to write must exist, but that of '{path}' does not.");
        }
    }

    private static FileStream OpenExisting(string path, string target)
    {
        // The system lets an administrator write what nobody may write.
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(target) & AnyWrite) == 0)
        {
            throw new UnauthorizedAccessException($"A file must be writable to be saved to, but the mode of '{path}' lets nobody write.");
        }

        try
        {
            return new FileStream(target, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, BufferSize);
        }
        catch (IOException exception)
        {
            throw new IOException(
                $"'{path}' must be a file, or a device or pipe that takes bytes, but cannot be opened to be written (a socket never can): "
                + exception.Message,
                exception);
        }
    }

    /// <summary>Returns whether a file is a regular one. Where the kind is not known, an empty file counts as none: no content is lost when
    /// it is written in place.</summary>
    private static bool IsRegular(FileStream stream, UnixFile.Status? status) =>
        OperatingSystem.IsWindows() || (status?.IsRegular ?? (stream.CanSeek && stream.Length > 0));

    private static void WriteInPlace(FileStream stream, Action<Stream> write)
    {
        if (stream.CanSeek && stream.Length > 0)
        {
            stream.SetLength(0); // First: what a crash leaves must not look whole. No device has a length.
        }

        write(stream);
        stream.Flush(flushToDisk: true);
    }

    private static void Replace(string target, Existing? existing, Action<Stream> write)
    {
        string folder = Path.GetDirectoryName(target)!;
        using FileStream stream = CreateTemporary(folder, Path.GetFileName(target), existing);
        try
        {
            write(stream);
            existing?.ApplyTo(stream);
            stream.Flush(flushToDisk: true);
            Move(stream.Name, target); // While it is open, and so locked: nobody takes it for a left-over.
        }
        catch
        {
            Discard(stream);
            throw;
        }

        if (!OperatingSystem.IsWindows())
        {
            UnixFile.SyncFolder(folder);
        }
    }

    private static FileStream CreateTemporary(string folder, string name, Existing? existing)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.Read | FileShare.Delete,
            BufferSize = BufferSize,
        };
        if (existing is not null && !OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite; // Until it has the rights of the old file.
        }

        try
        {
            return TemporaryFile.Create(folder, name, options);
        }
        catch (Exception exception) when (IsForbidden(exception))
        {
            throw new CannotReplaceException(exception);
        }
    }

    private static void Move(string temporary, string target)
    {
        try
        {
            File.Move(temporary, target, overwrite: true);
        }
        catch (Exception exception) when (IsForbidden(exception))
        {
            throw new CannotReplaceException(exception);
        }
    }

    /// <summary>Returns whether it is the entry in the folder that must not be made or changed, rather than that the disk is full or
    /// fails.</summary>
    private static bool IsForbidden(Exception exception) =>
        exception is UnauthorizedAccessException or IOException { HResult: IsBusy or IsReadOnlyFileSystem };

    private static void Discard(FileStream stream)
    {
        try
        {
            stream.Dispose(); // Writes what it still holds, which fails again when the disk is full.
        }
        catch (IOException)
        {
            // The first failure is the one that is reported.
        }

        File.Delete(stream.Name);
    }

    /// <summary>What a new file takes over from the one that it replaces.</summary>
    private sealed record Existing(UnixFileMode Mode, UnixFile.Status? Status)
    {
        public void ApplyTo(FileStream stream)
        {
            if (OperatingSystem.IsWindows())
            {
                return;
            }

            UnixFileMode mode = Mode;
            if (Status is { } owner && !UnixFile.TrySetOwner(stream.SafeFileHandle, owner))
            {
                // The file now has another group, which gets no more rights than everybody.
                mode &= ~GroupRights | (UnixFileMode)((int)mode << GroupShift);
            }

            if (File.GetUnixFileMode(stream.SafeFileHandle) != mode) // A file system without modes gives all files the same.
            {
                File.SetUnixFileMode(stream.SafeFileHandle, mode);
            }
        }
    }

    private sealed class CannotReplaceException(Exception cause) : Exception(cause.Message, cause);
}
