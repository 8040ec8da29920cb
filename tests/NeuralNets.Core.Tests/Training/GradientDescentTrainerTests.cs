using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Data;
using NeuralNets.Core.Losses;
using NeuralNets.Core.Training;

namespace NeuralNets.Core.Tests.Training;

public sealed class GradientDescentTrainerTests
{
    [Fact]
    public void Fit_OneStepWorkedByHand_GivesTheseParameters()
    {
        // p = (1/2, 1/2), dZ = (−1/2, 1/2); W ← −rate·dZ·xᵀ, b ← −rate·dZ.
        var layer = new DenseLayer<double>(
            Matrix<double>.Build.Dense(2, 2), Vector<double>.Build.Dense(2), new Softmax<double>());
        var network = new Network<double>([layer]);
        var sample = Dataset<double>.FromMatrix(Matrix<double>.Build.Dense(2, 1, [1, 2]), [0], classCount: 2);

        TrainingResult result = new GradientDescentTrainer<double>(network) { LearningRate = 0.5 }.Fit(sample, epochs: 1);

        layer.Weights.ToRowMajorArray().Should().Equal(0.25, 0.5, -0.25, -0.5);
        layer.Biases.ToArray().Should().Equal(0.25, -0.25);
        result.Epochs[0].Training.Cost.Sum.Should().BeApproximately(Math.Log(2), 1e-15);
        result.Epochs[0].Training.Accuracy.Should().Be(1);
    }

    [Fact]
    public void Fit_LastBatchIsShorter_IsTrainedOnAndDividedByItsSize()
    {
        Dataset<double> set = Blobs(5);
        Network<double> network = Small();
        var trainer = new GradientDescentTrainer<double>(network) { BatchSize = 4, Seed = 9, LearningRate = 0.2 };
        int[] order = Order(seed: 9, epoch: 0, count: 5);
        Network<double> expected = Small();
        var step = new GradientDescentTrainer<double>(expected) { LearningRate = 0.2 };
        step.Fit(Pick(set, order[..4]), 1);
        step.Fit(Pick(set, order[4..]), 1);

        trainer.Fit(set, epochs: 1);

        network.ComputeParametersSha256().Should().Be(expected.ComputeParametersSha256());
    }

    [Fact]
    public void Fit_SeveralEpochs_TrainsInAnOrderOfItsOwnInEach()
    {
        Dataset<double> set = Blobs(6);
        Network<double> network = Small();
        Network<double> expected = Small();
        var step = new GradientDescentTrainer<double>(expected) { LearningRate = 0.2 };
        for (int epoch = 0; epoch < 3; epoch++)
        {
            foreach (int[] batch in Order(seed: 9, epoch, count: 6).Chunk(2))
            {
                step.Fit(Pick(set, batch), 1);
            }
        }

        new GradientDescentTrainer<double>(network) { BatchSize = 2, Seed = 9, LearningRate = 0.2 }.Fit(set, epochs: 3);

        network.ComputeParametersSha256().Should().Be(expected.ComputeParametersSha256());
        Order(seed: 9, epoch: 1, count: 6).Should().NotEqual(Order(seed: 9, epoch: 0, count: 6));
    }

    [Fact]
    public void Fit_FiveEpochsAndFiveMore_GivesTheBitsOfTen()
    {
        Dataset<float> set = BlobsFloat(100);
        Network<float> whole = SmallFloat();
        Network<float> halves = SmallFloat();
        var trainer = new GradientDescentTrainer<float>(halves) { BatchSize = 16, Seed = 4 };

        new GradientDescentTrainer<float>(whole) { BatchSize = 16, Seed = 4 }.Fit(set, 10);
        TrainingResult first = trainer.Fit(set, 5);
        TrainingResult second = trainer.Fit(set, 5);

        halves.ComputeParametersSha256().Should().Be(whole.ComputeParametersSha256());
        trainer.EpochsCompleted.Should().Be(10);
        first.Epochs.Select(epoch => epoch.Epoch).Should().Equal(1, 2, 3, 4, 5);
        second.Epochs.Select(epoch => epoch.Epoch).Should().Equal(6, 7, 8, 9, 10);
    }

