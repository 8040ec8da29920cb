using System.Numerics;
using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Data;
using NeuralNets.Core.Kernels;
using NeuralNets.Core.Training;

namespace NeuralNets.Core.Tests.ChildProcess;

/// <summary>Training and prediction where native code has changed the arithmetic of a thread.</summary>
internal static class ArithmeticScenario
{
    /// <summary>Prints for each entry point what it says in a mode, and whether the parameters are untouched.</summary>
    public static void PrintRefusals<T>(uint mode)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Dataset<T> set = CheckpointScenario.Samples<T>();
        Matrix<T> inputs = set.ToMatrix();
        T[] values = inputs.ToColumnMajorArray();
        var network = new Network<T>([24, 16, 5], new Tanh<T>(), seed: 1);
        string before = network.ComputeParametersSha256();
        var trainer = new GradientDescentTrainer<T>(network) { BatchSize = 20, Hooks = { WorkerCount = 2 } };
        Print(mode, () => _ = new Network<T>([24, 16, 5], new Tanh<T>(), seed: 1));
        Print(mode, () => trainer.Fit(set, 1));
        Print(mode, () => network.Predict(values.AsSpan(0, 24), new T[5]));
        Print(mode, () => network.PredictLabels(values, new int[200]));
        Print(mode, () => network.Predict(inputs, maxDegreeOfParallelism: 2));
        Print(mode, () => network.PredictLabels(inputs));
        Print(mode, () => network.Predict(set));
        Print(mode, () => network.PredictLabels(set, maxDegreeOfParallelism: 2));
        Console.WriteLine($"untouched: {network.ComputeParametersSha256() == before && trainer.EpochsCompleted == 0}");
        trainer.Fit(set, 1);
        Console.WriteLine($"as ever afterwards: {trainer.EpochsCompleted}");
    }

    /// <summary>Prints how training ends when an activation or the progress handler changes the mode of a thread in its course.</summary>
    public static void PrintChangesInTraining()
    {
        Dataset<double> set = CheckpointScenario.Samples<double>();
        foreach (int workers in (int[])[1, 3])
        {
            for (int worker = 0; worker < workers; worker++)
            {
                var network = new Network<double>([24, 48, 5], new ChangesMode(worker), seed: 1);
                var trainer = new GradientDescentTrainer<double>(network)
                {
                    BatchSize = 50,
                    Hooks =
                    {
                        WorkerCount = workers, CutsFirstLayerByUnits = true,
                    },
                };
                Print(0, () => trainer.Fit(set, 1));
            }

            GradientDescentTrainer<double> reporting = CheckpointScenario.Create<double>(batchSize: 50);
            reporting.Hooks.WorkerCount = workers;
            Print(0, () => reporting.Fit(set, 3, onEpoch: _ => Mxcsr.Set(Mxcsr.FlushToZero)));
            Console.WriteLine($"epochs: {reporting.EpochsCompleted}");
        }
    }

    /// <summary>Prints whether prediction on several workers has the bits of one where the pool's threads round up.</summary>
    public static void PrintPrediction()
    {
        var network = new Network<double>([24, 48, 5], new Tanh<double>(), seed: 1);
        Matrix<double> inputs = Matrix<double>.Build.Dense(24, 5000, (i, j) => 1.0 / (1 + i + j));
        Matrix<double> expected = network.Predict(inputs);
        ThreadPool.SetMaxThreads(4, 4);
        using var all = new Barrier(4);
        Task[] tasks = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            all.SignalAndWait();
            Mxcsr.Set(Mxcsr.RoundUp);
        }))];
        Task.WaitAll(tasks);
        int same = Enumerable.Range(0, 200).Count(_ => network.Predict(inputs, maxDegreeOfParallelism: 8).Equals(expected));
        Console.WriteLine($"same: {same}, the pool rounds as usual: {Task.Run(() => FloatingPointMode.IsStandard).Result}");
    }

    private static void Print(uint mode, Action action)
    {
        string message = "done";
        Mxcsr.Set(mode);
        try
        {
            action();
        }
        catch (InvalidOperationException exception)
        {
            message = exception.Message;
        }
        finally
        {
            Mxcsr.Set(0);
        }

        Console.WriteLine(message);
    }

    /// <summary>The identity, which on one worker makes subnormal numbers count as zero.</summary>
    private sealed class ChangesMode(int worker) : IActivation<double>
    {
        public void Evaluate(ReadOnlySpan<double> z, Span<double> a)
        {
            string? name = Thread.CurrentThread.Name;
            if (worker == 0 ? name?.StartsWith("NeuralNets", StringComparison.Ordinal) != true : name == $"NeuralNets worker {worker}")
            {
                Mxcsr.Set(Mxcsr.DenormalsAreZero);
            }

            z.CopyTo(a);
        }

        public void MultiplyByDerivative(ReadOnlySpan<double> z, ReadOnlySpan<double> a, Span<double> gradient)
        {
        }
    }
}
