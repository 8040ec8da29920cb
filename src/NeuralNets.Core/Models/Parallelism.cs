namespace NeuralNets.Core.Models;

/// <summary>Runs parts that do not depend on each other on several threads.</summary>
internal static class Parallelism
{
    /// <summary>Runs each part on the calling thread and on threads of the pool, as <see cref="SharedBlocks"/> do, and throws what the
    /// first of those that failed has thrown.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number of threads is not positive.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static void ForEach(int count, int? maxDegreeOfParallelism, Action<int> run, CancellationToken cancellationToken)
    {
        int threads = maxDegreeOfParallelism ?? Environment.ProcessorCount;
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads, nameof(maxDegreeOfParallelism));
        SharedBlocks.Run(count, Math.Min(threads, count), largestBlock: 1, worker =>
        {
            while (worker.TryTake(out int start, out int length))
            {
                for (int i = start; i < start + length; i++)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    run(i);
                }
            }
        });
    }
}
