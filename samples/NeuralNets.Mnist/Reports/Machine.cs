using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace NeuralNets.Mnist.Reports;

/// <summary>The machine that the program runs on.</summary>
internal static class Machine
{
    private const string ProcessorFile = "/proc/cpuinfo"; // on Linux

    public static string Processor =>
        $"{ProcessorName ?? RuntimeInformation.ProcessArchitecture.ToString()}, {Environment.ProcessorCount} logical processors";

    public static string System => $"{RuntimeInformation.OSDescription.Trim()}, {RuntimeInformation.FrameworkDescription}";

    /// <summary>What multiplies the matrices.</summary>
    public static string Backend
    {
        get
        {
            int bits = Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;
            return $"managed kernels on vectors of {bits} bits";
        }
    }

    /// <summary>The processor's name, where the system tells it in a file.</summary>
    private static string? ProcessorName
    {
        get
        {
            IEnumerable<string> lines = File.Exists(ProcessorFile) ? File.ReadLines(ProcessorFile) : [];
            string? name = lines.FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal));
            return name?.Split(':', 2)[^1].Trim();
        }
    }
}
