namespace NeuralNets.Core.Backends;

/// <summary>
/// The files of an Intel MKL. <c>mkl_rt</c> loads its other parts from beside itself when it is first called, and ends the process if
/// one is missing or is another library, so they are looked at before. Nothing here loads a library.
/// </summary>
internal sealed class MklFiles
{
    private const string LibraryName = "mkl_rt";

    /// <summary>The kernels for any processor, which MKL falls back on.</summary>
    private const string DefaultKernels = "mkl_def";

    private readonly string _before;
    private readonly string _after;

    private MklFiles(string library, string name, int position)
    {
        Library = library;
        Folder = Path.GetDirectoryName(library)!;
        _before = name[..position];
        _after = name[(position + LibraryName.Length)..];
    }

    /// <summary>The path of <c>mkl_rt</c>.</summary>
    public string Library { get; }

    /// <summary>Where its parts are.</summary>
    public string Folder { get; }

    /// <summary>Looks at a file that is to be <c>mkl_rt</c>, and at the parts that it needs with any threading layer.</summary>
    /// <param name="library">The path of the file, of no link to it.</param>
    /// <param name="fault">What is wrong: a sentence without its end.</param>
    public static MklFiles? Open(string library, out string fault)
    {
        string name = Path.GetFileName(library);
        if (!OperatingSystem.IsWindows())
        {
            // What its parts are called follows from the name that it was built with, whatever its file is called.
            if (ElfFile.ReadName(library, out string wrong) is not string soname)
            {
                fault = $"it {wrong}";
                return null;
            }

            name = soname;
        }

        int position = name.IndexOf(LibraryName, StringComparison.OrdinalIgnoreCase);
        if (position < 0)
        {
            fault = $"it is {name}, and not Intel MKL's {LibraryName}";
            return null;
        }

        var files = new MklFiles(library, name, position);
        string[] needed = OperatingSystem.IsWindows() ? ["mkl_core", DefaultKernels] : ["mkl_core", "mkl_intel_lp64", DefaultKernels];
        fault = needed.Select(files.FaultOfPart).FirstOrDefault(part => part is not null) ?? files.FaultOfKernels() ?? "";
        return fault.Length == 0 ? files : null;
    }

    /// <summary>Returns what is wrong with the part that a threading layer needs: a sentence without its end, or null.</summary>
    public string? FaultOfLayer(MklThreading threading) => FaultOfPart(threading switch
    {
        MklThreading.IntelOpenMP => "mkl_intel_thread",
        MklThreading.GnuOpenMP => "mkl_gnu_thread",
        _ => "mkl_sequential",
    });

    private string? FaultOfPart(string part)
    {
        string name = _before + part + _after;
        return !File.Exists(Path.Combine(Folder, name)) ? $"{Library} needs {name} beside it, which is not there"
            : FaultOfName(name) is string fault ? $"{Library} needs {name} beside it, but that file {fault}"
            : null;
    }

    /// <summary>Kernels for some processors may be missing, but which ones are loaded is MKL's choice, so all must be whole.</summary>
    private string? FaultOfKernels()
    {
        string prefix = _before + "mkl_";
        foreach (string file in Directory.EnumerateFiles(Folder, $"{prefix}*{_after}", new EnumerationOptions()).Where(File.Exists).Order())
        {
            string name = Path.GetFileName(file);
            string kernels = name[prefix.Length..].Replace("vml_", "", StringComparison.Ordinal);
            bool isKernels = ((string[])["def", "mc", "avx", "cmpt"]).Any(kind => kernels.StartsWith(kind, StringComparison.Ordinal));
            if (isKernels && FaultOfName(name) is string fault)
            {
                return $"{Library} may load {name}, which is beside it, but that file {fault}";
            }
        }

        return null;
    }

    /// <summary>Returns what is wrong with a part, unless it is the library that its file name says: the end of a sentence, or null. The
    /// version in the name does not matter.</summary>
    private string? FaultOfName(string name)
    {
        if (OperatingSystem.IsWindows())
        {
            return null; // The system refuses what is not whole, and names are not looked into.
        }

        return ElfFile.ReadName(Path.Combine(Folder, name), out string fault) is not string actual ? fault
            : Stem(actual) == Stem(name) ? null
            : $"is {actual}";
    }

    private static string Stem(string name) => name.Split(".so")[0];
}