    [Fact]
    public void Fit_OtherSeed_GivesOtherParameters()
    {
        Dataset<float> set = BlobsFloat(100);
        Network<float> one = SmallFloat();
        Network<float> other = SmallFloat();

        new GradientDescentTrainer<float>(one) { BatchSize = 16, Seed = 4 }.Fit(set, 2);
        new GradientDescentTrainer<float>(other) { BatchSize = 16, Seed = 5 }.Fit(set, 2);

        one.ComputeParametersSha256().Should().NotBe(other.ComputeParametersSha256());
    }

    [Theory]
    [InlineData(100)]
    [InlineData(1000)]
    public void Fit_BatchSizeOfTheSetOrMore_IsFullBatch(int batchSize)
    {
        Dataset<float> set = BlobsFloat(100);
        Network<float> full = SmallFloat();
        Network<float> batch = SmallFloat();

        new GradientDescentTrainer<float>(full).Fit(set, 3);
        new GradientDescentTrainer<float>(batch) { BatchSize = batchSize, Seed = 7 }.Fit(set, 3);

        batch.ComputeParametersSha256().Should().Be(full.ComputeParametersSha256());
    }

    [Fact]
    public void Fit_FullBatch_ReportsTrainingBeforeAndValidationAfterEachUpdate()
    {
        Dataset<double> set = Blobs(60);
        Dataset<double> validation = Blobs(40, seed: 2);
        Network<double> network = Small();
        Network<double> stepped = Small();
        var steps = new GradientDescentTrainer<double>(stepped) { LearningRate = 0.5 };

        TrainingResult result = new GradientDescentTrainer<double>(network) { LearningRate = 0.5 }.Fit(set, 4, validation);

        foreach (EpochResult epoch in result.Epochs)
        {
            double costBefore = new CrossEntropyLoss<double>().Evaluate(Logits(stepped, set), set.Labels).Sum;
            epoch.Training.Accuracy.Should().Be(Core.Evaluation.Accuracy.Of(set.Labels, stepped.PredictLabels(set)));
            steps.Fit(set, 1);
            epoch.Training.Cost.Sum.Should().BeApproximately(costBefore, 1e-12);
            epoch.Training.Cost.Mean.Should().Be(epoch.Training.Cost.Sum / 60);
            double validationCost = new CrossEntropyLoss<double>().Evaluate(Logits(stepped, validation), validation.Labels).Sum;
            epoch.Validation!.Cost.Sum.Should().BeApproximately(validationCost, 1e-12);
            epoch.Validation.Should().Be(stepped.Evaluate(validation));
            epoch.Validation.Accuracy.Should().Be(Core.Evaluation.Accuracy.Of(validation.Labels, stepped.PredictLabels(validation)));
        }
    }

    [Fact]
    public void Fit_MiniBatches_CountsCostAndHitsWithTheWeightsThatEachBatchMet()
    {
        Dataset<double> set = Blobs(10);
        Network<double> stepped = Small();
        var steps = new GradientDescentTrainer<double>(stepped) { LearningRate = 0.5 };
        int[] order = Order(seed: 3, epoch: 0, count: 10);
        double cost = 0;
        double correct = 0;
        foreach (int[] batch in order.Chunk(4))
        {
            Dataset<double> picked = Pick(set, batch);
            cost += new CrossEntropyLoss<double>().Evaluate(Logits(stepped, picked), picked.Labels).Sum;
            correct += batch.Length * Core.Evaluation.Accuracy.Of(picked.Labels, stepped.PredictLabels(picked));
            steps.Fit(picked, 1);
        }

        EpochResult epoch = new GradientDescentTrainer<double>(Small()) { LearningRate = 0.5, BatchSize = 4, Seed = 3 }.Fit(set, 1).Epochs[0];

        epoch.Training.Cost.Sum.Should().BeApproximately(cost, 1e-12);
        epoch.Training.Accuracy.Should().BeApproximately(correct / 10, 1e-12);
    }

    [Fact]
    public void Fit_SeparableClasses_LearnsThem()
    {
        Network<float> network = SmallFloat();
        Dataset<float> set = BlobsFloat(200);

        TrainingResult result = new GradientDescentTrainer<float>(network) { LearningRate = 0.1, BatchSize = 16, Seed = 1 }.Fit(set, 20);

        result.Epochs[^1].Training.Accuracy.Should().BeGreaterThan(0.97);
        result.Epochs[^1].Training.Cost.Mean.Should().BeLessThan(result.Epochs[0].Training.Cost.Mean / 2);
        result.SamplesPerSecond.Should().BePositive();
    }

