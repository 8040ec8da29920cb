using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using NeuralNets.Core.Kernels;
using NeuralNets.Core.Tests.Kernels;

namespace NeuralNets.Core.Tests.ChildProcess;

/// <summary>Hashes of what the kernels compute, to be compared with those of another processor.</summary>
internal static class KernelScenario
{
    public static void PrintHashes()
    {
        Console.WriteLine(BitsScenario.Hardware);
        PrintFunctions<float>();
        PrintFunctions<double>();
        PrintProducts<float>();
        PrintProducts<double>();
    }

    /// <summary>Half of the arguments have any bits, NaN included, the others are of moderate size.</summary>
    private static void PrintFunctions<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] any = new T[20_000];
        new Random(1).NextBytes(MemoryMarshal.AsBytes(any.AsSpan()));
        T[] x = [.. any, .. RandomValues.Create<T>(seed: 2, any.Length, limit: 20)];
        T[] y = new T[x.Length];
        foreach (ElementaryFunction function in Enum.GetValues<ElementaryFunction>())
        {
            function.Apply<T>(x, y);
            Print($"{function}", y);
        }
    }

    /// <summary>Three matrices with the edges of tiles, and a chain that is longer than a slice.</summary>
    private static void PrintProducts<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        foreach ((int m, int n, int k) in ((int, int, int)[])[(67, 29, 43), (17, 5, 1100), (4, 130, 31)])
        {
            T[] a = RandomValues.Create<T>(seed: 3, m * k);
            T[] b = RandomValues.Create<T>(seed: 4, k * n);
            T[] c = RandomValues.Create<T>(seed: 5, m * n);
            foreach (bool transposeA in (bool[])[false, true])
            {
                foreach (bool transposeB in (bool[])[false, true])
                {
                    MatrixView<T> left = transposeA ? MatrixView<T>.ColumnMajor(a, k, m).Transposed : MatrixView<T>.ColumnMajor(a, m, k);
                    MatrixView<T> right = transposeB ? MatrixView<T>.ColumnMajor(b, n, k).Transposed : MatrixView<T>.ColumnMajor(b, k, n);
                    Gemm.Accumulate(left, right, c, m);
                    Print($"{m} x {n} x {k} {transposeA} {transposeB}", c);
                }
            }
        }
    }

    /// <summary>All NaNs count as equal.</summary>
    private static void Print<T>(string what, ReadOnlySpan<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] canonical = Array.ConvertAll(values.ToArray(), value => T.IsNaN(value) ? T.NaN : value);
        Console.WriteLine($"{typeof(T).Name} {what}: {Convert.ToHexStringLower(SHA256.HashData(RandomValues.Bits<T>(canonical)))}");
    }
}
