namespace NeuralNets.Core.Tests;

/// <summary>Whether tests of modes, owners, devices and pipes can run: they need commands and folders of Linux.</summary>
internal static class Linux
{
    public static string? Reason { get; } = OperatingSystem.IsLinux() ? null : "The test needs Linux.";
}

[AttributeUsage(AttributeTargets.Method)]
internal sealed class LinuxFactAttribute : FactAttribute
{
    public LinuxFactAttribute() => Skip = Linux.Reason;
}

[AttributeUsage(AttributeTargets.Method)]
internal sealed class LinuxTheoryAttribute : TheoryAttribute
{
    public LinuxTheoryAttribute() => Skip = Linux.Reason;
}
