using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Data;
using NeuralNets.Core.Evaluation;
using NeuralNets.Core.Losses;
using NeuralNets.Core.Tests.Data;
using NeuralNets.Core.Training;

namespace NeuralNets.Core.Tests.Training;

/// <summary>What a handler is told is about the network that it sees, and nothing that was completed is lost.</summary>
public sealed class ReportsTests
{
    public static TheoryData<int?, int, bool> Ways => new()
    {
        { null, 1, false }, { null, 3, false }, { null, 3, true }, { 16, 1, false }, { 16, 3, false }, { 16, 3, true },
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public void Fit_EachReport_IsAboutTheNetworkOfThatMoment(int? batchSize, int workers, bool byUnits)
    {
        Dataset<float> validation = SmallTraining.BlobsFloat(70, seed: 8);
        Network<float> network = SmallTraining.Hidden40();
        var trainer = new GradientDescentTrainer<float>(network) { BatchSize = batchSize, LearningRate = 0.4 };
        int reports = 0;

        trainer.With(workers, byUnits).Fit(SmallTraining.BlobsFloat(90), 12, validation, epoch =>
        {
            reports++;
            epoch.Epoch.Should().Be(reports);
            trainer.EpochsCompleted.Should().Be(epoch.Epoch);
            trainer.History.Should().HaveCount(reports).And.HaveElementAt(reports - 1, epoch);
            network.Evaluate(validation).Should().Be(epoch.Validation);
            Accuracy.Of(validation.Labels, network.PredictLabels(validation)).Should().Be(epoch.Validation!.Accuracy);
        });

        reports.Should().Be(12);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Fit_BestNetworkSavedByTheHandler_HasTheScoreThatWasReported(int? batchSize, int workers, bool byUnits)
    {
        Dataset<float> validation = SmallTraining.BlobsFloat(70, seed: 8);
        Network<float> network = SmallTraining.Hidden40();
        var trainer = new GradientDescentTrainer<float>(network) { BatchSize = batchSize, LearningRate = 2 };
        Network<float>? best = null;
        Score? score = null;

        trainer.With(workers, byUnits).Fit(SmallTraining.BlobsFloat(90), 12, validation, epoch =>
        {
            if (score is null || epoch.Validation!.Cost.Mean < score.Cost.Mean)
            {
                score = epoch.Validation;
                best = network.Clone();
            }
        });

        best!.Evaluate(validation).Should().Be(score);
    }

    /// <summary>One rule for both ways: with the weights that a sample's batch met.</summary>
    [Fact]
    public void Fit_FullBatch_TheNextEpochReportsTheTrainingSetAfterTheUpdate()
    {
        Dataset<double> set = SmallTraining.Blobs(50);
        Network<double> network = SmallTraining.Small();
        var trainer = new GradientDescentTrainer<double>(network) { LearningRate = 0.6 };

        IReadOnlyList<EpochResult> epochs = trainer.Fit(set, 6, set).Epochs;

        epochs[0].Training.Should().Be(SmallTraining.Small().Evaluate(set));
        epochs.Skip(1).Select(epoch => epoch.Training).Should().Equal(epochs.SkipLast(1).Select(epoch => epoch.Validation!));
        network.Evaluate(set).Should().Be(epochs[^1].Validation);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Fit_CancelledAtAReport_HasReportedAllCompletedEpochs(int? batchSize, int workers, bool byUnits)
    {
        using var source = new CancellationTokenSource();
        var trainer = new GradientDescentTrainer<float>(SmallTraining.Hidden40()) { BatchSize = batchSize };
        Network<float> expected = SmallTraining.Hidden40();
        new GradientDescentTrainer<float>(expected) { BatchSize = batchSize }.Fit(SmallTraining.BlobsFloat(64), 3);
        var reports = new List<EpochResult>();

        trainer.With(workers, byUnits).Invoking(it => it.Fit(SmallTraining.BlobsFloat(64), 10, null, epoch =>
        {
            reports.Add(epoch);
            if (epoch.Epoch == 3)
            {
                source.Cancel();
            }
        }, source.Token)).Should().Throw<OperationCanceledException>();

        reports.Select(epoch => epoch.Epoch).Should().Equal(1, 2, 3);
        trainer.EpochsCompleted.Should().Be(3);
        trainer.History.Should().Equal(reports);
        trainer.Network.ComputeParametersSha256().Should().Be(expected.ComputeParametersSha256());
    }

    [Fact]
    public void History_OverSeveralCallsAndAnException_HasEveryCompletedEpoch()
    {
        Dataset<float> set = SmallTraining.BlobsFloat(64);
        var trainer = new GradientDescentTrainer<float>(SmallTraining.SmallFloat()) { BatchSize = 16 };
        trainer.History.Should().BeEmpty();

        TrainingResult first = trainer.Fit(set, 2, set);
        trainer.Invoking(it => it.Fit(set, 5, null, epoch =>
        {
            if (epoch.Epoch == 4)
            {
                throw new FormatException();
            }
        })).Should().Throw<FormatException>();
        TrainingResult last = trainer.Fit(set, 1);

        trainer.History.Select(epoch => epoch.Epoch).Should().Equal(1, 2, 3, 4, 5);
        trainer.History.Take(2).Should().Equal(first.Epochs);
        trainer.History[^1].Should().Be(last.Epochs[0]);
        trainer.History.Select(epoch => epoch.Validation is not null).Should().Equal(true, true, false, false, false);
    }

    [Fact]
    public void History_SavedAndLoaded_HasTheSameScores()
    {
        using var folder = new TempDirectory();
        Dataset<float> set = SmallTraining.BlobsFloat(64);
        var trainer = new GradientDescentTrainer<float>(SmallTraining.SmallFloat()) { BatchSize = 16 };
        trainer.Fit(set, 2, set);
        trainer.Fit(set, 1);

        CheckpointFile.Save(folder.File("checkpoint"), trainer);
        GradientDescentTrainer<float> loaded = CheckpointFile.Load<float>(folder.File("checkpoint"));

        loaded.History.Should().Equal(trainer.History.Select(epoch => epoch with { TrainingTime = TimeSpan.Zero }));
        loaded.Fit(set, 1);
        trainer.Fit(set, 1);
        loaded.History.Select(epoch => (epoch.Epoch, epoch.Training, epoch.Validation))
            .Should().Equal(trainer.History.Select(epoch => (epoch.Epoch, epoch.Training, epoch.Validation)));
    }

    [Fact]
    public void Evaluate_WithAnyNumberOfThreads_IsTheScoreOfTraining()
    {
        Dataset<double> set = SmallTraining.Blobs(1000);
        Network<double> network = SmallTraining.Small();
        Score expected = network.Evaluate(set);

        expected.Cost.SampleCount.Should().Be(1000);
        foreach (int threads in (int[])[2, 3, 8])
        {
            network.Evaluate(set, maxDegreeOfParallelism: threads).Should().Be(expected);
        }

        network.Evaluate(set, new CrossEntropyLoss<double>(1e-9)).Cost.Should().NotBe(expected.Cost);
        new Network<double>(2, [new(2, new Tanh<double>())], seed: 1).Invoking(it => it.Evaluate(set))
            .Should().Throw<ArgumentException>().WithParameterName("loss").WithMessage("*Tanh*no usual loss*");
    }

    [Fact]
    public void Fit_FullBatch_ReportsTrainingBeforeAndValidationAfterEachUpdate()
    {
        Dataset<double> set = SmallTraining.Blobs(60);
        Dataset<double> validation = SmallTraining.Blobs(40, seed: 2);
        Network<double> network = SmallTraining.Small();
        Network<double> stepped = SmallTraining.Small();
        var steps = new GradientDescentTrainer<double>(stepped) { LearningRate = 0.5 };

        TrainingResult result = new GradientDescentTrainer<double>(network) { LearningRate = 0.5 }.Fit(set, 4, validation);

        foreach (EpochResult epoch in result.Epochs)
        {
            double costBefore = new CrossEntropyLoss<double>().Evaluate(Logits(stepped, set), set.Labels).Sum;
            epoch.Training.Accuracy.Should().Be(Accuracy.Of(set.Labels, stepped.PredictLabels(set)));
            steps.Fit(set, 1);
            epoch.Training.Cost.Sum.Should().BeApproximately(costBefore, 1e-12);
            epoch.Training.Cost.Mean.Should().Be(epoch.Training.Cost.Sum / 60);
            double validationCost = new CrossEntropyLoss<double>().Evaluate(Logits(stepped, validation), validation.Labels).Sum;
            epoch.Validation!.Cost.Sum.Should().BeApproximately(validationCost, 1e-12);
            epoch.Validation.Should().Be(stepped.Evaluate(validation));
            epoch.Validation.Accuracy.Should().Be(Accuracy.Of(validation.Labels, stepped.PredictLabels(validation)));
        }
    }

    [Fact]
    public void Fit_MiniBatches_CountsCostAndHitsWithTheWeightsThatEachBatchMet()
    {
        Dataset<double> set = SmallTraining.Blobs(10);
        Network<double> stepped = SmallTraining.Small();
        var steps = new GradientDescentTrainer<double>(stepped) { LearningRate = 0.5 };
        int[] order = SmallTraining.Order(seed: 3, epoch: 0, count: 10);
        double cost = 0;
        double hits = 0;
        foreach (int[] batch in order.Chunk(4))
        {
            Dataset<double> picked = SmallTraining.Pick(set, batch);
            cost += new CrossEntropyLoss<double>().Evaluate(Logits(stepped, picked), picked.Labels).Sum;
            hits += batch.Length * Accuracy.Of(picked.Labels, stepped.PredictLabels(picked));
            steps.Fit(picked, 1);
        }

        EpochResult epoch = new GradientDescentTrainer<double>(SmallTraining.Small()) { LearningRate = 0.5, BatchSize = 4, Seed = 3 }
            .Fit(set, 1).Epochs[0];

        epoch.Training.Cost.Sum.Should().BeApproximately(cost, 1e-12);
        epoch.Training.Accuracy.Should().BeApproximately(hits / 10, 1e-12);
    }

    [Fact]
    public void Fit_WithProgress_ReportsEachEpochOnceAndInOrder()
    {
        foreach (int? batchSize in new int?[] { null, 16 })
        {
            var reports = new List<EpochResult>();
            int caller = Environment.CurrentManagedThreadId;

            TrainingResult result = new GradientDescentTrainer<float>(SmallTraining.SmallFloat())
            {
                BatchSize = batchSize,
                Hooks = { WorkerCount = 2 }
            }
                .Fit(SmallTraining.BlobsFloat(64), 4, onEpoch: (epoch =>
                {
                    Environment.CurrentManagedThreadId.Should().Be(caller);
                    reports.Add(epoch);
                }));

            reports.Should().Equal(result.Epochs);
            reports.Select(epoch => epoch.Epoch).Should().Equal(1, 2, 3, 4);
        }
    }

    [Fact]
    public void Fit_ProgressThrows_EndsWithThatExceptionAndTheNetworkIsUsable()
    {
        Network<float> network = SmallTraining.SmallFloat();
        var trainer = new GradientDescentTrainer<float>(network) { BatchSize = 16, Hooks = { WorkerCount = 3 } };
        Dataset<float> set = SmallTraining.BlobsFloat(64);

        Action fit = () => trainer.Fit(set, 5, onEpoch: (_ => throw new FormatException("mine")));

        fit.Should().Throw<FormatException>().WithMessage("mine");
        trainer.EpochsCompleted.Should().Be(1);
        trainer.Fit(set, 1).Epochs.Should().ContainSingle().Which.Epoch.Should().Be(2);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(3, false)]
    [InlineData(3, true)]
    public void Fit_ProgressWritesParameters_TrainsOnWithThem(int workers, bool byUnits)
    {
        Dataset<float> set = SmallTraining.BlobsFloat(64);
        Network<float> network = SmallTraining.Hidden40();
        var trainer = new GradientDescentTrainer<float>(network)
        {
            BatchSize = 16,
            Hooks =
            {
                WorkerCount = workers,
                CutsFirstLayerByUnits = byUnits,
            },
        };
        Network<float> expected = SmallTraining.Hidden40();
        var single = new GradientDescentTrainer<float>(expected) { BatchSize = 16, Hooks = { WorkerCount = 1 } };

        trainer.Fit(set, 3, onEpoch: (_ => SmallTraining.Halve(network)));
        for (int epoch = 0; epoch < 3; epoch++)
        {
            single.Fit(set, 1);
            SmallTraining.Halve(expected);
        }

        network.ComputeParametersSha256().Should().Be(expected.ComputeParametersSha256());
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(3, true)]
    public void Fit_ProgressWritesParametersAndThrows_TheyStay(int workers, bool byUnits)
    {
        Network<float> network = SmallTraining.Hidden40();
        var trainer = new GradientDescentTrainer<float>(network)
        {
            BatchSize = 16,
            Hooks =
            {
                WorkerCount = workers,
                CutsFirstLayerByUnits = byUnits,
            },
        };
        string? written = null;

        Action fit = () => trainer.Fit(SmallTraining.BlobsFloat(64), 3, onEpoch: (_ =>
        {
            SmallTraining.Halve(network);
            written = network.ComputeParametersSha256();
            throw new FormatException("mine");
        }));

        fit.Should().Throw<FormatException>();
        network.ComputeParametersSha256().Should().Be(written);
    }

    private static Matrix<double> Logits(Network<double> network, Dataset<double> set)
    {
        Matrix<double> a = set.ToMatrix();
        foreach (DenseLayer<double> layer in network.Layers)
        {
            a = layer.Weights * a;
            for (int j = 0; j < a.ColumnCount; j++)
            {
                a.SetColumn(j, a.Column(j) + layer.Biases);
            }

            if (layer.Activation is IActivation<double> activation)
            {
                double[] values = a.ToColumnMajorArray();
                activation.Evaluate(values, values);
                a = Matrix<double>.Build.Dense(a.RowCount, a.ColumnCount, values);
            }
        }

        return a;
    }
}
