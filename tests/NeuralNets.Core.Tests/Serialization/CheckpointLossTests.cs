using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Data;
using NeuralNets.Core.Losses;
using NeuralNets.Core.Tests.Data;
using NeuralNets.Core.Tests.Losses;
using NeuralNets.Core.Training;

namespace NeuralNets.Core.Tests.Serialization;

/// <summary>A checkpoint holds the loss with its settings.</summary>
public sealed class CheckpointLossTests
{
    public static TheoryData<string> Names => [.. LossCase.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Load_AnyLoss_ContinuesWithTheBitsOfARunInOnePiece(string name)
    {
        using var folder = new TempDirectory();
        string path = folder.File("checkpoint");
        Dataset<double> set = Samples(name);
        GradientDescentTrainer<double> whole = Trainer(name);
        whole.Fit(set, 4);
        GradientDescentTrainer<double> first = Trainer(name);
        first.Fit(set, 2);
        CheckpointFile.Save(path, first);

        GradientDescentTrainer<double> second = CheckpointFile.Load<double>(path);
        second.Fit(set, 2);

        second.Loss.Should().BeOfType(whole.Loss!.GetType());
        second.Network.ComputeParametersSha256().Should().Be(whole.Network.ComputeParametersSha256());
    }

    [Fact]
    public void Load_OwnLoss_MustBeSetAgainBeforeTraining()
    {
        using var folder = new TempDirectory();
        string path = folder.File("checkpoint");
        Dataset<double> set = Samples("huber");
        GradientDescentTrainer<double> trainer = Trainer("huber");
        trainer.Loss = new HalfSquares<double>();
        trainer.Fit(set, 1);
        CheckpointFile.Save(path, trainer);

        GradientDescentTrainer<double> loaded = CheckpointFile.Load<double>(path);

        loaded.Loss.Should().BeNull();
        loaded.Invoking(it => it.Fit(set, 1)).Should().Throw<InvalidOperationException>()
            .WithMessage("*checkpoint*custom loss*set Loss*");
        loaded.Loss = new HalfSquares<double>();
        loaded.Fit(set, 1);
        trainer.Fit(set, 1);
        loaded.Network.ComputeParametersSha256().Should().Be(trainer.Network.ComputeParametersSha256());
    }

    [Theory]
    [InlineData("\\\"costOffset\\\":1E-09", 1e-9)]
    [InlineData("\\\"costOffset\\\":null", null)]
    public void Load_FileFromBeforeOtherLosses_HasItsOffset(string with, double? offset)
    {
        using var folder = new TempDirectory();
        string path = folder.File("checkpoint");
        GradientDescentTrainer<double> trainer = Trainer("softmax");
        trainer.Loss = new CrossEntropyLoss<double>(1e-9);
        CheckpointFile.Save(path, trainer);
        byte[] file = SafetensorsBytes.WithoutChecksums(File.ReadAllBytes(path));
        const string Loss = "\\\"loss\\\":{\\\"name\\\":\\\"CrossEntropy\\\",\\\"offset\\\":1E-09,\\\"labelSmoothing\\\":0}";
        File.WriteAllBytes(path, SafetensorsBytes.Replace(file, Loss, with));

        ILoss<double>? loss = CheckpointFile.Load<double>(path).Loss;

        (loss as CrossEntropyLoss<double>)?.Offset.Should().Be(offset);
        (loss is null).Should().Be(offset is null);
    }

    [Theory]
    [InlineData(
        "huber", "delta\\\":0.7", "delta\\\":-1",
        "a setting that is not one (*delta*")]
    [InlineData(
        "huber", "name\\\":\\\"Huber", "name\\\":\\\"Hubert",
        "there is no loss with the name Hubert")]
    [InlineData(
        "huber", "loss\\\":{\\\"name\\\":\\\"Huber\\\",\\\"delta\\\":0.7}", "loss\\\":7",
        "an object as loss")]
    [InlineData(
        "huber", ",\\\"delta\\\":0.7", "",
        "Huber needs delta, but has not")]
    [InlineData(
        "huber", "name\\\":\\\"Huber", "labelSmoothing\\\":0,\\\"positiveWeights\\\":[],\\\"name\\\":\\\"BinaryCrossEntropy",
        "does not belong to the network: BinaryCrossEntropyLoss belongs to*Sigmoid*Identity*MeanSquaredErrorLoss")]
    [InlineData(
        "multi-label weighted", "positiveWeights\\\":[0.5", "positiveWeights\\\":[0",
        "that of output 0")]
    [InlineData(
        "multi-label weighted", "positiveWeights\\\":[0.5,", "positiveWeights\\\":[",
        "for each of the 3 outputs, but there are 2")]
    [InlineData(
        "multi-label weighted", "positiveWeights\\\":[0.5", "positiveWeights\\\":[true",
        "a finite number as loss.positiveWeights")]
    [InlineData(
        "softmax smoothed", "labelSmoothing\\\":0.1", "labelSmoothing\\\":1",
        "below 1")]
    public void Load_LossThatIsNone_SaysWhat(string name, string old, string with, string message)
    {
        using var folder = new TempDirectory();
        string path = folder.File("checkpoint");
        CheckpointFile.Save(path, Trainer(name));
        File.WriteAllBytes(path, SafetensorsBytes.Replace(SafetensorsBytes.WithoutChecksums(File.ReadAllBytes(path)), old, with));

        FluentActions.Invoking(() => CheckpointFile.Load<double>(path)).Should().Throw<InvalidDataException>().WithMessage($"*{message}*");
    }

    private static GradientDescentTrainer<double> Trainer(string name) => new(LossCase.Network<double>(name, "Tanh", layers: 2))
    {
        Loss = LossCase.Loss<double>(name),
        BatchSize = 8,
    };

    private static Dataset<double> Samples(string name) =>
        LossCase.Samples(name, Matrix<double>.Build.Dense(4, 30, RandomValues.Create<double>(5, 120)));
}
