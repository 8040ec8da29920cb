using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Data;
using NeuralNets.Core.Training;

namespace NeuralNets.Core.Tests.Training;

/// <summary>The steps of training, the order of the samples, and what the arguments must be.</summary>
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
        Dataset<double> set = SmallTraining.Blobs(5);
        Network<double> network = SmallTraining.Small();
        var trainer = new GradientDescentTrainer<double>(network) { BatchSize = 4, Seed = 9, LearningRate = 0.2 };
        int[] order = SmallTraining.Order(seed: 9, epoch: 0, count: 5);
        Network<double> expected = SmallTraining.Small();
        var step = new GradientDescentTrainer<double>(expected) { LearningRate = 0.2 };
        step.Fit(SmallTraining.Pick(set, order[..4]), 1);
        step.Fit(SmallTraining.Pick(set, order[4..]), 1);

        trainer.Fit(set, epochs: 1);

        network.ComputeParametersSha256().Should().Be(expected.ComputeParametersSha256());
    }

    [Fact]
    public void Fit_SeveralEpochs_TrainsInAnOrderOfItsOwnInEach()
    {
        Dataset<double> set = SmallTraining.Blobs(6);
        Network<double> network = SmallTraining.Small();
        Network<double> expected = SmallTraining.Small();
        var step = new GradientDescentTrainer<double>(expected) { LearningRate = 0.2 };
        for (int epoch = 0; epoch < 3; epoch++)
        {
            foreach (int[] batch in SmallTraining.Order(seed: 9, epoch, count: 6).Chunk(2))
            {
                step.Fit(SmallTraining.Pick(set, batch), 1);
            }
        }

        new GradientDescentTrainer<double>(network) { BatchSize = 2, Seed = 9, LearningRate = 0.2 }.Fit(set, epochs: 3);

        network.ComputeParametersSha256().Should().Be(expected.ComputeParametersSha256());
        SmallTraining.Order(seed: 9, epoch: 1, count: 6).Should().NotEqual(SmallTraining.Order(seed: 9, epoch: 0, count: 6));
    }

    [Fact]
    public void Fit_FiveEpochsAndFiveMore_GivesTheBitsOfTen()
    {
        Dataset<float> set = SmallTraining.BlobsFloat(100);
        Network<float> whole = SmallTraining.SmallFloat();
        Network<float> halves = SmallTraining.SmallFloat();
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
        Dataset<float> set = SmallTraining.BlobsFloat(100);
        Network<float> one = SmallTraining.SmallFloat();
        Network<float> other = SmallTraining.SmallFloat();

        new GradientDescentTrainer<float>(one) { BatchSize = 16, Seed = 4 }.Fit(set, 2);
        new GradientDescentTrainer<float>(other) { BatchSize = 16, Seed = 5 }.Fit(set, 2);

        one.ComputeParametersSha256().Should().NotBe(other.ComputeParametersSha256());
    }

    [Theory]
    [InlineData(100)]
    [InlineData(1000)]
    public void Fit_BatchSizeOfTheSetOrMore_IsFullBatch(int batchSize)
    {
        Dataset<float> set = SmallTraining.BlobsFloat(100);
        Network<float> full = SmallTraining.SmallFloat();
        Network<float> batch = SmallTraining.SmallFloat();

        new GradientDescentTrainer<float>(full).Fit(set, 3);
        new GradientDescentTrainer<float>(batch) { BatchSize = batchSize, Seed = 7 }.Fit(set, 3);

        batch.ComputeParametersSha256().Should().Be(full.ComputeParametersSha256());
    }

    [Fact]
    public void Fit_SeparableClasses_LearnsThem()
    {
        Network<float> network = SmallTraining.SmallFloat();
        Dataset<float> set = SmallTraining.BlobsFloat(200);

        TrainingResult result = new GradientDescentTrainer<float>(network) { LearningRate = 0.1, BatchSize = 16, Seed = 1 }.Fit(set, 20);

        result.Epochs[^1].Training.Accuracy.Should().BeGreaterThan(0.97);
        result.Epochs[^1].Training.Cost.Mean.Should().BeLessThan(result.Epochs[0].Training.Cost.Mean / 2);
        result.SamplesPerSecond.Should().BePositive();
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
        int first = SmallTraining.Order(Seed, epoch: 0, Samples)[0];
        Matrix<float> features = Matrix<float>.Build.Dense(
            Features, Samples, (i, j) => (j == first) != (i == 0) ? 0 : j == first ? 1e6f : 1);
        var network = new Network<float>(
        [
            new(
                Matrix<float>.Build.Dense(Units, Features, (_, j) => j == 0 ? 0 : 0.5f),
                Vector<float>.Build.Dense(Units),
                new Tanh<float>()),
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

    [Fact]
    public void Arguments_Null_AreRefused()
    {
        var trainer = new GradientDescentTrainer<double>(SmallTraining.Small());

        trainer.Invoking(t => t.Fit(null!, 1)).Should().Throw<ArgumentNullException>().WithParameterName("training");
        trainer.Invoking(t => t.Loss = null!).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => new GradientDescentTrainer<double>(null!)).Should().Throw<ArgumentNullException>();
    }

    [Fact]
    public void Fit_WrongNumberOfFeatures_NamesTheLayer()
    {
        var trainer = new GradientDescentTrainer<double>(new Network<double>([3, 4, 2], new Relu<double>(), 1));

        trainer.Invoking(t => t.Fit(SmallTraining.Blobs(4), 1)).Should().Throw<ArgumentException>()
            .WithMessage("Layer 1 (3 -> 4, Relu) expects 3 rows, but the training set was 2 x 4.*").WithParameterName("training");
    }

    [Fact]
    public void Fit_WrongNumberOfClasses_SaysSo()
    {
        var trainer = new GradientDescentTrainer<double>(new Network<double>([2, 4, 3], new Relu<double>(), 1));

        trainer.Invoking(t => t.Fit(SmallTraining.Blobs(4), 1)).Should().Throw<ArgumentException>()
            .WithMessage("The training set must have the network's number of classes, 3, but has 2.*").WithParameterName("training");
    }

    [Fact]
    public void Fit_ValidationSetThatDoesNotFit_IsNamed()
    {
        var trainer = new GradientDescentTrainer<double>(SmallTraining.Small());
        Dataset<double> threeFeatures = Dataset<double>.FromMatrix(Matrix<double>.Build.Dense(3, 2, 1), [0, 1], 2);
        Dataset<double> threeClasses = Dataset<double>.FromMatrix(Matrix<double>.Build.Dense(2, 4, 1), [0, 1, 2, 1], 3);

        trainer.Invoking(t => t.Fit(SmallTraining.Blobs(4), 1, threeFeatures)).Should().Throw<ArgumentException>()
            .WithMessage("Layer 1 (2 -> *) expects 2 rows, but the validation set was 3 x 2. A sample is a column"
                + "*FromRows of a data set.*")
            .WithParameterName("validation");
        trainer.Invoking(t => t.Fit(SmallTraining.Blobs(4), 1, threeClasses)).Should().Throw<ArgumentException>()
            .WithMessage("The validation set must have the network's number of classes, 2, but has 3.*").WithParameterName("validation");
    }
}
