using System.Diagnostics;
using System.Runtime.InteropServices;

namespace NeuralNets.Core.Backends;

/// <summary>Where Intel MKL and the OpenMP runtimes may be: names, newest first, and folders. Nothing here calls into a library.</summary>
internal static class MklSearch
{
    /// <summary>The environment variable that names the library to use, or the folder that it is in. Then no other is tried.</summary>
    public const string PathVariable = "NEURALNETS_MKL";

    private const string LibraryName = "mkl_rt";

    private static readonly string[] s_names = OperatingSystem.IsWindows()
        ? ["mkl_rt.3.dll", "mkl_rt.2.dll", "mkl_rt.1.dll", "mkl_rt.dll"]
        : ["libmkl_rt.so.3", "libmkl_rt.so.2", "libmkl_rt.so.1", "libmkl_rt.so"];

    /// <summary>The folders of the usual installations, below what their environment variables say.</summary>
    private static readonly (string Variable, string Folder)[] s_folders = OperatingSystem.IsWindows()
        ? [("MKLROOT", "bin"), ("MKLROOT", @"redist\intel64"), ("CONDA_PREFIX", @"Library\bin")]
        : [("MKLROOT", "lib"), ("MKLROOT", "lib/intel64"), ("CONDA_PREFIX", "lib")];

    /// <summary>Loads the first library that is found and that <paramref name="accept"/> takes.</summary>
    /// <param name="accept">Null if the library will do, otherwise what is wrong with it.</param>
    /// <param name="tried">What was tried, and what came of it.</param>
    /// <returns>Whether there is one.</returns>
    public static bool TryLoad(Func<nint, string?> accept, out string tried)
    {
        var attempts = new List<string>();
        string? path = Environment.GetEnvironmentVariable(PathVariable);
        bool found = string.IsNullOrEmpty(path) ? TryNames(accept, attempts) || TryFolders(Folders(), accept, attempts)
            : Directory.Exists(path) ? TryFolders([path], accept, attempts)
            : TryFile(path, accept, attempts);
        tried = string.Join("; ", attempts);
        return found;
    }

    /// <summary>The paths at which an OpenMP runtime may be, after its plain name for the system's loader.</summary>
    public static IEnumerable<string> RuntimeCandidates(string name, string? besideLibrary) =>
        [name, .. (besideLibrary is null ? Folders() : [besideLibrary, .. Folders()]).Select(folder => Path.Combine(folder, name)).Where(File.Exists)];

    /// <summary>The file that <c>mkl_rt</c> was loaded from, or null where the system does not say.</summary>
    public static string? LoadedFile()
    {
        using var process = Process.GetCurrentProcess();
        return process.Modules.Cast<ProcessModule>()
            .FirstOrDefault(module => module.ModuleName.Contains(LibraryName, StringComparison.OrdinalIgnoreCase))?.FileName;
    }

    /// <summary>
    /// The library finds its other parts beside itself when it is first called, and ends the process if one is missing. Says
    /// which one is.
    /// </summary>
    /// <param name="library">The file of the library.</param>
    /// <param name="threading">The threading layer.</param>
    public static string? MissingPart(string library, MklThreading threading)
    {
        string file = Path.GetFileName(library);
        int name = file.IndexOf(LibraryName, StringComparison.OrdinalIgnoreCase);
        string? folder = Path.GetDirectoryName(library);
        if (name < 0 || folder is null)
        {
            return null;
        }

        // The parts of libmkl_rt.so.2 are libmkl_core.so.2 and so on.
        (string before, string after) = (file[..name], file[(name + LibraryName.Length)..]);
        string layer = threading switch
        {
            MklThreading.IntelOpenMP => "mkl_intel_thread",
            MklThreading.GnuOpenMP => "mkl_gnu_thread",
            _ => "mkl_sequential",
        };
        string[] parts = OperatingSystem.IsWindows() ? ["mkl_core", layer] : ["mkl_core", layer, "mkl_intel_lp64"];
        string? missing = parts.Select(part => before + part + after).FirstOrDefault(part => !File.Exists(Path.Combine(folder, part)));
        return missing is null ? null : $"{library} needs {missing} beside it, which is not there.";
    }

    private static IEnumerable<string> Folders() =>
        from place in s_folders
        let root = Environment.GetEnvironmentVariable(place.Variable)
        where !string.IsNullOrEmpty(root)
        select Path.Combine(root, place.Folder);

    /// <summary>Leaves it to the system's loader, and to the folders that .NET lists for the native parts of packages.</summary>
    private static bool TryNames(Func<nint, string?> accept, List<string> attempts)
    {
        foreach (string name in s_names)
        {
            if (NativeLibrary.TryLoad(name, typeof(MklSearch).Assembly, null, out nint library) && IsAccepted(library, name, accept, attempts))
            {
                return true;
            }
        }

        attempts.Add($"{string.Join(", ", s_names)}: the system's loader finds none that will do");
        return false;
    }

    private static bool TryFolders(IEnumerable<string> folders, Func<nint, string?> accept, List<string> attempts)
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

    private static bool TryFile(string file, Func<nint, string?> accept, List<string> attempts)
    {
        try
        {
            return IsAccepted(NativeLibrary.Load(Path.GetFullPath(file)), file, accept, attempts);
        }
        catch (Exception exception) when (exception is DllNotFoundException or BadImageFormatException)
        {
            attempts.Add($"{file}: {exception.Message.ReplaceLineEndings(" ").Trim()}");
            return false;
        }
    }

    private static bool IsAccepted(nint library, string name, Func<nint, string?> accept, List<string> attempts)
    {
        if (accept(library) is not string fault)
        {
            return true;
        }

        attempts.Add($"{name}: {fault}");
        NativeLibrary.Free(library);
        return false;
    }
}
