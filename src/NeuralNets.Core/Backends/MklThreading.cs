namespace NeuralNets.Core.Backends;

/// <summary>How Intel MKL uses threads: its threading layer, of which a process has one.</summary>
public enum MklThreading
{
    /// <summary>On the calling thread only. The workers of training and prediction share out the work: the default.</summary>
    Sequential = 1,

    /// <summary>With Intel's OpenMP runtime: <c>libiomp5.so</c>, <c>libiomp5md.dll</c>.</summary>
    IntelOpenMP = 0,

    /// <summary>With the GNU OpenMP runtime, <c>libgomp.so.1</c>; on Linux only.</summary>
    GnuOpenMP = 3,
}
