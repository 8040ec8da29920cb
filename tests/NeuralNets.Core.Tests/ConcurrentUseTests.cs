using System.Collections.Concurrent;
using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Data;
using NeuralNets.Core.Tests.ChildProcess;
using NeuralNets.Core.Tests.Training;
using NeuralNets.Core.Training;

namespace NeuralNets.Core.Tests;

/// <summary>Many threads at once, and training that ends in every way: the bits are those of one thread, and no worker is left.</summary>
[Trait("Kind", "Sweep")]
public sealed class ConcurrentUseTests
{
    private const int Threads = 16;

    [Fact]
    public void Predict_SixteenThreadsWhileOthersTrain_GivesTheBitsOfOneThread()
    {
        const int Samples = 101;
        int rounds = LocalRun.Cases(always: 20_000, exhaustive: 25_000_000);
        var network = new Network<float>([24, 32, 16, 5], new Sigmoid<float>(), seed: 4);
        float[] inputs = CheckpointScenario.Samples<float>().Take(Samples).ToMatrix().ToColumnMajorArray();
        float[] expected = new float[Samples * 5];
        network.Predict(inputs, expected);
        string trained = TrainOneEpoch();
        using var stop = new CancellationTokenSource();
        var failures = new ConcurrentQueue<string>();
        int trainings = 0;

        Thread[] trainers = Start(2, _ =>
        {
            do
            {
                Check(TrainOneEpoch() == trained, failures, "training gave other bits");
                Interlocked.Increment(ref trainings);
            }
            while (!stop.IsCancellationRequested);
        });
        Thread[] predictors = Start(Threads, thread =>
        {
            float[] one = new float[5];
            float[] all = new float[Samples * 5];
            int[] label = new int[1];
            for (int i = 0; i < rounds; i++)
            {
                // One sample after the other, each thread from another one on; now and then all at once, or the label alone.
                int sample = (thread + i) % Samples;
                ReadOnlySpan<float> column = inputs.AsSpan(sample * 24, 24);
                ReadOnlySpan<float> wanted = expected.AsSpan(sample * 5, 5);
                network.Predict(column, one);
                Check(one.AsSpan().SequenceEqual(wanted), failures, $"sample {sample} was predicted differently");
                if (i % 100 == 0)
                {
                    network.Predict(inputs, all);
                    network.PredictLabels(column, label);
                    Check(all.AsSpan().SequenceEqual(expected), failures, "all samples were predicted differently");
                    Check(wanted[label[0]] == Max(wanted), failures, $"sample {sample} has another label");
                }
            }
        });
        Join(predictors);
        stop.Cancel();
        Join(trainers);

        failures.Should().BeEmpty();
        trainings.Should().BeGreaterThanOrEqualTo(2);
    }

    [Fact]
    public void PredictInEveryForm_EightThreadsAtOnce_GivesTheBitsOfOneThread()
    {
        const int Samples = 700; // enough for a call that computes with two threads
        const double Threshold = 0.4;
        int rounds = LocalRun.Cases(always: 30, exhaustive: 5_000);
        Matrix<float> columns = Matrix<float>.Build.Dense(24, Samples, RandomValues.Create<float>(seed: 9, 24 * Samples));
        Matrix<float> rows = columns.Transpose();
        var several = new Network<float>([24, 32, 5], new Relu<float>(), new Sigmoid<float>(), seed: 4);
        var yesOrNo = new Network<float>([24, 32, 1], new Tanh<float>(), new Sigmoid<float>(), seed: 5);
        float[] vector = several.Predict(columns.Column(100)).ToArray();
        float[] inRows = several.PredictRows(rows).ToRowMajorArray();
        float[] indicators = several.PredictIndicators(columns, Threshold).ToColumnMajorArray();
        int[] labels = yesOrNo.PredictLabels(columns);
        var failures = new ConcurrentQueue<string>();
        using var together = new Barrier(8);

        Join(Start(8, thread =>
        {
            float[] indicatorsInSpan = new float[indicators.Length];
            int[] labelsInSpan = new int[labels.Length];
            float[] inputs = columns.ToColumnMajorArray();
            together.SignalAndWait();
            for (int i = 0; i < rounds; i++)
            {
                int sample = ((thread * 64) + i) % Samples;
                int parallel = 1 + ((thread + i) % 2);
                Check(
                    several.Predict(columns.Column(sample)).AsArray().AsSpan().SequenceEqual(inRows.AsSpan(sample * 5, 5)),
                    failures,
                    $"sample {sample} as a vector was predicted differently");
                Check(
                    several.PredictRows(rows, parallel).ToRowMajorArray().AsSpan().SequenceEqual(inRows),
                    failures,
                    "rows were predicted differently");
                Check(
                    several.PredictIndicators(columns, Threshold, parallel).AsColumnMajorArray().AsSpan().SequenceEqual(indicators),
                    failures,
                    "there are other indicators");
                Check(yesOrNo.PredictLabels(columns, parallel).AsSpan().SequenceEqual(labels), failures, "there are other labels");
                several.PredictIndicators(inputs, indicatorsInSpan, Threshold);
                Check(indicatorsInSpan.AsSpan().SequenceEqual(indicators), failures, "there are other indicators in the span");
                yesOrNo.PredictLabels(inputs, labelsInSpan);
                Check(labelsInSpan.AsSpan().SequenceEqual(labels), failures, "there are other labels in the span");
            }
        }));

        failures.Should().BeEmpty();
        vector.Should().Equal(inRows[500..505]);
        indicators.Should().Contain([0, 1]);
        labels.Should().Contain([0, 1]);
    }

