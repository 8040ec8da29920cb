using System.Reflection;
using MathNet.Numerics.Providers.LinearAlgebra;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Backends;
using NeuralNets.Core.Data;
using NeuralNets.Core.Training;

namespace NeuralNets.Core.Tests.ChildProcess;

/// <summary>
/// The door to Math.NET's providers, with one written for the test in the place of a native one. In a process of its own, since
/// the provider is one for the whole process.
/// </summary>
internal static class MathNetScenario
{
    /// <summary>What a backend runs on, what it copies, and what it leaves as it was.</summary>
    public static void PrintProvider()
    {
        var counting = DispatchProxy.Create<ILinearAlgebraProvider, CountingProvider>();
        LinearAlgebraControl.Provider = counting;
        var backend = new MathNetBackend();
        LinearAlgebraControl.UseManaged();
        ILinearAlgebraProvider managed = LinearAlgebraControl.Provider;
        Console.WriteLine(backend.Name);
        Console.WriteLine(new MathNetBackend().Name);

        // 2 batches of 50: every operand is a whole array, and 9 products are of 3 layers: forward, back (but for the first), gradient.
        int before = CountingProvider.Products;
        TrainingResult result = Fit(backend, samples: 100);
        Console.WriteLine($"{result.Backend}: {CountingProvider.Products - before} products, {result.WorkerCount} worker");
        Console.WriteLine($"whole batches copied {backend.CopiedBytes} bytes");

        // The last batch has 30 samples only: weights stay whole, the rest is a part of an array.
        Fit(backend, samples: 130);
        long bytes = backend.CopiedBytes;
        Console.WriteLine($"a short batch copied {bytes} bytes in more than no time: {backend.CopyTime > TimeSpan.Zero}");

        float[] inputs = new float[8 * 3];
        float[] probabilities = new float[4 * 3];
        before = CountingProvider.Products;
        new Network<float>([8, 6, 5, 4], new Relu<float>(), seed: 1).Predict(inputs, probabilities, backend);
        Console.WriteLine($"prediction: {CountingProvider.Products - before} products");
        Console.WriteLine($"the process's provider is untouched: {ReferenceEquals(LinearAlgebraControl.Provider, managed)}");
    }

    private static TrainingResult Fit(GemmBackend backend, int samples)
    {
        byte[] pixels = new byte[samples * 8];
        new Random(1).NextBytes(pixels);
        Dataset<float> set = Dataset<float>.FromImages(new LabeledImages(pixels, new byte[samples], 2, 4), classCount: 4);
        var trainer = new GradientDescentTrainer<float>(new Network<float>([8, 6, 5, 4], new Relu<float>(), seed: 1))
        {
            BatchSize = 50,
            MaxDegreeOfParallelism = 2,
            Backend = backend,
        };
        return trainer.Fit(set, epochs: 1);
    }

    /// <summary>Math.NET's managed provider, with a name and a count of products.</summary>
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Performance", "CA1852", Justification = "A proxy derives from it.")]
    internal class CountingProvider : DispatchProxy
    {
        private readonly ManagedLinearAlgebraProvider _provider = new();

        public static int Products { get; private set; }

        public override string ToString() => "a provider for the test";

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            Products += targetMethod!.Name == nameof(ManagedLinearAlgebraProvider.MatrixMultiplyWithUpdate) ? 1 : 0;
            return targetMethod.Invoke(_provider, args);
        }
    }
}
