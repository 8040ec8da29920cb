namespace NeuralNets.Core.Serialization;

/// <summary>Files that are there whole or not at all, wherever the system allows it.</summary>
internal static class AtomicFile
{
    private const UnixFileMode AnyWrite = UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
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
        (string target, bool isOpenFile) = Target(path);
        ReplacedFile? existing = null;
        if (File.Exists(target))
        {
            // Opened, for only the system knows whether this process may write it.
            using FileStream stream = OpenExisting(path, target);
            existing = FindReplaced(stream, isOpenFile);
            if (existing is null)
            {
                WriteInPlace(stream, write);
                return;
            }
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
                throw MustNotBeMade(path, exception);
            }

            using FileStream stream = OpenExisting(path, target);
            WriteInPlace(stream, write);
        }
    }

    /// <summary>
    /// Begins a file that is written piece by piece: as in <see cref="Write"/>, but nothing is written in place, so that nothing is ever
    /// under <paramref name="path"/> but what was there before or the whole new file.
    /// </summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    /// <exception cref="IOException">It is neither new nor a regular file, or cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be written, or its folder must not.</exception>
    public static PendingFile Begin(string path)
    {
        (string target, bool isOpenFile) = Target(path);
        ReplacedFile? existing = null;
        if (File.Exists(target))
        {
            using FileStream stream = OpenExisting(path, target);
            existing = FindReplaced(stream, isOpenFile) ?? throw new IOException(
                $"What is written row by row must go to a regular file or to a new one, but '{path}' is another kind of file.");
        }

        CheckFolder(target);
        try
        {
            return new PendingFile(target, existing);
        }
        catch (CannotReplaceException exception)
        {
            throw MustNotBeMade(path, exception);
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

    private static (string Target, bool IsOpenFile) Target(string path)
    {
        CheckFolder(path);
        (string target, bool isOpenFile) = FinalPath.Of(Path.GetFullPath(path));
        return Directory.Exists(target)
            ? throw new IOException($"What is saved must go to a file, but '{path}' is a folder.")
            : (target, isOpenFile);
    }

    private static UnauthorizedAccessException MustNotBeMade(string path, CannotReplaceException exception) =>
        new($"A new file needs a folder that may be written, but that of '{path}' may not: {exception.Message}", exception);

    /// <summary>Returns what a new file takes over from an existing one; null if that is not one to replace.</summary>
    private static ReplacedFile? FindReplaced(FileStream stream, bool isOpenFile)
    {
        UnixFile.Status? status = UnixFile.GetStatus(stream.SafeFileHandle);
        return isOpenFile || !IsRegular(stream, status)
            ? null
            : new ReplacedFile(OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(stream.SafeFileHandle), status);
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

    private static void Replace(string target, ReplacedFile? existing, Action<Stream> write)
    {
        using var file = new PendingFile(target, existing);
        write(file.Stream);
        file.Commit();
    }
}
