using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Filters;
using MathNet.Numerics.Providers.LinearAlgebra;
using NeuralNets.Core.Backends;

namespace NeuralNets.Core.Benchmarks;

/// <summary>The contenders that not every machine has; where one is missing, its benchmarks are left out.</summary>
public static class OptionalBackends
{
    private static readonly Lazy<GemmBackend?> s_mkl = new(() => MklBackend.TryCreate(out MklBackend? backend) ? backend : null);

    private static readonly Lazy<GemmBackend?> s_mathNetMkl = new(FindMathNetMkl);

    /// <summary>Intel MKL, or null.</summary>
    public static GemmBackend? Mkl => s_mkl.Value;

    /// <summary>Math.NET with Intel MKL, or null: its packages come with <c>-p:MathNetMkl=true</c>.</summary>
    public static GemmBackend? MathNetMkl => s_mathNetMkl.Value;

    /// <summary>Leaves out the benchmarks of what is missing.</summary>
    internal static IFilter Filter { get; } = new SimpleFilter(benchmark => IsPresent(benchmark.Descriptor.WorkloadMethod.Name));

    /// <summary>Returns whether a benchmark has what it measures.</summary>
    public static bool IsPresent(string benchmark) => benchmark switch
    {
        nameof(Mkl) => Mkl is not null,
        nameof(MathNetMkl) => MathNetMkl is not null,
        _ => true,
    };

    /// <summary>Leaves Math.NET's provider as it is.</summary>
    private static MathNetBackend? FindMathNetMkl()
    {
        ILinearAlgebraProvider before = LinearAlgebraControl.Provider;
        try
        {
            return LinearAlgebraControl.TryUseNativeMKL() ? new MathNetBackend() : null;
        }
        finally
        {
            LinearAlgebraControl.Provider = before;
        }
    }

    /// <summary>The configuration of a suite with such contenders.</summary>
    public sealed class Config : ManualConfig
    {
        public Config() => AddFilter(Filter);
    }
}
