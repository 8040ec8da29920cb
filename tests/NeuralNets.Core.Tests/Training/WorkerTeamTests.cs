using NeuralNets.Core.Training.Workers;

namespace NeuralNets.Core.Tests.Training;

public sealed class WorkerTeamTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    public void Run_WithBarriers_EveryPhaseSeesAllOfTheOneBefore(int workers)
    {
        const int Phases = 3000;
        int[] counts = new int[workers * 32];
        int[] wrong = new int[workers];

        WorkerTeam.Run(workers, (team, worker) =>
        {
            for (int phase = 1; phase <= Phases; phase++)
            {
                counts[worker * 32] = phase;
                team.Barrier();
                for (int other = 0; other < workers; other++)
                {
                    wrong[worker] += counts[other * 32] == phase ? 0 : 1;
                }

                team.Barrier();
            }
        });

        wrong.Should().OnlyContain(count => count == 0);
    }

    [Fact]
    public void Run_WorkersAsleepAtABarrier_AreWoken()
    {
        int passed = 0;
        using var arrived = new CountdownEvent(2);

        WorkerTeam.Run(3, (team, worker) =>
        {
            if (worker == 0)
            {
                // The others have stopped spinning long before this worker has counted that far.
                arrived.Wait();
                SpinWait.SpinUntil(() => team.Sleepers == 2);
            }
            else
            {
                arrived.Signal();
            }

            team.Barrier();
            Interlocked.Increment(ref passed);
        });

        passed.Should().Be(3);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Run_OneWorkerThrows_AllLeaveAndTheExceptionComesOut(int thrower)
    {
        int left = 0;

        Action run = () => WorkerTeam.Run(4, (team, worker) =>
        {
            try
            {
                team.Barrier();
                if (worker == thrower)
                {
                    throw new FormatException("mine");
                }

                team.Barrier();
                throw new InvalidOperationException("No worker may pass a barrier that one of them does not come to.");
            }
            finally
            {
                Interlocked.Increment(ref left);
            }
        });

        run.Should().Throw<FormatException>().WithMessage("mine");
        left.Should().Be(4);
    }

    [Fact]
    public void Run_AThreadCannotStart_TheOthersLeaveAndTheExceptionComesOut()
    {
        var threads = new List<Thread>();

        Action run = () => WorkerTeam.Run(4, (team, _) => team.Barrier(), thread =>
        {
            if (threads.Count == 2)
            {
                throw new InvalidOperationException("no more threads");
            }

            threads.Add(thread);
            thread.Start();
        });

        run.Should().Throw<InvalidOperationException>().WithMessage("no more threads");
        threads.Should().HaveCount(2);
        threads.Should().OnlyContain(thread => !thread.IsAlive);
    }

    [Fact]
    public void Run_Returned_LeavesNoThread()
    {
        var threads = new List<Thread>();

        WorkerTeam.Run(3, (_, _) =>
        {
            lock (threads)
            {
                threads.Add(Thread.CurrentThread);
            }
        });

        threads.Should().HaveCount(3);
        threads.Where(thread => thread != Thread.CurrentThread).Should().OnlyContain(thread => !thread.IsAlive);
    }
}
