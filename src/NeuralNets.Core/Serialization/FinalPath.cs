namespace NeuralNets.Core.Serialization;

/// <summary>Where a path leads when all symbolic links are followed, as the system follows them.</summary>
internal static class FinalPath
{
    private const int MaxLinks = 40; // As on Linux.

    /// <summary>Follows the links in a full path, also to what does not exist.</summary>
    /// <returns>The path without links, and whether it names a file that some process has open (<c>/proc/self/fd/1</c>, and so
    /// <c>/dev/stdout</c>): a link whose text is not a path, or not one by which that process would find a new file.</returns>
    /// <exception cref="IOException">The links go in a circle.</exception>
    public static (string Path, bool IsOpenFile) Of(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return (new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? path, false);
        }

        // .NET joins a link's folder and its text, and then takes "..", which is wrong when the folder is itself behind a link.
        string done = "/";
        var rest = new Stack<string>();
        Push(rest, path);
        int links = 0;
        while (rest.TryPop(out string? part))
        {
            string next = part == ".." ? Path.GetDirectoryName(done) ?? "/" : Path.Join(done, part);
            if (new FileInfo(next).LinkTarget is not { } link)
            {
                done = next;
            }
            else if (done.StartsWith("/proc/", StringComparison.Ordinal) && done.EndsWith("/fd", StringComparison.Ordinal))
            {
                return (Path.Join([next, .. rest]), rest.Count == 0);
            }
            else if (++links > MaxLinks)
            {
                throw new IOException($"The links of a path must end at a file, but those of '{path}' are more than {MaxLinks}.");
            }
            else
            {
                done = link.StartsWith('/') ? "/" : done;
                Push(rest, link);
            }
        }

        return (done, false);
    }

    private static void Push(Stack<string> parts, string path)
    {
        foreach (string part in path.Split('/').Reverse())
        {
            if (part is not ("" or "."))
            {
                parts.Push(part);
            }
        }
    }
}
