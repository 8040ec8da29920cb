using NeuralNets.Core.Data;
using NeuralNets.Core.Training;

namespace NeuralNets.Core.Tests.ChildProcess;

/// <summary>Counts the workers in a process of its own, as the system sees them.</summary>
internal static class ThreadScenario
{
    private const int Rounds = 20;

    /// <summary>Prints how many there were at most while training, how often training ended in which way, and how many are left.</summary>
    public static void Print()
    {
        Dataset<double> set = CheckpointScenario.Samples<double>();
        int most = 0;
        int thrown = 0;
        int cancelled = 0;
        for (int round = 0; round < Rounds; round++)
        {
            // When an epoch is reported that is not the last one, the other workers wait for the next.
            Abandoned(set).Fit(set, 2, onEpoch: (_ => most = Math.Max(most, Workers)));
            thrown += Throws<FormatException>(() => Abandoned(set).Fit(set, 5, onEpoch: (_ => throw new FormatException())));

            var network = new Network<double>([24, 192, 5], new ThrowingActivation(calls: 10 + round), seed: 1);
            thrown += Throws<FormatException>(() => Trainer(network).Fit(set, 100));

            using var source = new CancellationTokenSource();
            cancelled += Throws<OperationCanceledException>(
                () => Abandoned(set).Fit(set, 100, onEpoch: (_ => source.Cancel()), cancellationToken: source.Token));
        }

        GC.Collect();
        GC.WaitForPendingFinalizers();

        // A thread that has ended is still listed for a moment.
        SpinWait.SpinUntil(() => Workers == 0, TimeSpan.FromSeconds(20));
        Console.WriteLine($"{most} workers at most, {thrown} thrown, {cancelled} cancelled, {Workers} left");
    }

    /// <summary>The threads of this process that are named as workers; the system keeps 15 characters of a name.</summary>
    private static int Workers => Directory.GetDirectories("/proc/self/task").Count(IsWorker);

    private static bool IsWorker(string task)
    {
        try
        {
            return File.ReadAllText(Path.Combine(task, "comm")).StartsWith("NeuralNets work", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false; // It ended meanwhile.
        }
    }

    private static GradientDescentTrainer<double> Abandoned(Dataset<double> set)
    {
        GradientDescentTrainer<double> trainer = Trainer(CheckpointScenario.Create<double>(batchSize: 50).Network);
        trainer.Fit(set, 1);
        return trainer;
    }

    private static GradientDescentTrainer<double> Trainer(Network<double> network) =>
        new(network) { BatchSize = 50, Hooks = { WorkerCount = 3, CutsFirstLayerByUnits = true } };

    private static int Throws<TException>(Action action)
        where TException : Exception
    {
        try
        {
            action();
            return 0;
        }
        catch (TException)
        {
            return 1;
        }
    }
}
