using System.Security.Cryptography;
using System.Text;

namespace NeuralNets.Core.Serialization;

/// <summary>Files beside the one that they are to become, locked as long as a process writes them.</summary>
/// <remarks>
/// The system releases the lock of a process that ends, however it ends. So what is not locked is left over, and the next file
/// made for the same name deletes it. The lock is that of <see cref="FileShare"/>, on Unix <c>flock</c>.
/// </remarks>
internal static class TemporaryFile
{
    private const int Attempts = 10;

    private static readonly EnumerationOptions s_plainFiles = new()
    {
        AttributesToSkip = FileAttributes.Directory | FileAttributes.ReparsePoint,
        IgnoreInaccessible = true, // A folder that may be written, but not read.
    };

    /// <summary>Makes <c>.neuralnets-{hash of the name}-{random}.tmp</c>, and deletes what killed processes left for that name.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder must not be written.</exception>
    public static FileStream Create(string folder, string name, FileStreamOptions options)
    {
        // Not the name itself: it can be as long as a name may be.
        string prefix = $".neuralnets-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 8))}-";
        for (int attempt = 1; ; attempt++)
        {
            string path = Path.Combine(folder, $"{prefix}{Guid.NewGuid():N}.tmp");
            FileStream stream;
            try
            {
                stream = new FileStream(path, options);
            }
            catch (IOException) when (attempt < Attempts)
            {
                continue; // On Unix, another process's cleaning can get the lock between the making of a file and its locking.
            }

            if (attempt == Attempts || File.Exists(path))
            {
                DeleteLeftovers(folder, prefix, stream);
                return stream;
            }

            stream.Dispose(); // The same, and it has been deleted.
        }
    }

    private static void DeleteLeftovers(string folder, string prefix, FileStream locked)
    {
        foreach (string path in Directory.EnumerateFiles(folder, $"{prefix}*.tmp", s_plainFiles))
        {
            if (path != locked.Name)
            {
                if (TryLock(locked.Name, FileOptions.None))
                {
                    return; // This file system has no locks: what is being written cannot be told from what is left over.
                }

                TryLock(path, FileOptions.DeleteOnClose);
            }
        }
    }

    private static bool TryLock(string path, FileOptions options)
    {
        try
        {
            new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 1, options).Dispose();
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false; // It is being written, or is another user's.
        }
    }
}
