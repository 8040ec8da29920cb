using System.Runtime.InteropServices;

namespace NeuralNets.Core.Tests;

/// <summary>A fact about what only Linux on x64 has: its instructions, or the format of its libraries.</summary>
internal sealed class LinuxX64FactAttribute : FactAttribute
{
    public LinuxX64FactAttribute() => Skip = LinuxX64.Reason;
}

/// <summary>A theory about what only Linux on x64 has: its instructions, or the format of its libraries.</summary>
internal sealed class LinuxX64TheoryAttribute : TheoryAttribute
{
    public LinuxX64TheoryAttribute() => Skip = LinuxX64.Reason;
}

internal static class LinuxX64
{
    public static string? Reason =>
        OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64 ? null : "needs Linux on an x64 processor";
}
