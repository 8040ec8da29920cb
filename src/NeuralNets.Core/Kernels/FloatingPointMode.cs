using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace NeuralNets.Core.Kernels;

/// <summary>
/// The mode of floating-point arithmetic that native code can set for a thread, in MXCSR on x64 and FPCR on ARM64: how results are
/// rounded, and whether subnormal numbers count as zero. .NET cannot read it, so that it is told from results; those in double tell it for
/// float, too, since there is one register for both.
/// </summary>
internal static class FloatingPointMode
{
    private const double QuarterStep = 5.5511151231257827e-17; // 2⁻⁵⁴

    /// <summary>Whether the calling thread rounds to nearest and keeps subnormal numbers. Takes a few nanoseconds.</summary>
    public static bool IsStandard => Keeps(1, QuarterStep, double.Epsilon * (1L << 52), double.Epsilon * (1L << 51));

    /// <exception cref="InvalidOperationException">The mode is another one.</exception>
    public static void Require()
    {
        if (!IsStandard)
        {
            Refuse(Describe(1, QuarterStep));
        }
    }

    /// <summary>Returns whether arithmetic keeps the mode. Not inlined: the compiler would compute with constants.</summary>
    /// <param name="one">1.</param>
    /// <param name="quarter">A quarter of the distance from 1 to the next number.</param>
    /// <param name="normal">The smallest normal number.</param>
    /// <param name="subnormal">A smaller one. Sums of it are as fast as others, where products are not.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool Keeps(double one, double quarter, double normal, double subnormal) =>
        one + quarter == one // not so when rounded up
        && one + (quarter * 3) > one // not so when rounded down or toward zero
        && normal + subnormal - normal != 0; // not so where a subnormal operand or result counts as zero

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static string Describe(double one, double quarter) =>
        one + quarter > one ? "results are rounded up"
        : one + (quarter * 3) > one ? "subnormal numbers count as zero"
        : -one - (quarter * 3) < -one ? "results are rounded down"
        : "results are rounded toward zero";

    [DoesNotReturn]
    private static void Refuse(string actual) => throw new InvalidOperationException(
        $"Floating-point arithmetic must round to nearest and keep subnormal numbers, but on this thread {actual}, so that the bits would "
        + "differ from those of other threads and machines. Native code has set it so (MXCSR on x64, FPCR on ARM64), for instance a "
        + "library built with -ffast-math when it was loaded. Load and call that library on a thread of its own, or let native code "
        + "call fesetenv(FE_DFL_ENV) on this one.");
}
