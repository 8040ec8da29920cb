using FsCheck;
using FsCheck.Fluent;
using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Data;
using NeuralNets.Core.Tests.Training;
using NeuralNets.Core.Training;

namespace NeuralNets.Core.Tests.Data;

/// <summary>Data sets from rows and values, parts of them, and weights of their samples.</summary>
public sealed class DatasetPartsTests
{
    [Fact]
    public void FromRows_LabelsAndValues_AreThoseOfTheTransposedMatrix()
    {
        double[][] rows = [[1, 2, 3], [4, 5, 6]];
        Matrix<double> matrix = Matrix<double>.Build.DenseOfRowArrays(rows);
        double[][] values = [[7, 8], [9, 10]];

        foreach (Dataset<double> set in (Dataset<double>[])[
            Dataset<double>.FromRows(rows, [1, 0], 2), Dataset<double>.FromRows(matrix, [1, 0], 2)])
        {
            set.ToMatrix().Should().Be(matrix.Transpose());
            set.Labels.ToArray().Should().Equal(1, 0);
        }

        foreach (Dataset<double> set in (Dataset<double>[])[
            Dataset<double>.FromRows(rows, values),
            Dataset<double>.FromRows(matrix, Matrix<double>.Build.DenseOfRowArrays(values)),
            Dataset<double>.FromMatrix(matrix.Transpose(), Matrix<double>.Build.DenseOfColumnArrays(values))])
        {
            set.ToMatrix().Should().Be(matrix.Transpose());
            (set.ValueCount, set.ClassCount).Should().Be((2, 0));
            set.Values.ToArray().Should().Equal(7, 8, 9, 10);
        }

        Dataset<double>.FromRows(rows, new double[] { 7, 8 }).Values.ToArray().Should().Equal(7, 8);
        Dataset<double>.FromMatrix(matrix.Transpose(), new double[] { 7, 8 }).ValueCount.Should().Be(1);
    }

