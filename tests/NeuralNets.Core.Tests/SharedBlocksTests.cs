using NeuralNets.Core.Tests.ChildProcess;

namespace NeuralNets.Core.Tests;

/// <summary>How the samples of one call of prediction are shared out to the calling thread and to threads of the pool.</summary>
public sealed class SharedBlocksTests
{
    /// <summary>Where the failure is a hang: long enough for any machine.</summary>
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0, 3)]
    [InlineData(1, 1)]
    [InlineData(96, 2)]
    [InlineData(97, 2)]
    [InlineData(256, 2)]
    [InlineData(1000, 1)]
    [InlineData(1000, 3)]
    [InlineData(50_000, 8)]
    public void Run_AnyNumberOfWorkers_EverySampleIsInOneBlockAndDoneAtTheEnd(int samples, int workers)
    {
        for (int round = 0; round < 50; round++)
        {
            int[] visits = new int[samples];
            SharedBlocks.Run(samples, workers, 96, worker =>
            {
                while (worker.TryTake(out int start, out int count))
                {
                    count.Should().BeInRange(samples == 0 ? 0 : 1, 96);
                    for (int i = start; i < start + count; i++)
                    {
                        visits[i]++; // a lost update would show
                    }
                }
            });

            visits.Should().Equal(Enumerable.Repeat(1, samples));
        }
    }

    [Fact]
    public void Run_FreePool_ItsThreadsTakeBlocksToo()
    {
        using var both = new CountdownEvent(2);
        SharedBlocks.Run(192, 2, 96, worker =>
        {
            worker.TryTake(out _, out _).Should().BeTrue();
            both.Signal();
            both.Wait(s_limit).Should().BeTrue("another thread has the other block");
        });
    }

    [Fact]
    public void Run_HelperHasBegunABlock_WaitsForItsEnd()
    {
        using var both = new CountdownEvent(2);
        Thread caller = Thread.CurrentThread;
        bool isDone = false;
        SharedBlocks.Run(192, 2, 96, worker =>
        {
            worker.TryTake(out _, out _);
            both.Signal();
            both.Wait(s_limit);
            if (Thread.CurrentThread != caller)
            {
                Thread.Sleep(200); // the caller has long found that there is no further block
                Volatile.Write(ref isDone, true);
            }
        });

        Volatile.Read(ref isDone).Should().BeTrue();
    }

    [Fact]
    public void Run_SeveralBlocksThrow_TheEarliestBlocksExceptionIsThrown()
    {
        for (int round = 0; round < 100; round++)
        {
            using var both = new CountdownEvent(2);
            Action run = () => SharedBlocks.Run(400, 2, 100, worker =>
            {
                worker.TryTake(out int start, out _);
                both.Signal();
                both.Wait(s_limit);
                throw new FormatException($"from {start}");
            });

            run.Should().ThrowExactly<FormatException>().WithMessage("from 0");
        }
    }

    [Fact]
    public void Run_BlockThrows_NoFurtherBlockIsTaken()
    {
        int blocks = 0;
        Action run = () => SharedBlocks.Run(10_000, 1, 100, worker =>
        {
            while (worker.TryTake(out int start, out _))
            {
                blocks++;
                if (start == 200)
                {
                    throw new FormatException();
                }
            }
        });

        run.Should().ThrowExactly<FormatException>();
        blocks.Should().Be(3);
    }

    [Fact]
    public void Predict_PoolIsBlocked_ReturnsWithoutIt() =>
        Child.Run("blocked-pool").Should().Equal(
            "400 items wait, the same answers: True",
            "threads that computed: 1",
            "after the pool went on: 1");
}
