using System.Runtime.ExceptionServices;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core;

/// <summary>
/// The samples of one call, cut into blocks that the calling thread works through. Threads of the pool take blocks, too, as soon as
/// the pool has one free, which may be never: the caller waits only for a thread that has begun a block.
/// </summary>
internal sealed class SharedBlocks
{
    /// <summary>How often the caller looks for the others' last blocks before it goes to sleep: they are short.</summary>
    private const int Spins = 2000;

    /// <summary>The maximum number of helpers of all calls together that wait for the pool: those of calls that have ended stay in the
    /// queue of a blocked pool, however many calls there are.</summary>
    private const int MostQueued = 1000;

    private static int s_queued;

    private readonly object _gate = new();
    private readonly int _samples;
    private readonly int _blocks;
    private Action<Worker>? _work;
    private ExceptionDispatchInfo? _failure;
    private int _failedAt = int.MaxValue;
    private int _next;
    private int _helping;

    private SharedBlocks(int samples, int workers, int largestBlock, Action<Worker> work)
    {
        _samples = samples;
        int blocks = (samples + largestBlock - 1) / largestBlock;
        _blocks = (blocks + workers - 1) / workers * workers; // as many for each, where there are few
        _work = work;
    }

    /// <summary>Runs <paramref name="work"/> on the calling thread and on helpers; it takes blocks until there are none.</summary>
    /// <param name="samples">The number of samples.</param>
    /// <param name="workers">The maximum number of threads, the calling one included.</param>
    /// <param name="largestBlock">The maximum number of samples of a block.</param>
    /// <param name="work">Called once on each thread that comes. It touches nothing of the caller's before it has taken a block.</param>
    /// <remarks>What <paramref name="work"/> throws is rethrown here: of several exceptions that of the earliest block, which is
    /// what one thread would have thrown.</remarks>
    public static void Run(int samples, int workers, int largestBlock, Action<Worker> work)
    {
        var blocks = new SharedBlocks(samples, workers, largestBlock, work);
        for (int helper = 1; helper < workers && Volatile.Read(ref s_queued) < MostQueued; helper++)
        {
            Interlocked.Increment(ref s_queued);
            ThreadPool.UnsafeQueueUserWorkItem(new Worker(blocks), preferLocal: false);
        }

        blocks.Work(new Worker(blocks), work);
        blocks.Close();
        blocks._failure?.Throw();
    }

    private void Work(Worker worker, Action<Worker> work)
    {
        try
        {
            work(worker);
        }
        catch (Exception exception)
        {
            lock (_gate)
            {
                if (worker.Block < _failedAt)
                {
                    _failedAt = worker.Block;
                    _failure = ExceptionDispatchInfo.Capture(exception);
                }
            }

            Volatile.Write(ref _next, _blocks); // Earlier blocks have all been taken, and are worked to their end.
        }
    }

    private void Help(Worker worker)
    {
        if (!FloatingPointMode.IsStandard)
        {
            return; // Others can do it, with the right bits.
        }

        Action<Worker>? work;
        lock (_gate)
        {
            work = _work;
            if (work is null)
            {
                return; // The call has ended, and what it worked on is its caller's again.
            }

            _helping++;
        }

        Work(worker, work);
        lock (_gate)
        {
            _helping--;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Lets no further helper in, and waits for those that are.</summary>
    private void Close()
    {
        for (int i = 0; i < Spins && Volatile.Read(ref _helping) > 0; i++)
        {
            Thread.SpinWait(1);
        }

        lock (_gate)
        {
            _work = null;
            while (_helping > 0)
            {
                Monitor.Wait(_gate);
            }
        }
    }

    /// <summary>One thread's part in the work.</summary>
    public sealed class Worker(SharedBlocks blocks) : IThreadPoolWorkItem
    {
        /// <summary>The number of the block that it took last.</summary>
        public int Block { get; private set; }

        /// <summary>Takes the next block, if there is one.</summary>
        public bool TryTake(out int start, out int count)
        {
            Block = Interlocked.Increment(ref blocks._next) - 1;
            bool taken = Block < blocks._blocks;
            (start, count) = taken ? Partition.Share(blocks._samples, blocks._blocks, Block) : default;
            return taken;
        }

        void IThreadPoolWorkItem.Execute()
        {
            Interlocked.Decrement(ref s_queued);
            blocks.Help(this);
        }
    }
}
