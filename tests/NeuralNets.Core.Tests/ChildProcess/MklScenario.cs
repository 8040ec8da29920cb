using System.Diagnostics;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Backends;
using NeuralNets.Core.Data;
using NeuralNets.Core.Kernels;
using NeuralNets.Core.Training;

namespace NeuralNets.Core.Tests.ChildProcess;

/// <summary>Starts of Intel MKL, in a process of their own: a library can be loaded in one way only, and some ways end the
/// process.</summary>
internal static class MklScenario
{
    /// <summary>Whether MKL can be had, then what it is and whether it multiplies, or why it cannot be had.</summary>
    public static void PrintStart(MklThreading threading)
    {
        Console.WriteLine(MklBackend.TryCreate(out _, threading));
        PrintCreate(threading);
    }

    /// <summary>Nothing is looked up before MKL is asked for.</summary>
    public static void PrintWhenItIsLoaded()
    {
        Train(ManagedBackend.Instance);
        Console.WriteLine(IsLoaded());
        MklBackend.Create();
        Console.WriteLine(IsLoaded());
    }

    /// <summary>A missing OpenMP runtime decides nothing, and the first layer that starts stays.</summary>
    public static void PrintTwoLayers()
    {
        PrintCreate(MklThreading.Sequential);
        PrintCreate(MklThreading.GnuOpenMP);
        PrintCreate(MklThreading.Sequential);
    }

    private static void PrintCreate(MklThreading threading)
    {
        try
        {
            MklBackend backend = MklBackend.Create(threading);
            Console.WriteLine(
                $"{backend.Name}, threads: {(backend.MaxThreads > 0 ? "some" : "none")}, right: {IsRight(backend)}, {Train(backend)}");
        }
        catch (NotSupportedException exception)
        {
            Console.WriteLine(exception.Message);
        }
    }

    private static bool IsLoaded()
    {
        using var process = Process.GetCurrentProcess();
        return process.Modules.Cast<ProcessModule>().Any(module => module.ModuleName.Contains("mkl_", StringComparison.Ordinal));
    }

    /// <summary>A product large enough for several threads, of small whole numbers, so that it is exact in any order.</summary>
    private static bool IsRight(MklBackend backend)
    {
        const int Size = 300;
        double[] a = [.. Enumerable.Range(0, Size * Size).Select(i => (double)(i % 7))];
        double[] b = [.. Enumerable.Range(0, Size * Size).Select(i => (double)(i % 5))];
        double[] expected = new double[Size * Size];
        double[] actual = new double[Size * Size];
        MatrixView<double> left = MatrixView<double>.ColumnMajor(a, Size, Size);
        MatrixView<double> right = MatrixView<double>.ColumnMajor(b, Size, Size);
        Gemm.Product(left, right, expected, Size);
        backend.Product(left, right, actual, Size);
        return actual.AsSpan().SequenceEqual(expected);
    }

    private static string Train(GemmBackend backend)
    {
        var random = new Random(1);
        byte[] pixels = new byte[200 * 30];
        byte[] labels = new byte[200];
        random.NextBytes(pixels);
        Dataset<float> set = Dataset<float>.FromImages(new LabeledImages(pixels, labels, 5, 6));
        var trainer = new GradientDescentTrainer<float>(new Network<float>([30, 64, 10], new Relu<float>(), seed: 1))
        {
            BatchSize = 32,
            Backend = backend,
        };
        TrainingResult result = trainer.Fit(set, epochs: 2, validation: set);
        return $"accuracy {result.Epochs[^1].Validation!.Accuracy}, by {result.Backend}";
    }
}
