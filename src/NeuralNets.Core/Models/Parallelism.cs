using System.Runtime.ExceptionServices;

namespace NeuralNets.Core.Models;

/// <summary>Runs parts that do not depend on each other on several threads.</summary>
internal static class Parallelism
{
    /// <summary>Runs each part, and throws what the first of those that failed has thrown.</summary>
    public static void ForEach(int count, int? maxDegreeOfParallelism, Action<int> run, CancellationToken cancellationToken)
    {
        int threads = maxDegreeOfParallelism ?? Environment.ProcessorCount;
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads, nameof(maxDegreeOfParallelism));
        var failures = new ExceptionDispatchInfo?[count];
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = threads }, i =>
        {
            try
            {
                cancellationToken.ThrowIfCancellationRequested();
                run(i);
            }
#pragma warning disable CA1031 // Whatever it is, it is thrown on the caller's thread.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                failures[i] = ExceptionDispatchInfo.Capture(exception);
            }
        });
        cancellationToken.ThrowIfCancellationRequested();
        Array.Find(failures, failure => failure is not null)?.Throw();
    }
}
