using System.Diagnostics;
using System.Runtime.InteropServices;

namespace NeuralNets.Core.Backends;

/// <summary>
/// Where Intel MKL and the OpenMP runtimes may be: names, newest first, and folders. Nothing here calls into a library, and a library is
/// loaded to be kept only when its files have been looked at.
/// </summary>
internal static class MklSearch
{
    /// <summary>The environment variable that names the library to use, or the folder that it is in. Then no other is tried.</summary>
    public const string PathVariable = "NEURALNETS_MKL";

    private static readonly string[] s_names = OperatingSystem.IsWindows()
        ? ["mkl_rt.3.dll", "mkl_rt.2.dll", "mkl_rt.1.dll", "mkl_rt.dll"]
        : ["libmkl_rt.so.3", "libmkl_rt.so.2", "libmkl_rt.so.1", "libmkl_rt.so"];

    /// <summary>The folders of the usual installations, below what their environment variables say.</summary>
    private static readonly (string Variable, string Folder)[] s_folders = OperatingSystem.IsWindows()
        ? [("MKLROOT", "bin"), ("MKLROOT", @"redist\intel64"), ("CONDA_PREFIX", @"Library\bin")]
        : [("MKLROOT", "lib"), ("MKLROOT", "lib/intel64"), ("CONDA_PREFIX", "lib")];

    /// <summary>Loads the first library that is found and that <paramref name="accept"/> takes.</summary>
    /// <param name="accept">Given the library and its files; null if it will do, otherwise what is wrong with it.</param>
    /// <param name="tried">What was tried, and what came of it.</param>
    /// <returns>Whether there is one.</returns>
    public static bool TryLoad(Func<nint, MklFiles, string?> accept, out string tried)
    {
        var attempts = new List<string>();
        string? path = Environment.GetEnvironmentVariable(PathVariable);
        bool found = string.IsNullOrEmpty(path) ? TryNames(accept, attempts) || TryFolders(Folders(), accept, attempts)
            : Directory.Exists(path) ? TryFolders([path], accept, attempts)
            : TryFile(path, accept, attempts);
        tried = string.Join("; ", attempts);
        return found;
    }

    /// <summary>Returns the paths at which an OpenMP runtime may be, after its plain name for the system's loader.</summary>
    public static IEnumerable<string> RuntimeCandidates(string name, string besideLibrary) =>
        [name, .. Folders().Prepend(besideLibrary).Select(folder => Path.Combine(folder, name)).Where(File.Exists)];

    private static IEnumerable<string> Folders() =>
        from place in s_folders
        let root = Environment.GetEnvironmentVariable(place.Variable)
        where !string.IsNullOrEmpty(root)
        select Path.Combine(root, place.Folder);

    /// <summary>Asks the system's loader, and the folders that .NET lists for the native parts of packages, which file they have.</summary>
    private static bool TryNames(Func<nint, MklFiles, string?> accept, List<string> attempts)
    {
        foreach (string name in s_names)
        {
            if (!NativeLibrary.TryLoad(name, typeof(MklSearch).Assembly, null, out nint library))
            {
                continue;
            }

            string? file = NativeLibrary.TryGetExport(library, "cblas_sgemm", out nint address) ? FileOf(address) : null;
            NativeLibrary.Free(library);
            if (file is null)
            {
                attempts.Add($"{name}: it has no function cblas_sgemm, or the system does not say which file it is");
            }
            else if (TryFile(file, accept, attempts))
            {
                return true;
            }
        }

        attempts.Add($"{string.Join(", ", s_names)}: the system's loader finds none that will do");
        return false;
    }

    /// <summary>Returns the file of the library that has something at an address.</summary>
    private static string? FileOf(nint address)
    {
        using var process = Process.GetCurrentProcess();
        return process.Modules.Cast<ProcessModule>()
            .FirstOrDefault(module => (nuint)(address - module.BaseAddress) < (nuint)module.ModuleMemorySize)?.FileName;
    }

    private static bool TryFolders(IEnumerable<string> folders, Func<nint, MklFiles, string?> accept, List<string> attempts)
    {
        foreach (string folder in folders)
        {
            string[] files = [.. s_names.Select(name => Path.Combine(folder, name)).Where(File.Exists)];
            if (files.Length == 0)
            {
                attempts.Add($"{folder}: has none of {string.Join(", ", s_names)}");
            }

            if (files.Any(file => TryFile(file, accept, attempts)))
            {
                return true;
            }
        }

        return false;
    }

    private static bool TryFile(string file, Func<nint, MklFiles, string?> accept, List<string> attempts)
    {
        try
        {
            // MKL looks for its parts beside the path that it was loaded by: that must not be a link somewhere else.
            string path = File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(file);
            if (MklFiles.Open(path, out string fault) is not { } files)
            {
                attempts.Add($"{file}: {fault}");
                return false;
            }

            nint library = NativeLibrary.Load(path);
            if (accept(library, files) is not string refusal)
            {
                return true;
            }

            attempts.Add($"{file}: {refusal}");
            NativeLibrary.Free(library);
        }
        catch (Exception exception) when (
            exception is DllNotFoundException or BadImageFormatException or IOException or UnauthorizedAccessException)
        {
            attempts.Add($"{file}: {exception.Message.ReplaceLineEndings(" ").Trim()}");
        }

        return false;
    }
}
