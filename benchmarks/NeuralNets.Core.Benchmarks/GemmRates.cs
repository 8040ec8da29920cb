using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Text.Json;
using NeuralNets.Core.Backends;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Benchmarks;

/// <summary>
/// GFLOP/s of a backend's matrix product, called from one thread, and the processor's peak, measured in the same process by a loop of fused
/// multiply-adds that never leaves the registers. Best of many repetitions. Prints one JSON line per element type.
/// </summary>
internal static class GemmRates
{
    private static readonly (int M, int N, int K, bool Transposed)[] s_shapes =
    [
        (128, 32, 784, false), (128, 64, 784, false), (128, 128, 784, false), (128, 512, 784, false),
        (128, 784, 32, true), (128, 784, 64, true), (32, 64, 128, false), (10, 64, 32, false),
        (1024, 1024, 1024, false), (128, 20000, 784, false),
    ];

    public static int Run(string[] args)
    {
        GemmBackend backend;
        try
        {
            backend = args switch
            {
                [] => ManagedBackend.Instance,
                ["--backend", var name] => NamedBackends.Create(name),
                _ => throw new FormatException("usage: gemm [--backend managed|mkl|mathnet]"),
            };
        }
        catch (Exception exception) when (exception is FormatException or NotSupportedException)
        {
            Console.Error.WriteLine(exception.Message);
            return 2;
        }

        Console.WriteLine(JsonSerializer.Serialize(Measure<float>(backend)));
        Console.WriteLine(JsonSerializer.Serialize(Measure<double>(backend)));
        return 0;
    }

    private static Dictionary<string, object> Measure<T>(GemmBackend backend)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double peak = Peak<T>();
        var rates = new Dictionary<string, object> { ["peer"] = "NeuralNets.Core", ["type"] = typeof(T).Name, ["backend"] = backend.Name };
        foreach ((int m, int n, int k, bool transposed) in s_shapes)
        {
            var random = new Random(1);
            T[] a = Numbers<T>(m * k, random);
            T[] b = Numbers<T>(k * n, random);
            T[] c = new T[m * n];
            double seconds = Best(() =>
            {
                MatrixView<T> right = transposed ? MatrixView<T>.ColumnMajor(b, n, k).Transposed : MatrixView<T>.ColumnMajor(b, k, n);
                backend.Product(MatrixView<T>.ColumnMajor(a, m, k), right, c, m);
            });
            rates[$"{m}x{n}x{k}{(transposed ? "T" : "")}"] = Math.Round(2.0 * m * n * k / seconds / 1e9, 1);

            // The peak again, since the clock changes with the load of the host.
            peak = Math.Max(peak, Peak<T>());
        }

        rates["peak"] = Math.Round(peak, 1);
        return rates;
    }

    internal static double Peak<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Simd.Width switch
        {
            SimdWidth.Vector512 => Peak<T, Vector512<T>, Lane512<T>>(),
            SimdWidth.Vector256 => Peak<T, Vector256<T>, Lane256<T>>(),
            _ => Peak<T, Vector128<T>, Lane128<T>>(),
        };

    private static double Peak<T, TVector, TLane>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : unmanaged
        where TLane : struct, ILane<T, TVector>
    {
        const int Repetitions = 100_000;
        double seconds = Best(() => Chains<T, TVector, TLane>(Repetitions, T.CreateChecked(0.5), T.One));
        return 2.0 * 12 * TLane.Count * Repetitions / seconds / 1e9;
    }

    /// <summary>Runs twelve independent chains: more than two units with a latency of four cycles need.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static TVector Chains<T, TVector, TLane>(int repetitions, T factor, T addend)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TVector : unmanaged
        where TLane : struct, ILane<T, TVector>
    {
        TVector x = TLane.Broadcast(factor), y = TLane.Broadcast(addend);
        TVector a = y, b = y, c = y, d = y, e = y, f = y, g = y, h = y, i = y, j = y, k = y, l = y;
        for (int n = 0; n < repetitions; n++)
        {
            a = TLane.FusedMultiplyAdd(x, y, a);
            b = TLane.FusedMultiplyAdd(x, y, b);
            c = TLane.FusedMultiplyAdd(x, y, c);
            d = TLane.FusedMultiplyAdd(x, y, d);
            e = TLane.FusedMultiplyAdd(x, y, e);
            f = TLane.FusedMultiplyAdd(x, y, f);
            g = TLane.FusedMultiplyAdd(x, y, g);
            h = TLane.FusedMultiplyAdd(x, y, h);
            i = TLane.FusedMultiplyAdd(x, y, i);
            j = TLane.FusedMultiplyAdd(x, y, j);
            k = TLane.FusedMultiplyAdd(x, y, k);
            l = TLane.FusedMultiplyAdd(x, y, l);
        }

        TVector sum = TLane.Add(TLane.Add(TLane.Add(a, b), TLane.Add(c, d)), TLane.Add(TLane.Add(e, f), TLane.Add(g, h)));
        return TLane.Add(sum, TLane.Add(TLane.Add(i, j), TLane.Add(k, l)));
    }

    /// <summary>Measures the shortest time of one call, over at least 0.3 s and 5 samples; short calls are timed in groups.</summary>
    private static double Best(Action action)
    {
        action();
        long start = Stopwatch.GetTimestamp();
        action();
        int group = (int)Math.Clamp(20e-6 / Math.Max(Stopwatch.GetElapsedTime(start).TotalSeconds, 1e-7), 1, 200);
        double best = double.PositiveInfinity;
        long begin = Stopwatch.GetTimestamp();
        for (int sample = 0; sample < 5 || Stopwatch.GetElapsedTime(begin).TotalSeconds < 0.3; sample++)
        {
            start = Stopwatch.GetTimestamp();
            for (int i = 0; i < group; i++)
            {
                action();
            }

            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds / group);
        }

        return best;
    }

    private static T[] Numbers<T>(int count, Random random)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var numbers = new T[count];
        for (int i = 0; i < count; i++)
        {
            numbers[i] = T.CreateChecked(random.NextDouble() - 0.5);
        }

        return numbers;
    }
}
