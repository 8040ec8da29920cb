using System.Diagnostics.CodeAnalysis;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Backends;

/// <summary>Intel MKL, by the <c>mkl_rt</c> library of the machine: <c>cblas_sgemm</c> and <c>cblas_dgemm</c>.</summary>
/// <remarks>
/// <para>The library is looked up once per process, when a backend is first asked for: what the environment variable
/// <c>NEURALNETS_MKL</c> names, and no other, if it is set to a file or a folder; otherwise <c>libmkl_rt.so</c> (with the versions
/// 3, 2, 1 or none; on Windows <c>mkl_rt.dll</c>) where the system's loader finds it, in the native files of a package, below
/// <c>MKLROOT</c>, and below <c>CONDA_PREFIX</c>.</para>
/// <para>The files of the library are looked at before anything in it is called, since MKL ends the process where one is missing or
/// is another library.</para>
/// <para>MKL has one threading layer per process, which the first backend decides and whose setting overrides the environment
/// variable <c>MKL_THREADING_LAYER</c>. The results are MKL's: they may depend on the processor, the version and the
/// number of threads, and a zero times NaN or infinity is NaN where the managed kernels leave the zero out.</para>
/// </remarks>
public sealed class MklBackend : GemmBackend
{
    private readonly MklNative _native;

    private MklBackend(MklNative native, MklThreading threading)
    {
        _native = native;
        Threading = threading;
    }

    /// <summary>The library's version, for instance <c>2020.0.4</c>.</summary>
    public string Version => _native.Version;

    /// <summary>The width of the library's integers: <c>LP64</c> or <c>ILP64</c>.</summary>
    public string Interface => _native.Interface;

    /// <summary>The library's threading layer.</summary>
    public MklThreading Threading { get; }

    /// <summary>The maximum number of threads that a product takes: 1 with <see cref="MklThreading.Sequential"/>, otherwise what MKL makes
    /// of the processors and the environment variable <c>MKL_NUM_THREADS</c>.</summary>
    public int MaxThreads => _native.MaxThreads;

    /// <inheritdoc/>
    public override string Name => $"Intel MKL {Version} ({Interface}, {Threading})";

    /// <inheritdoc/>
    internal override bool HasOwnThreads => Threading != MklThreading.Sequential;

    /// <summary>Returns the backend.</summary>
    /// <param name="threading">How MKL uses threads. With threads of its own, training and prediction call it from one worker.</param>
    /// <returns>The backend.</returns>
    /// <exception cref="NotSupportedException">There is no usable MKL, one of its parts or an OpenMP runtime is missing or
    /// damaged, or MKL already runs with another threading layer in this process. The message says what was tried.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threading"/> is not one of the named values.</exception>
    public static MklBackend Create(MklThreading threading = MklThreading.Sequential) =>
        MklNative.Start(Checked(threading), out string failure) is { } native
            ? new MklBackend(native, threading)
            : throw new NotSupportedException(
                $"Intel MKL is not available. {failure} To get it: on Debian or Ubuntu the package libmkl-rt (non-free or multiverse), "
                + "with conda the package mkl, for .NET the packages intelmkl.redist.linux-x64 and intelmkl.redist.win-x64, or Intel's "
                + $"installer; then, if need be, set {MklSearch.PathVariable} to the library mkl_rt or its folder.");

    /// <summary>Returns the backend if there is one. Does not throw if it is missing; <see cref="Create"/> says what is missing.</summary>
    /// <param name="backend">The backend, or null.</param>
    /// <param name="threading">How MKL uses threads. With threads of its own, training and prediction call it from one worker.</param>
    /// <returns>Whether there is one.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threading"/> is not one of the named values.</exception>
    public static bool TryCreate([NotNullWhen(true)] out MklBackend? backend, MklThreading threading = MklThreading.Sequential)
    {
        MklNative? native = MklNative.Start(Checked(threading), out _);
        backend = native is null ? null : new MklBackend(native, threading);
        return backend is not null;
    }

    /// <inheritdoc/>
    private protected override void Compute<T>(
        T alpha, MatrixView<T> a, MatrixView<T> b, T keep, MatrixTarget<T> c, int leadingDimension) =>
        _native.Multiply(alpha, a, b, keep, c.Span, leadingDimension);

    private static MklThreading Checked(MklThreading threading) => Enum.IsDefined(threading)
        ? threading
        : throw new ArgumentOutOfRangeException(nameof(threading), threading, "The threading must be one of the named values.");
}