    [Fact]
    public void Fit_WithProgress_ReportsEachEpochOnceAndInOrder()
    {
        foreach (int? batchSize in new int?[] { null, 16 })
        {
            var reports = new List<EpochResult>();
            int caller = Environment.CurrentManagedThreadId;

            TrainingResult result = new GradientDescentTrainer<float>(SmallFloat()) { BatchSize = batchSize, Hooks = { WorkerCount = 2 } }
                .Fit(BlobsFloat(64), 4, onEpoch: (epoch =>
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
        Network<float> network = SmallFloat();
        var trainer = new GradientDescentTrainer<float>(network) { BatchSize = 16, Hooks = { WorkerCount = 3 } };
        Dataset<float> set = BlobsFloat(64);

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
        Dataset<float> set = BlobsFloat(64);
        Network<float> network = Hidden40();
        var trainer = new GradientDescentTrainer<float>(network)
        {
            BatchSize = 16,
            Hooks =
            {
                WorkerCount = workers,
                CutsFirstLayerByUnits = byUnits,
            },
        };
        Network<float> expected = Hidden40();
        var single = new GradientDescentTrainer<float>(expected) { BatchSize = 16, Hooks = { WorkerCount = 1 } };

        trainer.Fit(set, 3, onEpoch: (_ => Halve(network)));
        for (int epoch = 0; epoch < 3; epoch++)
        {
            single.Fit(set, 1);
            Halve(expected);
        }

        network.ComputeParametersSha256().Should().Be(expected.ComputeParametersSha256());
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(3, true)]
    public void Fit_ProgressWritesParametersAndThrows_TheyStay(int workers, bool byUnits)
    {
        Network<float> network = Hidden40();
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

        Action fit = () => trainer.Fit(BlobsFloat(64), 3, onEpoch: (_ =>
        {
            Halve(network);
            written = network.ComputeParametersSha256();
            throw new FormatException("mine");
        }));

        fit.Should().Throw<FormatException>();
        network.ComputeParametersSha256().Should().Be(written);
    }

    [Fact]
    public void Fit_ActivationThrowsInOneWorker_EndsWithThatException()
    {
        var network = new Network<double>([2, 4, 2], new Faulty(), seed: 1);
        var trainer = new GradientDescentTrainer<double>(network) { BatchSize = 16, Hooks = { WorkerCount = 3 } };

        Action fit = () => trainer.Fit(Blobs(64), 5);

        fit.Should().Throw<FormatException>().WithMessage("faulty");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Fit_Cancelled_StopsWithinAStepAndKeepsWhatWasLearned(int workers)
    {
        using var source = new CancellationTokenSource();
        Network<float> network = SmallFloat();
        int steps = 0;
        var trainer = new GradientDescentTrainer<float>(network)
        {
            BatchSize = 16,
            Seed = 2,
            Hooks =
            {
                WorkerCount = workers,
                OnStep = worker =>
                {
                    if (worker == 0 && ++steps == 6)
                    {
                        source.Cancel();
                    }
                },
            },
        };

        Action fit = () => trainer.Fit(BlobsFloat(64), 100, cancellationToken: source.Token);

        fit.Should().Throw<OperationCanceledException>().Which.CancellationToken.Should().Be(source.Token);
        steps.Should().Be(6);
        trainer.EpochsCompleted.Should().Be(1);
        network.ComputeParametersSha256().Should().NotBe(SmallFloat().ComputeParametersSha256());
    }

    [Theory]
    [InlineData(null)]
    [InlineData(3)]
    public async Task Fit_CancelledWhileAWorkerLags_StopsAllOfThem(int? aloneFrom)
    {
        using var source = new CancellationTokenSource();
        int steps = 0;
        var trainer = new GradientDescentTrainer<float>(SmallFloat())
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

        Task<TrainingResult> fit = Task.Run(() => trainer.Fit(BlobsFloat(64), 100, cancellationToken: source.Token));

        await fit.Invoking(task => task.WaitAsync(TimeSpan.FromMinutes(1))).Should().ThrowAsync<OperationCanceledException>();
        steps.Should().Be(6);
    }

    [Theory]
    [InlineData(2, true, 16, 256)]
    [InlineData(3, true, 16, 7)]
    [InlineData(3, false, 16, 256)]
    [InlineData(8, false, 64, 10)]
    public void Fit_OneWorkerDoesSomeStepsAlone_GivesTheSameBits(int workers, bool byUnits, int batchSize, int microBatchSize)
    {
        Dataset<float> set = BlobsFloat(200);
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
            return $"{network.ComputeParametersSha256()} {string.Join(' ', result.Epochs.Select(epoch => $"{epoch.Training.Cost.Mean:R} {epoch.Training.Accuracy:R}"))}";
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

    [Fact]
    public void Fit_CancelledWhileOneWorkerIsAlone_Stops()
    {
        using var source = new CancellationTokenSource();
        int steps = 0;
        var trainer = new GradientDescentTrainer<float>(SmallFloat()) { BatchSize = 16, Hooks = { WorkerCount = 3 } };
        trainer.Hooks.IsAlone = () =>
        {
            if (++steps == 6)
            {
                source.Cancel();
            }

            return true;
        };

        Action fit = () => trainer.Fit(BlobsFloat(64), 100, cancellationToken: source.Token);

        fit.Should().Throw<OperationCanceledException>();
        steps.Should().Be(6);
    }

    [Fact]
    public void Fit_CostBecomesNonFiniteWhileOneWorkerIsAlone_SaysWhere()
    {
        var trainer = new GradientDescentTrainer<float>(SmallFloat()) { LearningRate = 1e38, BatchSize = 8, Hooks = { WorkerCount = 3, IsAlone = () => true } };

        NonFiniteCostException thrown = trainer.Invoking(t => t.Fit(BlobsFloat(24), 10)).Should().Throw<NonFiniteCostException>().Which;

        thrown.Epoch.Should().Be(1);
        thrown.Step.Should().Be(2);
    }

    [Fact]
    public void Fit_AlreadyCancelled_DoesNothing()
    {
        Network<float> network = SmallFloat();

        Action fit = () => new GradientDescentTrainer<float>(network).Fit(BlobsFloat(8), 1, cancellationToken: new CancellationToken(true));

        fit.Should().Throw<OperationCanceledException>();
        network.ComputeParametersSha256().Should().Be(SmallFloat().ComputeParametersSha256());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Fit_CostWouldBecomeNonFinite_SaysWhereAndTakesTheEpochBack(int workers)
    {
        // The first step throws the weights so far out that no answer would be finite after it.
        Network<float> network = SmallFloat();
        Dataset<float> set = BlobsFloat(8);
        string before = network.ComputeParametersSha256();
        var trainer = new GradientDescentTrainer<float>(network) { LearningRate = 1e38, Hooks = { WorkerCount = workers } };

        NonFiniteCostException thrown = trainer.Invoking(t => t.Fit(set, 10)).Should().Throw<NonFiniteCostException>()
            .WithMessage("*epoch 1, step 1*learning rate below 1E+38*scaled*").Which;

        thrown.Epoch.Should().Be(1);
        thrown.Step.Should().Be(1);
        double.IsFinite(thrown.Cost).Should().BeFalse();
        trainer.EpochsCompleted.Should().Be(0);
        trainer.History.Should().BeEmpty();
        network.ComputeParametersSha256().Should().Be(before);
    }

    /// <summary>A class whose logit is −∞ has a probability of 0, and no number on the way to the cost is NaN.</summary>
    [Fact]
    public void Fit_CostIsInfinite_SaysSoAndKeepsTheParameters()
    {
        Network<float> network = SmallFloat();
        network.Layers[1].Biases[0] = float.NegativeInfinity;
        string before = network.ComputeParametersSha256();
        var trainer = new GradientDescentTrainer<float>(network);

        trainer.Invoking(t => t.Fit(BlobsFloat(8), 1)).Should().Throw<NonFiniteCostException>()
            .Which.Cost.Should().Be(double.PositiveInfinity);

        network.ComputeParametersSha256().Should().Be(before);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(3, false)]
    [InlineData(3, true)]
    public void Fit_WeightsBecomeInfiniteInAnEpoch_AreLeftOutWhereTheFeatureIsZero(int workers, bool byUnits)
    {
        // The first sample has the first feature alone, and one step makes its weights infinite: 1e25 · 1e10 · 1e6 is too large for
        // a float. The others have all features but that one, so nearly all of their inputs count.
        const int Features = 20, Samples = 4, Units = 16;
        const long Seed = 1;
        int first = Order(Seed, epoch: 0, Samples)[0];
        Matrix<float> features = Matrix<float>.Build.Dense(
            Features, Samples, (i, j) => (j == first) != (i == 0) ? 0 : j == first ? 1e6f : 1);
        var network = new Network<float>(
        [
            new(Matrix<float>.Build.Dense(Units, Features, (_, j) => j == 0 ? 0 : 0.5f), Vector<float>.Build.Dense(Units), new Tanh<float>()),
            new(Matrix<float>.Build.Dense(2, Units, (i, _) => i == 0 ? 1e10f : -1e10f), Vector<float>.Build.Dense(2), new Softmax<float>()),
        ]);
        var trainer = new GradientDescentTrainer<float>(network)
        {
            LearningRate = 1e25,
            BatchSize = 1,
            Seed = Seed,
            Hooks =
            {
                WorkerCount = workers,
                CutsFirstLayerByUnits = byUnits,
            },
        };

        TrainingResult result = trainer.Fit(Dataset<float>.FromMatrix(features, new int[Samples], 2), epochs: 1);

        network.Layers[0].Weights.Column(0).Should().OnlyContain(weight => float.IsInfinity(weight));
        network.Layers[0].Weights.RemoveColumn(0).Enumerate().Should().OnlyContain(weight => float.IsFinite(weight));
        double.IsFinite(result.Epochs[0].Training.Cost.Sum).Should().BeTrue();

        // The same weights from the start.
        features = Matrix<float>.Build.Dense(Features, Samples, (i, _) => i == 0 ? 0 : 1);
        result = trainer.Fit(Dataset<float>.FromMatrix(features, new int[Samples], 2), epochs: 1);
        double.IsFinite(result.Epochs[0].Training.Cost.Sum).Should().BeTrue();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-0.1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void LearningRate_NotPositiveOrNotFinite_IsRefused(double rate)
    {
        Action set = () => _ = new GradientDescentTrainer<double>(Small()) { LearningRate = rate };

        set.Should().Throw<ArgumentOutOfRangeException>().WithMessage("The learning rate must be positive and finite as a Double.*");
    }

    [Fact]
    public void LearningRate_TooLargeForFloat_IsRefused()
    {
        Action set = () => _ = new GradientDescentTrainer<float>(SmallFloat()) { LearningRate = 1e39 };

        set.Should().Throw<ArgumentOutOfRangeException>();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Sizes_NotPositive_AreRefused(int value)
    {
        var trainer = new GradientDescentTrainer<double>(Small());

        trainer.Invoking(t => t.BatchSize = value).Should().Throw<ArgumentOutOfRangeException>();
        trainer.Invoking(t => t.MaxDegreeOfParallelism = value).Should().Throw<ArgumentOutOfRangeException>();
        if (value < 0)
        {
            trainer.Invoking(t => t.Fit(Blobs(4), value)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("epochs");
        }
    }

    [Fact]
    public void Arguments_Null_AreRefused()
    {
        var trainer = new GradientDescentTrainer<double>(Small());

        trainer.Invoking(t => t.Fit(null!, 1)).Should().Throw<ArgumentNullException>().WithParameterName("training");
        trainer.Invoking(t => t.Loss = null!).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => new GradientDescentTrainer<double>(null!)).Should().Throw<ArgumentNullException>();
    }

    [Fact]
    public void Fit_WrongNumberOfFeatures_NamesTheLayer()
    {
        var trainer = new GradientDescentTrainer<double>(new Network<double>([3, 4, 2], new Relu<double>(), 1));

        trainer.Invoking(t => t.Fit(Blobs(4), 1)).Should().Throw<ArgumentException>()
            .WithMessage("Layer 1 (3 -> 4, Relu) expects 3 rows, but the training set was 2 x 4.*").WithParameterName("training");
    }

    [Fact]
    public void Fit_WrongNumberOfClasses_SaysSo()
    {
        var trainer = new GradientDescentTrainer<double>(new Network<double>([2, 4, 3], new Relu<double>(), 1));

        trainer.Invoking(t => t.Fit(Blobs(4), 1)).Should().Throw<ArgumentException>()
            .WithMessage("The training set must have the network's number of classes, 3, but has 2.*").WithParameterName("training");
    }

    [Fact]
    public void Fit_ValidationSetThatDoesNotFit_IsNamed()
    {
        var trainer = new GradientDescentTrainer<double>(Small());
        Dataset<double> threeFeatures = Dataset<double>.FromMatrix(Matrix<double>.Build.Dense(3, 2, 1), [0, 1], 2);
        Dataset<double> threeClasses = Dataset<double>.FromMatrix(Matrix<double>.Build.Dense(2, 4, 1), [0, 1, 2, 1], 3);

        trainer.Invoking(t => t.Fit(Blobs(4), 1, threeFeatures)).Should().Throw<ArgumentException>()
            .WithMessage("Layer 1 (2 -> *) expects 2 rows, but the validation set was 3 x 2. A sample is a column: *transpose.*")
            .WithParameterName("validation");
        trainer.Invoking(t => t.Fit(Blobs(4), 1, threeClasses)).Should().Throw<ArgumentException>()
            .WithMessage("The validation set must have the network's number of classes, 2, but has 3.*").WithParameterName("validation");
    }

    [Fact]
    public void MaxWorkers_MoreThanTheWorkIsWorth_AreNotUsed()
    {
        TrainingResult result = new GradientDescentTrainer<double>(Small()) { MaxDegreeOfParallelism = 64 }.Fit(Blobs(4), 1);

        result.WorkerCount.Should().Be(1);
    }

    internal static Dataset<double> Blobs(int count, int seed = 1)
    {
        var random = new Random(seed);
        int[] labels = [.. Enumerable.Range(0, count).Select(_ => random.Next(2))];
        Matrix<double> features = Matrix<double>.Build.Dense(2, count, (i, j) => ((i == labels[j] ? 1 : -1) * 0.8) + random.NextDouble() - 0.5);
        return Dataset<double>.FromMatrix(features, labels, classCount: 2);
    }

    internal static Dataset<float> BlobsFloat(int count)
    {
        Dataset<double> set = Blobs(count);
        return Dataset<float>.FromMatrix(set.ToMatrix().Map(value => (float)value), set.Labels, 2);
    }

    private static Network<double> Small() => new([2, 5, 2], new Tanh<double>(), seed: 1);

    private static Network<float> SmallFloat() => new([2, 5, 2], new Relu<float>(), seed: 1);

    private static Network<float> Hidden40() => new([2, 40, 2], new Relu<float>(), seed: 1);

    private static void Halve(Network<float> network)
    {
        foreach (DenseLayer<float> layer in network.Layers)
        {
            layer.Weights.Multiply(0.5f, layer.Weights);
        }
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

    private static int[] Order(long seed, int epoch, int count)
    {
        int[] order = new int[count];
        Core.Initialization.RandomSequence.ForShuffle(seed, epoch).Permutation(order);
        return order;
    }

    private static Dataset<double> Pick(Dataset<double> set, int[] indices)
    {
        Matrix<double> features = set.ToMatrix();
        int[] labels = set.Labels.ToArray();
        return Dataset<double>.FromMatrix(
            Matrix<double>.Build.DenseOfColumnVectors(indices.Select(features.Column)), [.. indices.Select(i => labels[i])], set.ClassCount);
    }

    private sealed class Faulty : IActivation<double>
    {
        private int _calls;

        public void Evaluate(ReadOnlySpan<double> z, Span<double> a)
        {
            if (Interlocked.Increment(ref _calls) == 7)
            {
                throw new FormatException("faulty");
            }

            z.CopyTo(a);
        }

        public void MultiplyByDerivative(ReadOnlySpan<double> z, ReadOnlySpan<double> a, Span<double> gradient)
        {
        }
    }
}
