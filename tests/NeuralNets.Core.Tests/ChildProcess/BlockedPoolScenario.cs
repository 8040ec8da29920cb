using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Data;

namespace NeuralNets.Core.Tests.ChildProcess;

/// <summary>Prediction while all threads of the pool wait for something else, in a process whose pool nobody else needs.</summary>
internal static class BlockedPoolScenario
{
    /// <summary>More than the pool adds threads for in the time that the test has.</summary>
    private const int Items = 400;

    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(1);

    /// <summary>Prints whether all forms of prediction gave their answers while the pool was blocked, and which threads computed.</summary>
    public static void Print()
    {
        var activation = new ThrowingActivation(calls: 0);
        var network = new Network<double>([24, 32, 5], activation, seed: 1);
        Dataset<double> set = CheckpointScenario.Samples<double>();
        Matrix<double> matrix = Matrix<double>.Build.Dense(24, 300, (i, j) => ((i * 7) + j) % 11);
        string expected = Answers(network, set, matrix, maxDegreeOfParallelism: 1);
        activation.Threads.Clear();

        using var release = new ManualResetEventSlim();
        using var ended = new CountdownEvent(Items);
        for (int i = 0; i < Items; i++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(
                _ =>
                {
                    release.Wait();
                    ended.Signal();
                },
                null);
        }

        string? actual = null;
        var caller = new Thread(() =>
        {
            // Far more calls than helpers may wait in the queue.
            for (int i = 0; i < 600; i++)
            {
                actual = Answers(network, set, matrix, maxDegreeOfParallelism: 8);
            }
        })
        {
            IsBackground = true,
        };
        caller.Start();
        bool returned = caller.Join(s_limit);
        Console.WriteLine($"{ended.CurrentCount} items wait, the same answers: {returned && actual == expected}");
        Console.WriteLine($"threads that computed: {activation.Threads.Count}");

        // Helpers that come too late find that there is nothing to do.
        release.Set();
        ended.Wait(s_limit);
        SpinWait.SpinUntil(() => ThreadPool.PendingWorkItemCount == 0, s_limit);
        Console.WriteLine($"after the pool went on: {activation.Threads.Count}");
    }

    private static string Answers(Network<double> network, Dataset<double> set, Matrix<double> matrix, int maxDegreeOfParallelism) =>
        string.Join(' ', network.Predict(matrix, maxDegreeOfParallelism).Enumerate())
        + string.Join(' ', network.Predict(set, maxDegreeOfParallelism).Enumerate())
        + string.Join(' ', network.PredictLabels(matrix, maxDegreeOfParallelism))
        + string.Join(' ', network.PredictLabels(set, maxDegreeOfParallelism));
}
