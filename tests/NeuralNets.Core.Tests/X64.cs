using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace NeuralNets.Core.Tests;

/// <summary>A fact about the switches of the x64 runtime; it needs AVX2 to switch off.</summary>
internal sealed class X64FactAttribute : FactAttribute
{
    public X64FactAttribute() => Skip = X64.Reason;
}

/// <summary>A theory about the switches of the x64 runtime; it needs AVX2 to switch off.</summary>
internal sealed class X64TheoryAttribute : TheoryAttribute
{
    public X64TheoryAttribute() => Skip = X64.Reason;
}

internal static class X64
{
    public static string? Reason =>
        RuntimeInformation.ProcessArchitecture == Architecture.X64 && Avx2.IsSupported ? null : "needs an x64 processor with AVX2";
}
