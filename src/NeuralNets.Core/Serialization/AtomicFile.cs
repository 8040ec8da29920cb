namespace NeuralNets.Core.Serialization;

/// <summary>Files that are there whole or not at all.</summary>
internal static class AtomicFile
{
    /// <summary>
    /// Writes a file beside its place, brings it to the disk, and then renames it: whatever happens meanwhile, under
    /// <paramref name="path"/> there is what was there before or the whole new file.
    /// </summary>
    /// <remarks>
    /// A process that is killed can leave the unfinished <c>.neuralnets-*.tmp</c> behind. When the power fails shortly after,
    /// a file system may come back with the old file: the folder itself is not brought to the disk, for which .NET has no call.
    /// </remarks>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        string target = Path.GetFullPath(path);
        var file = new FileInfo(target);
        if (file.LinkTarget is not null)
        {
            // What is replaced is the file that a link points to, not the link.
            target = file.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
        }

        CheckFolder(target);
        string temporary = Path.Combine(Path.GetDirectoryName(target)!, $".neuralnets-{Guid.NewGuid():N}.tmp");
        using var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1 << 16);
        try
        {
            write(stream);
            stream.Flush(flushToDisk: true);
            stream.Dispose();
            File.Move(temporary, target, overwrite: true);
        }
        catch
        {
            Discard(stream, temporary);
            throw;
        }
    }

    /// <summary>Refuses a path in a folder that is not there.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public static void CheckFolder(string path)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is not { } folder || !Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"The folder of the file to write must exist, but that of '{path}' does not.");
        }
    }

    private static void Discard(FileStream stream, string temporary)
    {
        try
        {
            stream.Dispose(); // Writes what it still holds, which fails again when the disk is full.
        }
        catch (IOException)
        {
            // The first failure is the one that is reported.
        }

        File.Delete(temporary);
    }
}
