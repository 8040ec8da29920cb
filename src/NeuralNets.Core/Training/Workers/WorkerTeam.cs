using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace NeuralNets.Core.Training.Workers;

/// <summary>
/// A few threads that run one body together, with a barrier between its phases. The calling thread is worker 0, the others
/// live as long as the call.
/// </summary>
internal sealed class WorkerTeam
{
    /// <summary>
    /// How often a worker looks whether the others have arrived before it offers its processor to others, some tens of
    /// microseconds: phases of a small step are that short.
    /// </summary>
    private const int Spins = 2000;

    /// <summary>
    /// How long it goes on offering before it goes to sleep. Not at once: the scheduler tends to wake a thread on the processor of
    /// the thread that wakes it, and two workers that take turns on one processor would stay there, both asleep half of the time.
    /// </summary>
    private static readonly long s_yieldTicks = Stopwatch.Frequency / 500;

    private readonly Lock _failureLock = new();
    private readonly object _sleep = new();
    private readonly int _spins;
    private int _arrived;
    private int _sleepers;
    private int _generation;
    private long _waited;
    private volatile bool _abandoned;
    private ExceptionDispatchInfo? _failure;

    private WorkerTeam(int workers)
    {
        Workers = workers;
        _spins = workers > Environment.ProcessorCount ? 0 : Spins;
    }

    /// <summary>The number of workers.</summary>
    public int Workers { get; }

    /// <summary>How long workers have waited at barriers, beyond the first moments, all of them together; in ticks of
    /// <see cref="Stopwatch"/>.</summary>
    public long Waited => Volatile.Read(ref _waited);

    /// <summary>How many workers are asleep at a barrier.</summary>
    internal int Sleepers => Volatile.Read(ref _sleepers);

    /// <summary>Runs <paramref name="body"/> on each worker with its index, and returns when all have ended.</summary>
    /// <param name="workers">The number of workers.</param>
    /// <param name="body">Receives the team and the index of the worker.</param>
    /// <param name="start">Starts a thread: tests say how one fails.</param>
    /// <remarks>
    /// When a worker throws, or its thread cannot start, the others leave at their next barrier, and the first exception is
    /// rethrown here after all have ended.
    /// </remarks>
    public static void Run(int workers, Action<WorkerTeam, int> body, Action<Thread>? start = null)
    {
        start ??= static thread => thread.Start();
        var team = new WorkerTeam(workers);
        var threads = new List<Thread>(workers - 1);
        try
        {
            while (threads.Count < workers - 1)
            {
                int worker = threads.Count + 1;
                var thread = new Thread(() => team.RunWorker(body, worker))
                {
                    IsBackground = true,
                    Name = $"NeuralNets worker {worker}",
                };
                start(thread);
                threads.Add(thread);
            }

            team.RunWorker(body, 0);
        }
        catch (Exception exception)
        {
            team.Abandon(exception); // The system has no thread left.
        }

        foreach (Thread thread in threads)
        {
            thread.Join();
        }

        team._failure?.Throw();
    }

    /// <summary>Waits until every worker has arrived. What they wrote before is visible afterwards. Does not allocate.</summary>
    public void Barrier()
    {
        int generation = Volatile.Read(ref _generation);
        if (Interlocked.Increment(ref _arrived) == Workers)
        {
            _arrived = 0;
            Interlocked.Increment(ref _generation);
            if (Volatile.Read(ref _sleepers) > 0)
            {
                WakeAll();
            }

            return;
        }

        for (int i = 0; i < _spins; i++)
        {
            if (Volatile.Read(ref _generation) != generation)
            {
                return;
            }

            LeaveIfAbandoned();
            Thread.SpinWait(1);
        }

        long start = Stopwatch.GetTimestamp();
        WaitLong(generation, start);
        Interlocked.Add(ref _waited, Stopwatch.GetTimestamp() - start);
    }

    private void WaitLong(int generation, long start)
    {
        while (Stopwatch.GetTimestamp() - start < s_yieldTicks)
        {
            if (Volatile.Read(ref _generation) != generation)
            {
                return;
            }

            LeaveIfAbandoned();
            Thread.Yield();
        }

        lock (_sleep)
        {
            Interlocked.Increment(ref _sleepers);
            while (Volatile.Read(ref _generation) == generation && !_abandoned)
            {
                Monitor.Wait(_sleep);
            }

            Interlocked.Decrement(ref _sleepers);
        }

        if (Volatile.Read(ref _generation) == generation)
        {
            LeaveIfAbandoned();
        }
    }

    private void RunWorker(Action<WorkerTeam, int> body, int worker)
    {
        try
        {
            body(this, worker);
        }
        catch (TeamAbandonedException)
        {
            // Another worker failed, and has said why.
        }
        catch (Exception exception)
        {
            Abandon(exception);
        }
    }

    /// <summary>Ends the work of all, each at its next barrier.</summary>
    private void Abandon(Exception exception)
    {
        lock (_failureLock)
        {
            _failure ??= ExceptionDispatchInfo.Capture(exception);
        }

        _abandoned = true;
        WakeAll();
    }

    private void WakeAll()
    {
        lock (_sleep)
        {
            Monitor.PulseAll(_sleep);
        }
    }

    private void LeaveIfAbandoned()
    {
        if (_abandoned)
        {
            throw new TeamAbandonedException();
        }
    }

    /// <summary>Thrown to unwind a worker whose team cannot go on.</summary>
    private sealed class TeamAbandonedException : Exception;
}
