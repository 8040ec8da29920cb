using System.Numerics;
using System.Runtime.InteropServices;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Backends;

/// <summary>
/// The functions of an <c>mkl_rt</c> library that this library calls. It is looked up once per process, when it is first asked for.
/// </summary>
/// <remarks>
/// <para>With its default settings <c>mkl_rt</c> ends the process when the Intel OpenMP runtime is missing. So before any other
/// call the interface and then the threading layer are set, and a threading layer only after its runtime has been loaded.
/// The mixed-case names are those of C; the lower-case ones are Fortran's and take addresses.</para>
/// <para>Sizes are passed in the width of a register. A library with 32-bit integers (LP64) reads the lower half, one with 64-bit
/// integers (ILP64) all of it, so that the calls are right for both.</para>
/// </remarks>
internal sealed unsafe class MklNative
{
    private const int ColumnMajor = 102;
    private const int NoTranspose = 111;
    private const int Transpose = 112;
    private const int Ilp64 = 1;

    private static readonly Lazy<(MklNative? Library, string? Failure)> s_library = new(Load);

    private readonly Lock _startLock = new();
    private readonly delegate* unmanaged<int, int> _setInterfaceLayer;
    private readonly delegate* unmanaged<int, int> _setThreadingLayer;
    private readonly delegate* unmanaged<VersionFields*, void> _getVersion;
    private readonly delegate* unmanaged<int> _getMaxThreads;
    private readonly delegate* unmanaged<
        int, int, int, nint, nint, nint, float, float*, nint, float*, nint, float, float*, nint, void> _sgemm;

    private readonly delegate* unmanaged<
        int, int, int, nint, nint, nint, double, double*, nint, double*, nint, double, double*, nint, void> _dgemm;

    private readonly MklFiles _files;
    private MklThreading? _threading;

    private MklNative(nint library, MklFiles files)
    {
        _files = files;
        _setInterfaceLayer = (delegate* unmanaged<int, int>)Export(library, "MKL_Set_Interface_Layer");
        _setThreadingLayer = (delegate* unmanaged<int, int>)Export(library, "MKL_Set_Threading_Layer");
        _getVersion = (delegate* unmanaged<VersionFields*, void>)Export(library, "MKL_Get_Version");
        _getMaxThreads = (delegate* unmanaged<int>)Export(library, "MKL_Get_Max_Threads");
        _sgemm = (delegate* unmanaged<
            int, int, int, nint, nint, nint, float, float*, nint, float*, nint, float, float*, nint, void>)
            Export(library, "cblas_sgemm");
        _dgemm = (delegate* unmanaged<
            int, int, int, nint, nint, nint, double, double*, nint, double*, nint, double, double*, nint, void>)
            Export(library, "cblas_dgemm");
    }

    /// <summary>The version; valid when started.</summary>
    public string Version { get; private set; } = "";

    /// <summary>The width of integers, <c>LP64</c> or <c>ILP64</c>; valid when started.</summary>
    public string Interface { get; private set; } = "";

    /// <summary>How many threads a product may take now.</summary>
    public int MaxThreads => _getMaxThreads();

    /// <summary>Returns the library with its layers set, or why there is none.</summary>
    public static MklNative? Start(MklThreading threading, out string failure)
    {
        (MklNative? library, string? notFound) = s_library.Value;
        failure = notFound ?? library!.SetLayers(threading) ?? "";
        return failure.Length == 0 ? library : null;
    }

