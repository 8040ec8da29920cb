using System.Numerics;
using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Data;
using NeuralNets.Core.Losses;
using NeuralNets.Core.Tests.Activations;
using NeuralNets.Core.Tests.Training;
using NeuralNets.Core.Training;

namespace NeuralNets.Core.Tests.Losses;

/// <summary>A loss that the library does not know trains a network whose outputs are values.</summary>
public sealed class LossSeamTests
{
    public static TheoryData<string, int> Cases
    {
        get
        {
            var cases = new TheoryData<string, int>();
            foreach (string activation in HiddenActivations.Names)
            {
                for (int layers = 1; layers <= 3; layers++)
                {
                    cases.Add(activation, layers);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Step_HalfSquares_DescendsTheNumericalGradient(string activation, int layers)
    {
        Network<double> network = NumericalGradient.WithBiases(Regression<double>(activation, layers), seed: 3);
        foreach (int samples in (int[])[1, 2, 7, 17])
        {
            Matrix<double> features = NumericalGradient.DrawFeatures(network, samples);
            Dataset<double> set = WithValues(features);

            NumericalGradient.CheckStep(
                network,
                copy => Trainer(copy, rate: 1).With(workers: 1, microBatchSize: 5).Fit(set, 1),
                moved => MeanCost(moved, features, set));
        }
    }

    [Fact]
    public void Fit_HalfSquares_ReportsTheCostAndNoAccuracy()
    {
        Network<double> network = Regression<double>("Tanh", layers: 2);
        Matrix<double> features = Matrix<double>.Build.Dense(4, 30, RandomValues.Create<double>(5, 120));
        Dataset<double> set = WithValues(features);
        double before = MeanCost(network, features, set);

        IReadOnlyList<EpochResult> epochs = Trainer(network, rate: 0.1).Fit(set, 50, set).Epochs;

        epochs[0].Training.Cost.Mean.Should().BeApproximately(before, 1e-12);
        epochs[^1].Validation!.Cost.Mean.Should().BeApproximately(MeanCost(network, features, set), 1e-12).And.BeLessThan(0.8 * before);
        epochs.Should().OnlyContain(epoch => epoch.Training.Accuracy == null && epoch.Validation!.Accuracy == null);
        epochs[0].ToString().Should().NotContain("accuracy");
        network.Evaluate(set, new HalfSquares<double>()).Should().Be(epochs[^1].Validation);
    }

    [Fact]
    public void Fit_ValuesOverWorkersCutsAndMicroBatches_GivesTheSameBits()
    {
        CheckBits<float>();
        CheckBits<double>();
    }

    [Fact]
    public void PredictLabels_NetworkOfValues_IsRefused()
    {
        Network<double> network = Regression<double>("Relu", layers: 2);
        Matrix<double> features = Matrix<double>.Build.Dense(4, 3, 0.5);

        network.Invoking(it => it.PredictLabels(features)).Should().Throw<InvalidOperationException>().WithMessage("*Softmax*Identity*");
        network.Invoking(it => it.PredictLabels(features.AsColumnMajorArray(), new int[3]))
            .Should().Throw<InvalidOperationException>().WithMessage("*Softmax*Identity*");
        network.Invoking(it => it.PredictLabels(WithValues(features)))
            .Should().Throw<InvalidOperationException>().WithMessage("*Softmax*Identity*");
    }

    [Fact]
    public void Loss_ThatDoesNotBelongToTheOutput_IsRefused()
    {
        var values = new GradientDescentTrainer<double>(Regression<double>("Relu", layers: 2));
        var labels = new GradientDescentTrainer<double>(SmallTraining.Small());
        Dataset<double> set = WithValues(Matrix<double>.Build.Dense(4, 3, 0.5));

        var unusual = new GradientDescentTrainer<double>(
            new Network<double>(4, [new LayerSpec<double>(3, new Tanh<double>())], seed: 1));

        unusual.Loss.Should().BeNull();
        unusual.Invoking(it => it.Fit(set, 1)).Should().Throw<InvalidOperationException>().WithMessage("*Tanh has no usual loss*Loss*");
        values.Loss.Should().BeOfType<MeanSquaredErrorLoss<double>>();
        values.Invoking(it => it.Loss = new CrossEntropyLoss<double>()).Should().Throw<ArgumentException>()
            .WithMessage("*Softmax*Identity*");
        labels.Invoking(it => it.Loss = new HalfSquares<double>()).Should().Throw<ArgumentException>().WithMessage("*Identity*Softmax*");
        labels.Network.Invoking(it => it.Evaluate(SmallTraining.Blobs(4), new HalfSquares<double>()))
            .Should().Throw<ArgumentException>().WithMessage("*Identity*Softmax*");
    }

    [Fact]
    public void Fit_ValuesForALossOfLabels_IsRefusedBeforeAnythingChanges()
    {
        var trainer = new GradientDescentTrainer<double>(SmallTraining.Small());
        var set = Dataset<double>.FromMatrix(Matrix<double>.Build.Dense(2, 3, 0.5), Targets<double>.FromValues(new double[6], 2));
        string before = trainer.Network.ComputeParametersSha256();

        trainer.Invoking(it => it.Fit(set, 1)).Should().Throw<ArgumentException>().WithMessage("*labels*the targets are values*");
        trainer.Network.Invoking(it => it.Evaluate(set)).Should().Throw<ArgumentException>().WithMessage("*the targets are values*");
        trainer.Network.ComputeParametersSha256().Should().Be(before);
    }

    [Fact]
    public void Fit_AnotherNumberOfValues_IsRefused()
    {
        Network<double> network = Regression<double>("Relu", layers: 2);
        var set = Dataset<double>.FromMatrix(Matrix<double>.Build.Dense(4, 3, 0.5), Targets<double>.FromValues(new double[6], 2));

        Trainer(network, rate: 1).Invoking(it => it.Fit(set, 1)).Should().Throw<ArgumentException>()
            .WithMessage("The training set must have a value for each of the 3 outputs, but has 2 per sample.*");
    }

    private static void CheckBits<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Dataset<T> set = WithValues(Matrix<T>.Build.Dense(4, 50, RandomValues.Create<T>(5, 200)));
        string Train(int workers, bool byUnits, int microBatchSize)
        {
            Network<T> network = Regression<T>("Tanh", layers: 3);
            GradientDescentTrainer<T> trainer = Trainer(network, rate: 0.1).With(workers, byUnits, microBatchSize);
            trainer.BatchSize = 20;
            IReadOnlyList<EpochResult> epochs = trainer.Fit(set, 3, set).Epochs;
            return $"{network.ComputeParametersSha256()} {epochs[^1].Training.Cost.Sum:R} {epochs[^1].Validation!.Cost.Sum:R}";
        }

        string expected = Train(workers: 1, byUnits: false, microBatchSize: 256);
        foreach (int workers in (int[])[1, 3])
        {
            foreach (bool byUnits in (bool[])[false, true])
            {
                Train(workers, byUnits, microBatchSize: 256).Should().Be(expected);
                Train(workers, byUnits, microBatchSize: 7).Should().Be(expected);
            }
        }
    }

    private static GradientDescentTrainer<T> Trainer<T>(Network<T> network, double rate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        new(network) { Loss = new HalfSquares<T>(), LearningRate = rate };

    private static Network<T> Regression<T>(string activation, int layers)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new(
            4,
            [
                .. Enumerable.Range(0, layers - 1).Select(
                    l => new LayerSpec<T>(l == 0 ? 34 : 5, HiddenActivations.Create<T>(activation, 0.2))),
                new(3, new Identity<T>()),
            ],
            seed: 3);

    private static Dataset<T> WithValues<T>(Matrix<T> features)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Dataset<T>.FromMatrix(
            features, Targets<T>.FromValues(RandomValues.Create<T>(8, 3 * features.ColumnCount, limit: 2), 3));

    private static double MeanCost(Network<double> network, Matrix<double> features, Dataset<double> set)
    {
        double[] outputs = network.Predict(features).AsColumnMajorArray();
        double[] targets = set.Targets.Values.ToArray();
        return outputs.Zip(targets, (z, y) => 0.5 * (z - y) * (z - y)).Sum() / features.ColumnCount;
    }
}