    [Fact]
    public void Fit_ManyTrainersAtOnce_EachGivesTheBitsOfOneAlone()
    {
        string expected = TrainOneEpoch();
        var hashes = new ConcurrentBag<string>();

        Join(Start(Threads, _ => hashes.Add(TrainOneEpoch())));

        hashes.Should().HaveCount(Threads).And.OnlyContain(hash => hash == expected);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    public void Fit_ActivationThrowsAtAnyCall_EndsWithThatExceptionAndAllWorkersGone(int workers)
    {
        Dataset<double> set = CheckpointScenario.Samples<double>();
        double[] inputs = set.Take(3).ToMatrix().ToColumnMajorArray();
        for (int call = 1; call <= 60; call++)
        {
            var activation = new ThrowingActivation(call);
            var network = new Network<double>([24, 64, 8, 5], activation, seed: 1);
            var trainer = new GradientDescentTrainer<double>(network)
            {
                BatchSize = 30,
                Hooks =
                {
                    WorkerCount = workers,
                    CutsFirstLayerByUnits = call % 2 == 0,
                },
            };

            trainer.Invoking(it => it.Fit(set, 100)).Should().Throw<FormatException>().WithMessage("The activation's own.");

            activation.Threads.Keys.Where(thread => thread != Thread.CurrentThread).Should().NotContain(thread => thread.IsAlive);
            network.Invoking(it => it.Predict(inputs, new double[15])).Should().NotThrow("it has thrown once");
            trainer.Fit(set, 1).WorkerCount.Should().Be(workers);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Predict_ActivationThrows_EndsWithThatException(int maxDegreeOfParallelism)
    {
        Dataset<double> set = SmallTraining.Blobs(512);
        foreach (Action<Network<double>> predict in (Action<Network<double>>[])
            [network => network.Predict(set, maxDegreeOfParallelism),
                network => network.PredictLabels(set.ToMatrix(), maxDegreeOfParallelism)])
        {
            // The type exactly: FluentAssertions looks into an AggregateException.
            var throwing = new Network<double>([2, 4, 2], new ThrowingActivation(2), seed: 1);
            Exception thrown = Record.Exception(() => predict(throwing));

            thrown.Should().BeOfType<FormatException>().Which.Message.Should().Be("The activation's own.");
        }
    }

    [Fact]
    public void Fit_NetworkThatIsBeingTrained_IsRefused()
    {
        Dataset<double> set = CheckpointScenario.Samples<double>();
        GradientDescentTrainer<double> trainer = CheckpointScenario.Create<double>(30);
        GradientDescentTrainer<double> expected = CheckpointScenario.Create<double>(30);
        expected.Fit(set, 2);

        trainer.Fit(set, 2, onEpoch: (_ =>
        {
            foreach (GradientDescentTrainer<double> second in (GradientDescentTrainer<double>[])[trainer, new(trainer.Network)])
            {
                second.Invoking(it => it.Fit(set, 1)).Should().Throw<InvalidOperationException>()
                    .WithMessage("*one call of Fit*");
            }
        }));

        trainer.Network.ComputeParametersSha256().Should().Be(expected.Network.ComputeParametersSha256());
        trainer.Fit(set, 1).Epochs.Should().ContainSingle().Which.Epoch.Should().Be(3);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Fit_CancelledFromAnyStep_EndsWithinOne(int workers)
    {
        Dataset<double> set = CheckpointScenario.Samples<double>();
        for (int step = 1; step <= 20; step++)
        {
            using var source = new CancellationTokenSource();
            int steps = 0;
            var trainer = new GradientDescentTrainer<double>(CheckpointScenario.Create<double>(30).Network)
            {
                BatchSize = 30,
                Hooks =
                {
                    WorkerCount = workers,
                    OnStep = worker =>
                    {
                        if (worker == 0 && ++steps == step)
                        {
                            source.Cancel();
                        }
                    },
                },
            };

            trainer.Invoking(it => it.Fit(set, 100, cancellationToken: source.Token)).Should().Throw<OperationCanceledException>();

            // Worker 0 asks before each step, and it is the one that cancelled.
            steps.Should().Be(step);
        }
    }

    [Fact]
    public void Fit_EndedInEveryWay_LeavesNoThread()
    {
        if (!OperatingSystem.IsLinux())
        {
            return; // Only there the system lists threads with their names; the tests above look at the threads themselves.
        }

        // Twenty rounds, each of which throws twice and is cancelled once; the two workers beside the calling thread are seen.
        Child.Run("threads").Should().Equal("2 workers at most, 40 thrown, 20 cancelled, 0 left");
    }

    private static string TrainOneEpoch()
    {
        GradientDescentTrainer<float> trainer = CheckpointScenario.Create<float>(50);
        trainer.Hooks.WorkerCount = 2;
        trainer.Fit(CheckpointScenario.Samples<float>(), 1);
        return trainer.Network.ComputeParametersSha256();
    }

    private static Thread[] Start(int count, Action<int> body)
    {
        var threads = new Thread[count];
        for (int i = 0; i < count; i++)
        {
            int index = i;
            threads[i] = new Thread(() => body(index)) { IsBackground = true };
            threads[i].Start();
        }

        return threads;
    }

    private static void Join(Thread[] threads)
    {
        foreach (Thread thread in threads)
        {
            thread.Join();
        }
    }

    private static void Check(bool condition, ConcurrentQueue<string> failures, string message)
    {
        if (!condition && failures.Count < 10)
        {
            failures.Enqueue(message);
        }
    }

    private static float Max(ReadOnlySpan<float> values)
    {
        float max = values[0];
        foreach (float value in values)
        {
            max = Math.Max(max, value);
        }

        return max;
    }
}
