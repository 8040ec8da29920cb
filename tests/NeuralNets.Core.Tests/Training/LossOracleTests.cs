using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Data;
using NeuralNets.Core.Losses;
using NeuralNets.Core.Tests.Backends;
using NeuralNets.Core.Training;

namespace NeuralNets.Core.Tests.Training;

/// <summary>Losses train as the reference does, on every backend: costs, parameters after every step, outputs.</summary>
public sealed class LossOracleTests
{
    public static TheoryData<string> Names =>
    [
        "loss-cross-entropy-smoothed", "loss-binary-one-output", "loss-binary-multi-label", "loss-mean-squared-error",
        "loss-mean-absolute-error", "loss-huber",
    ];

    [Theory]
    [MemberData(nameof(Names))]
    public void Fit_InDouble_FollowsEveryStepOfTheReferenceTo1EMinus10(string name) => Follow(name, "managed");

    [MklTheory]
    [MemberData(nameof(Names))]
    public void Fit_InDoubleByMkl_FollowsEveryStepOfTheReferenceTo1EMinus10(string name) => Follow(name, "mkl");

    [Theory]
    [MemberData(nameof(Names))]
    public void Fit_InDoubleByMathNet_FollowsEveryStepOfTheReferenceTo1EMinus10(string name) => Follow(name, "mathnet");

    /// <summary>Yes or no as class labels is the same as as values, to the bit.</summary>
    [Fact]
    public void Fit_LabelsOfOneOutput_GivesTheBitsOfValues()
    {
        TrainingOracle oracle = TrainingOracle.Load("loss-binary-one-output");
        Dataset<double> values = oracle.Samples<double>([.. Enumerable.Range(0, oracle.Count)]);
        int[] labels = [.. values.Targets.Values.ToArray().Select(value => (int)value)];
        Dataset<double> labeled = Dataset<double>.FromMatrix(values.ToMatrix(), labels, classCount: 2);

        (Network<double> Network, TrainingResult Result) ofValues = Train(oracle, values);
        (Network<double> Network, TrainingResult Result) ofLabels = Train(oracle, labeled);

        ofLabels.Network.ComputeParametersSha256().Should().Be(ofValues.Network.ComputeParametersSha256());
        ofLabels.Result.Epochs.Select(epoch => epoch.Training.Cost).Should()
            .Equal(ofValues.Result.Epochs.Select(epoch => epoch.Training.Cost));
        ofValues.Result.Epochs.Should().OnlyContain(epoch => epoch.Training.Accuracy == null);
        Matrix<double> probabilities = ofLabels.Network.Predict(labeled);
        int correct = labels.Where((label, j) => (probabilities[0, j] >= 0.5 ? 1 : 0) == label).Count();
        correct.Should().BeInRange(1, oracle.Count, "the network has learned something");
        ofLabels.Network.Evaluate(labeled).Accuracy.Should().Be((double)correct / oracle.Count);
    }

    private static void Follow(string name, string backend)
    {
        TrainingOracle oracle = TrainingOracle.Load(name);
        oracle.Follow(trainer =>
        {
            trainer.Loss = Create(oracle);
            trainer.Backend = TestBackends.Create(backend);
        });
    }

    private static (Network<double> Network, TrainingResult Result) Train(TrainingOracle oracle, Dataset<double> set)
    {
        Network<double> network = oracle.InitialNetwork<double>();
        return (network, new GradientDescentTrainer<double>(network) { BatchSize = 8, LearningRate = 0.2 }.Fit(set, 20));
    }

    private static ILoss<double> Create(TrainingOracle oracle) => oracle.Loss switch
    {
        "cross-entropy" => new CrossEntropyLoss<double>(labelSmoothing: oracle.LabelSmoothing),
        "binary-cross-entropy" => new BinaryCrossEntropyLoss<double>(oracle.LabelSmoothing, oracle.PositiveWeights),
        "mean-squared-error" => new MeanSquaredErrorLoss<double>(),
        "mean-absolute-error" => new MeanAbsoluteErrorLoss<double>(),
        "huber" => new HuberLoss<double>(oracle.Delta),
        _ => throw new InvalidDataException(oracle.Loss),
    };
}
