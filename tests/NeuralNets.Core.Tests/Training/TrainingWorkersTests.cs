using NeuralNets.Core.Activations;
using NeuralNets.Core.Data;
using NeuralNets.Core.Training;

namespace NeuralNets.Core.Tests.Training;

/// <summary>Several threads in training, of which one may do the work of all.</summary>
public sealed class TrainingWorkersTests
{
    [Theory]
    [InlineData(2, true, 16, 256)]
    [InlineData(3, true, 16, 7)]
    [InlineData(3, false, 16, 256)]
    [InlineData(8, false, 64, 10)]
    public void Fit_OneWorkerDoesSomeStepsAlone_GivesTheSameBits(int workers, bool byUnits, int batchSize, int microBatchSize)
    {
        Dataset<float> set = SmallTraining.BlobsFloat(200);
        string Train(Func<bool>? pace)
        {
            var network = new Network<float>([2, 40, 4, 2], new Tanh<float>(), seed: 5);
            var trainer = new GradientDescentTrainer<float>(network)
            {
                BatchSize = batchSize,
                Hooks =
                {
                    WorkerCount = workers,
                    CutsFirstLayerByUnits = byUnits,
                    MicroBatchSize = microBatchSize,
                    IsAlone = pace,
                },
            };
            TrainingResult result = trainer.Fit(set, 20, set);
            IEnumerable<string> scores = result.Epochs.Select(epoch => $"{epoch.Training.Cost.Mean:R} {epoch.Training.Accuracy:R}");
            return $"{network.ComputeParametersSha256()} {string.Join(' ', scores)}";
        }

        int steps = 0;
        int alone = 0;
        var random = new Random(3);
        string mixed = Train(() =>
        {
            bool isAlone = random.Next(2) == 0;
            steps++;
            alone += isAlone ? 1 : 0;
            return isAlone;
        });

        mixed.Should().Be(Train(() => false));
        steps.Should().Be(20 * ((200 + batchSize - 1) / batchSize));
        alone.Should().BeInRange(1, steps - 1);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(3)]
    public async Task Fit_CancelledWhileAWorkerLags_StopsAllOfThem(int? aloneFrom)
    {
        using var source = new CancellationTokenSource();
        int steps = 0;
        var trainer = new GradientDescentTrainer<float>(SmallTraining.SmallFloat())
        {
            BatchSize = 16,
            Hooks =
            {
                WorkerCount = 3,
                IsAlone = () => steps == aloneFrom,
                OnStep = worker =>
                {
                    if (worker == 0 && ++steps == 6)
                    {
                        source.Cancel();
                    }
                    else if (worker == 1 && steps >= 5)
                    {
                        // So long that worker 0 has begun the next step, and seen that it is cancelled.
                        Thread.Sleep(100);
                    }
                },
            },
        };

        Task<TrainingResult> fit = Task.Run(() => trainer.Fit(SmallTraining.BlobsFloat(64), 100, cancellationToken: source.Token));

        await fit.Invoking(task => task.WaitAsync(TimeSpan.FromMinutes(1))).Should().ThrowAsync<OperationCanceledException>();
        steps.Should().Be(6);
    }

    [Fact]
    public void Fit_CancelledWhileOneWorkerIsAlone_Stops()
    {
        using var source = new CancellationTokenSource();
        int steps = 0;
        var trainer = new GradientDescentTrainer<float>(SmallTraining.SmallFloat()) { BatchSize = 16, Hooks = { WorkerCount = 3 } };
        trainer.Hooks.IsAlone = () =>
        {
            if (++steps == 6)
            {
                source.Cancel();
            }

            return true;
        };

        Action fit = () => trainer.Fit(SmallTraining.BlobsFloat(64), 100, cancellationToken: source.Token);

        fit.Should().Throw<OperationCanceledException>();
        steps.Should().Be(6);
    }

    [Fact]
    public void Fit_CostBecomesNonFiniteWhileOneWorkerIsAlone_SaysWhere()
    {
        var trainer = new GradientDescentTrainer<float>(SmallTraining.SmallFloat())
        {
            LearningRate = 1e38,
            BatchSize = 8,
            Hooks = { WorkerCount = 3, IsAlone = () => true }
        };

        NonFiniteCostException thrown = trainer.Invoking(t => t.Fit(SmallTraining.BlobsFloat(24), 10))
            .Should().Throw<NonFiniteCostException>().Which;

        thrown.Epoch.Should().Be(1);
        thrown.Step.Should().Be(2);
    }

    [Fact]
    public void MaxDegreeOfParallelism_MoreThanTheWorkIsWorth_AreNotUsed()
    {
        TrainingResult result = new GradientDescentTrainer<double>(SmallTraining.Small()) { MaxDegreeOfParallelism = 64 }
            .Fit(SmallTraining.Blobs(4), 1);

        result.WorkerCount.Should().Be(1);
    }
}