    /// <summary>Computes <c>C = alpha·A·B + beta·C</c>. Does not allocate.</summary>
    public void Multiply<T>(T alpha, MatrixView<T> a, MatrixView<T> b, T beta, Span<T> c, int leadingDimension)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int transposeA, nint stepOfA) = Storage(a);
        (int transposeB, nint stepOfB) = Storage(b);
        fixed (T* pa = a.Data, pb = b.Data, pc = c)
        {
            if (typeof(T) == typeof(float))
            {
                _sgemm(
                    ColumnMajor, transposeA, transposeB, a.Rows, b.Columns, a.Columns, float.CreateTruncating(alpha), (float*)pa, stepOfA,
                    (float*)pb, stepOfB, float.CreateTruncating(beta), (float*)pc, leadingDimension);
            }
            else
            {
                _dgemm(
                    ColumnMajor, transposeA, transposeB, a.Rows, b.Columns, a.Columns, double.CreateTruncating(alpha), (double*)pa, stepOfA,
                    (double*)pb, stepOfB, double.CreateTruncating(beta), (double*)pc, leadingDimension);
            }
        }
    }

    /// <summary>Returns whether the memory is that of the transposed matrix, and its leading dimension. That of a single column may be
    /// anything, but BLAS insists on at least the rows.</summary>
    private static (int Transpose, nint LeadingDimension) Storage<T>(MatrixView<T> view)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => view.RowStep == 1
            ? (NoTranspose, Math.Max(view.ColumnStep, view.Rows))
            : (Transpose, Math.Max(view.RowStep, view.Columns));

    private static (MklNative? Library, string? Failure) Load()
    {
        MklNative? native = null;
        bool found = MklSearch.TryLoad(
            (candidate, files) =>
            {
                try
                {
                    native = new MklNative(candidate, files);
                    return null;
                }
                catch (EntryPointNotFoundException exception)
                {
                    return exception.Message;
                }
            },
            out string tried);
        return found ? (native, null) : (null, $"No usable library was found. Tried: {tried}.");
    }

    private static nint Export(nint library, string name) => NativeLibrary.TryGetExport(library, name, out nint address)
        ? address
        : throw new EntryPointNotFoundException($"it has no function {name}, so it is not Intel MKL");

    /// <summary>Sets the layers if this is the first call; says what is in the way.</summary>
    private string? SetLayers(MklThreading threading)
    {
        lock (_startLock)
        {
            if (_threading is { } running)
            {
                return running == threading
                    ? null
                    : $"A process has one threading layer of MKL, and this one runs {running} since it was first used, so {threading} is "
                        + "not available.";
            }

            if (_files.FaultOfLayer(threading) is string missing)
            {
                return $"{missing}.";
            }

            if (OpenMP.Require(threading, _files.Folder) is string noRuntime)
            {
                return noRuntime;
            }

            int layer = _setInterfaceLayer(0);
            int actual = _setThreadingLayer((int)threading);
            if (actual != (int)threading)
            {
                return $"Something else in this process, or its environment, has set MKL's threading layer to {(MklThreading)actual}, so "
                    + $"{threading} is not available.";
            }

            if (!Multiplies<float>() || !Multiplies<double>())
            {
                return $"{_files.Library} has the functions of Intel MKL, but does not compute what it should.";
            }

            _threading = threading;
            VersionFields fields;
            _getVersion(&fields);
            Version = $"{fields.Major}.{fields.Minor}.{fields.Update}";
            Interface = (layer & Ilp64) == 0 ? "LP64" : "ILP64";
            return null;
        }
    }

    /// <summary>Returns whether a product of two small matrices comes out right.</summary>
    private bool Multiplies<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] a = [T.CreateTruncating(1), T.CreateTruncating(2), T.CreateTruncating(3), T.CreateTruncating(4)];
        T[] b = [T.CreateTruncating(5), T.CreateTruncating(6), T.CreateTruncating(7), T.CreateTruncating(8)];
        T[] c = [.. a];
        T[] expected = [T.CreateTruncating(23), T.CreateTruncating(34), T.CreateTruncating(31), T.CreateTruncating(46)];
        Multiply(T.One, MatrixView<T>.ColumnMajor(a, 2, 2), MatrixView<T>.ColumnMajor(b, 2, 2), T.Zero, c, 2);
        return c.AsSpan().SequenceEqual(expected);
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct VersionFields
    {
        public int Major;
        public int Minor;
        public int Update;
        public byte* Status;
        public byte* Build;
        public byte* Processor;
        public byte* Platform;
    }
}