    [Fact]
    public void FromRows_WhatDoesNotFit_IsRefusedWithItsPlace()
    {
        double[][] rows = [[1, 2], [3, 4], [5, double.NaN]];

        Refuses(
            () => Dataset<double>.FromRows([[1, 2], [3]], [0, 1], 2),
            "All rows must have as many numbers, but row 0 has 2 and row 1 has 1.*");
        Refuses(() => Dataset<double>.FromRows([], [0], 2), "A data set needs at least one sample, but there was no row.*");
        Refuses(() => Dataset<double>.FromRows([[]], [0], 2), "A row needs at least one number*");
        Refuses(() => Dataset<double>.FromRows(rows, [0, 1, 0], 2), "Features must be finite, but feature 1 of sample 2 is NaN.*");
        Refuses(() => Dataset<double>.FromRows([[1, 2]], new double[] { 1, 2 }), "There must be one target per sample*2 targets.*");
        Refuses(
            () => Dataset<double>.FromMatrix(Matrix<double>.Build.Dense(2, 3), new double[] { 1, 2 }),
            "There must be one target per sample*A sample is a column: if yours are rows, use FromRows.*");
        Refuses(
            () => Dataset<double>.FromMatrix(Matrix<double>.Build.Dense(2, 3), Matrix<double>.Build.Dense(0, 3)),
            "A sample needs at least one target*");
        FluentActions.Invoking(() => Dataset<double>.FromRows(null!, [0], 2)).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => Dataset<double>.FromRows([null!], [0], 2)).Should().Throw<ArgumentNullException>();
    }

    [Fact]
    public void Folds_AnySet_CoverItOnceInEqualParts() => Prop.ForAll(
        Gen.Choose(2, 60).SelectMany(count => Gen.Choose(2, count).SelectMany(folds => Gen.Choose(0, 9999).Select(seed =>
            (count, folds, seed)))).ToArbitrary(),
        given =>
        {
            IReadOnlyList<(Dataset<double> Training, Dataset<double> Validation)> folds =
                Numbered(given.count).Folds(given.folds, given.seed);
            int[][] parts = [.. folds.Select(fold => Numbers(fold.Validation))];
            int[] sizes = [.. parts.Select(part => part.Length)];
            return parts.SelectMany(part => part).Order().SequenceEqual(Enumerable.Range(0, given.count))
                && sizes.Max() - sizes.Min() <= 1
                && folds.All(fold => Numbers(fold.Training).Concat(Numbers(fold.Validation)).Order()
                    .SequenceEqual(Enumerable.Range(0, given.count)))
                && folds.All(fold => Numbers(fold.Training).SequenceEqual(Numbers(fold.Training).Order()));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Folds_Stratified_HaveTheSharesOfTheClasses()
    {
        Dataset<double> set = Numbered(103, i => i % 10 == 0 ? 0 : i % 3 == 0 ? 1 : 2);
        int[] counts = set.CountLabels();
        foreach (int folds in (int[])[2, 3, 5, 11])
        {
            IReadOnlyList<(Dataset<double> Training, Dataset<double> Validation)> parts = set.Folds(folds, seed: 4, stratify: true);
            parts.SelectMany(part => Numbers(part.Validation)).Order().Should().Equal(Enumerable.Range(0, 103));
            foreach ((Dataset<double> _, Dataset<double> fold) in parts)
            {
                fold.Count.Should().BeInRange(103 / folds, (103 / folds) + 1);
                for (int label = 0; label < 3; label++)
                {
                    fold.CountLabels()[label].Should().BeInRange(counts[label] / folds, (counts[label] / folds) + 1);
                }
            }
        }
    }

    [Theory]
    [InlineData(0.25)]
    [InlineData(0.1)]
    [InlineData(0.5)]
    public void Split_Stratified_HasTheSharesOfTheClasses(double fraction)
    {
        Dataset<double> set = Numbered(150, i => i < 100 ? 0 : i < 120 ? 1 : 2);

        (Dataset<double> training, Dataset<double> validation) = set.Split(fraction, seed: 3, stratify: true);

        validation.Count.Should().Be((int)Math.Round(150 * fraction));
        Numbers(training).Concat(Numbers(validation)).Order().Should().Equal(Enumerable.Range(0, 150));
        foreach ((int label, int count) in set.CountLabels().Index())
        {
            validation.CountLabels()[label].Should().BeInRange((int)(count * fraction), (int)Math.Ceiling(count * fraction));
        }

        set.Split(fraction, seed: 3, stratify: true).Validation.Labels.ToArray().Should().Equal(validation.Labels.ToArray());
    }

    [Fact]
    public void StratifiedParts_ThatLeaveAClassOut_AreRefused()
    {
        Dataset<double> set = Numbered(20, i => i == 7 ? 1 : i == 8 || i == 9 ? 2 : 0);
        Dataset<double> values = Dataset<double>.FromRows([[1], [2], [3]], new double[] { 1, 2, 3 });

        Refuses(
            () => set.Split(0.5, 1, stratify: true),
            "Both sets of a split need a sample of each class, but class 1 has 1 of the 20 samples.*");
        Refuses(() => set.Folds(2, 1, stratify: true), "2 folds need at least 2 samples of each class, but class 1 has 1 of*");
        FluentActions.Invoking(() => values.Folds(2, 1, stratify: true)).Should().Throw<InvalidOperationException>()
            .WithMessage("Stratified parts need class labels*");
        FluentActions.Invoking(() => values.WithBalancedClasses()).Should().Throw<InvalidOperationException>();
        FluentActions.Invoking(() => set.Folds(1, 1)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => set.Folds(21, 1)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Subset_Positions_KeepTargetsAndWeights()
    {
        Dataset<double> set = Numbered(5, i => i % 2).WithWeights([1, 2, 3, 4, 5]);

        Dataset<double> subset = set.Subset([4, 0, 4]);

        Numbers(subset).Should().Equal(4, 0, 4);
        subset.Labels.ToArray().Should().Equal(0, 0, 0);
        subset.Weights.ToArray().Should().Equal(5, 1, 5);
        subset.Take(2).Weights.ToArray().Should().Equal(5, 1);
        Refuses(() => set.Subset([]), "A data set needs at least one sample*");
        Refuses(() => set.Subset([0, 5]), "Positions must be between 0 and 4, but element 1 is 5.*");
        Refuses(() => set.Subset([-1]), "Positions must be between 0 and 4, but element 0 is -1.*");
    }

    [Fact]
    public void WithWeights_ThatAreNone_AreRefusedWithTheSample()
    {
        Dataset<double> set = Numbered(3);

        Refuses(() => set.WithWeights([1, 2]), "There must be one weight per sample: there are 3 samples, but 2 weights.*");
        Refuses(() => set.WithWeights([1, -1, 1]), "Weights must be finite and not negative, but that of sample 1 is -1.*");
        Refuses(() => set.WithWeights([1, 1, double.NaN]), "*that of sample 2 is NaN.*");
        Refuses(() => set.WithWeights([1, double.PositiveInfinity, 1]), "*that of sample 1 is *");
        Refuses(() => set.WithWeights([0, 0, 0]), "Weights must have a positive and finite sum, but theirs is 0.*");
        Refuses(() => set.WithWeights([1e308, 1e308, 0]), "Weights must have a positive and finite sum*");
    }

    [Fact]
    public void WithBalancedClasses_UnequalClasses_CountTheSame()
    {
        // Twelve of class 0, three of class 2, none of class 1: n/(K·n_c) with the two that are there.
        Dataset<double> set = Numbered(15, i => i % 5 == 0 ? 2 : 0, classes: 3).WithBalancedClasses();

        set.Weights.ToArray().Should().Equal(set.Labels.ToArray().Select(label => label == 0 ? 15 / 24.0 : 15 / 6.0));
        set.ToString().Should().Be("15 samples of 1 features in 3 classes, with weights");
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(3, true)]
    public void Fit_WeightsOfOneOrTwice_ChangeNoBit(int workers, bool byUnits)
    {
        Dataset<float> set = SmallTraining.BlobsFloat(60);
        double[] weights = [.. Enumerable.Range(0, 60).Select(i => 0.1 + (i % 7))];

        Train(set.WithWeights([.. Enumerable.Repeat(1.0, 60)])).Sha256.Should().Be(Train(set).Sha256);
        (string sha256, EpochResult epoch) = Train(set.WithWeights(weights));
        (string doubled, EpochResult doubledEpoch) = Train(set.WithWeights([.. weights.Select(weight => 2 * weight)]));
        doubled.Should().Be(sha256).And.NotBe(Train(set).Sha256);
        doubledEpoch.Training.Should().Be(epoch.Training);

        (string Sha256, EpochResult Last) Train(Dataset<float> data)
        {
            Network<float> network = SmallTraining.Hidden40();
            var trainer = new GradientDescentTrainer<float>(network) { BatchSize = 13, LearningRate = 0.1 };
            EpochResult last = trainer.With(workers, byUnits, microBatchSize: 5).Fit(data, 3).Epochs[^1];
            return (network.ComputeParametersSha256(), last with { TrainingTime = TimeSpan.Zero });
        }
    }

    [Fact]
    public void Fit_WeightK_IsTheSampleKTimes()
    {
        Dataset<double> set = SmallTraining.Blobs(20);
        int[] times = [.. Enumerable.Range(0, 20).Select(i => i % 4)]; // some of them not at all
        int[] repeated = [.. Enumerable.Range(0, 20).SelectMany(i => Enumerable.Repeat(i, times[i]))];

        Network<double> weighted = Train(set.WithWeights([.. times.Select(time => (double)time)]), out Score score);
        Network<double> copied = Train(set.Subset(repeated), out Score copiedScore);

        for (int l = 0; l < 2; l++)
        {
            (weighted.Layers[l].Weights - copied.Layers[l].Weights).InfinityNorm().Should().BeLessThan(1e-13);
        }

        score.Cost.Mean.Should().BeApproximately(copiedScore.Cost.Mean, 1e-13);
        score.Accuracy.Should().BeApproximately(copiedScore.Accuracy!.Value, 1e-13);
        score.Unweighted!.Cost.SampleCount.Should().Be(20);
        copiedScore.Unweighted.Should().BeNull();

        static Network<double> Train(Dataset<double> data, out Score score)
        {
            Network<double> network = SmallTraining.Small();
            score = new GradientDescentTrainer<double>(network) { LearningRate = 0.5 }.Fit(data, 30).Epochs[^1].Training;
            return network;
        }
    }

    [Fact]
    public void Fit_WeightedValidationSet_CountsWithItsOwnWeights()
    {
        Dataset<double> validation = SmallTraining.Blobs(6, seed: 9).WithWeights([1, 0, 0, 0, 0, 0]);
        Network<double> network = SmallTraining.Small();

        Score score = new GradientDescentTrainer<double>(network).Fit(SmallTraining.Blobs(10), 1, validation).Epochs[0].Validation!;

        score.Cost.Mean.Should().BeApproximately(network.Evaluate(validation.Subset([0])).Cost.Mean, 1e-14);
        score.Unweighted!.Cost.Mean.Should().BeApproximately(network.Evaluate(SmallTraining.Blobs(6, seed: 9)).Cost.Mean, 1e-14);
        network.Evaluate(validation).Should().Be(score);
    }

    [Fact]
    public void Load_CheckpointAndAnotherSetOfTargets_IsRefused()
    {
        using var folder = new TempDirectory();
        string path = folder.File("checkpoint");
        Dataset<double> set = SmallTraining.Blobs(12).WithWeights([.. Enumerable.Range(1, 12).Select(i => (double)i)]);
        var trainer = new GradientDescentTrainer<double>(SmallTraining.Small());
        trainer.Fit(set, 2, set);
        CheckpointFile.Save(path, trainer);

        GradientDescentTrainer<double> loaded = CheckpointFile.Load<double>(path);

        loaded.History.Select(epoch => (epoch.Training, epoch.Validation))
            .Should().Equal(trainer.History.Select(epoch => (epoch.Training, epoch.Validation)));
        foreach (Dataset<double> other in (Dataset<double>[])[SmallTraining.Blobs(12), set.WithBalancedClasses()])
        {
            loaded.Invoking(it => it.Fit(other, 1)).Should().Throw<ArgumentException>().WithMessage("*same training set*");
        }

        loaded.Fit(set, 1);
    }

    private static void Refuses(Action action, string message) => action.Should().Throw<ArgumentException>().WithMessage(message);

    private static Dataset<double> Numbered(int count, Func<int, int>? label = null, int classes = 3) => Dataset<double>.FromMatrix(
        Matrix<double>.Build.Dense(1, count, (_, j) => j), (int[])[.. Enumerable.Range(0, count).Select(label ?? (_ => 0))], classes);

    private static int[] Numbers(Dataset<double> set) => [.. set.ToMatrix().Row(0).Select(number => (int)number)];
}
