namespace NeuralNets.Core.Serialization;

/// <summary>What a new file takes over from the one that it replaces.</summary>
internal sealed record ReplacedFile(UnixFileMode Mode, UnixFile.Status? Status)
{
    private const UnixFileMode GroupRights = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute;
    private const int GroupShift = 3;

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
