using System.Runtime.InteropServices;

namespace NeuralNets.Core.Backends;

/// <summary>The OpenMP runtimes that the threading layers of Intel MKL need.</summary>
internal static unsafe class OpenMP
{
    private const int Lazy = 1;
    private const int Global = 0x100;

    /// <summary>
    /// Loads the runtime of a threading layer for all libraries of the process to see: on Linux the layer names no library that it
    /// depends on, and the process ends at the first call if nobody else has loaded it.
    /// </summary>
    /// <param name="threading">The threading layer.</param>
    /// <param name="folder">The folder of the MKL library.</param>
    /// <returns>Null, or what is missing.</returns>
    public static string? Require(MklThreading threading, string folder)
    {
        string? name = threading switch
        {
            MklThreading.IntelOpenMP => OperatingSystem.IsWindows() ? "libiomp5md.dll" : "libiomp5.so",
            MklThreading.GnuOpenMP => OperatingSystem.IsWindows() ? null : "libgomp.so.1",
            _ => "",
        };
        if (name == "")
        {
            return null;
        }

        if (name is null)
        {
            return $"There is no {threading} for Windows.";
        }

        foreach (string candidate in MklSearch.RuntimeCandidates(name, folder))
        {
            if (OperatingSystem.IsWindows() ? NativeLibrary.TryLoad(candidate, out _) : LoadGlobally(candidate))
            {
                return null;
            }
        }

        return $"{threading} needs the OpenMP runtime {name}, which neither the system's loader finds nor the folders of MKL have.";
    }

    private static bool LoadGlobally(string file)
    {
        if (!NativeLibrary.TryLoad("libdl.so.2", out nint loader) || !NativeLibrary.TryGetExport(loader, "dlopen", out nint address))
        {
            return false;
        }

        var open = (delegate* unmanaged<byte*, int, nint>)address;
        nint name = Marshal.StringToCoTaskMemUTF8(file);
        try
        {
            return open((byte*)name, Lazy | Global) != 0;
        }
        finally
        {
            Marshal.FreeCoTaskMem(name);
        }
    }
}
