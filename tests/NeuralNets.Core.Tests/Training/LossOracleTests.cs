using NeuralNets.Core.Losses;

namespace NeuralNets.Core.Tests.Training;

/// <summary>Losses train as the reference does: costs, parameters after every step, outputs.</summary>
public sealed class LossOracleTests
{
    [Fact]
    public void Fit_MeanSquaredErrorInDouble_FollowsEveryStepOfTheReferenceTo1EMinus10() =>
        TrainingOracle.Load("loss-mean-squared-error").Follow(trainer => trainer.Loss = new MeanSquaredErrorLoss<double>());
}
