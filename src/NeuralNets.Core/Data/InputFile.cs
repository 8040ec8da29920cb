namespace NeuralNets.Core.Data;

/// <summary>The one way in which every reader opens a path.</summary>
internal static class InputFile
{
    /// <summary>Opens a file to be read; a pipe or a device does, too.</summary>
    /// <exception cref="ArgumentException"><paramref name="path"/> is null or empty.</exception>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    /// <exception cref="IOException">It is a folder, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be read.</exception>
    public static FileStream Open(string path, int bufferSize, FileOptions options = FileOptions.None)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Directory.Exists(path)
            ? throw new IOException($"What is read must be a file, but '{path}' is a folder.")
            : new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize, options);
    }

    /// <summary>Reads a pipe to its end, for readers that need to seek.</summary>
    /// <exception cref="IOException">It gives more than an array holds.</exception>
    public static MemoryStream Buffer(FileStream pipe) => Buffer(pipe, pipe.Name);

    /// <inheritdoc cref="Buffer(FileStream)"/>
    public static MemoryStream Buffer(Stream pipe, string name)
    {
        var content = new MemoryStream();
        byte[] bytes = new byte[1 << 16];
        for (int length; (length = pipe.Read(bytes)) > 0;)
        {
            if (content.Length + length > Array.MaxLength)
            {
                throw new IOException(
                    $"What cannot seek must give at most {Array.MaxLength} bytes, but '{name}' gives more: copy it to a file first.");
            }

            content.Write(bytes, 0, length);
        }

        content.Position = 0;
        return content;
    }
}
