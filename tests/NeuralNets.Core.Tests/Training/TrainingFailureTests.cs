using NeuralNets.Core.Activations;
using NeuralNets.Core.Data;
using NeuralNets.Core.Training;

namespace NeuralNets.Core.Tests.Training;

/// <summary>Training that is cancelled, or fails.</summary>
public sealed class TrainingFailureTests
{
    [Fact]
    public void Fit_ActivationThrowsInOneWorker_EndsWithThatException()
    {
        var network = new Network<double>([2, 4, 2], new Faulty(), seed: 1);
        var trainer = new GradientDescentTrainer<double>(network) { BatchSize = 16, Hooks = { WorkerCount = 3 } };

        Action fit = () => trainer.Fit(SmallTraining.Blobs(64), 5);

        fit.Should().Throw<FormatException>().WithMessage("faulty");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Fit_Cancelled_StopsWithinAStepAndKeepsWhatWasLearned(int workers)
    {
        using var source = new CancellationTokenSource();
        Network<float> network = SmallTraining.SmallFloat();
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

        Action fit = () => trainer.Fit(SmallTraining.BlobsFloat(64), 100, cancellationToken: source.Token);

        fit.Should().Throw<OperationCanceledException>().Which.CancellationToken.Should().Be(source.Token);
        steps.Should().Be(6);
        trainer.EpochsCompleted.Should().Be(1);
        network.ComputeParametersSha256().Should().NotBe(SmallTraining.SmallFloat().ComputeParametersSha256());
    }

    [Fact]
    public void Fit_AlreadyCancelled_DoesNothing()
    {
        Network<float> network = SmallTraining.SmallFloat();

        Action fit = () => new GradientDescentTrainer<float>(network)
            .Fit(SmallTraining.BlobsFloat(8), 1, cancellationToken: new CancellationToken(true));

        fit.Should().Throw<OperationCanceledException>();
        network.ComputeParametersSha256().Should().Be(SmallTraining.SmallFloat().ComputeParametersSha256());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Fit_CostWouldBecomeNonFinite_SaysWhereAndTakesTheEpochBack(int workers)
    {
        // The first step throws the weights so far out that no answer would be finite after it.
        Network<float> network = SmallTraining.SmallFloat();
        Dataset<float> set = SmallTraining.BlobsFloat(8);
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
        Network<float> network = SmallTraining.SmallFloat();
        network.Layers[1].Biases[0] = float.NegativeInfinity;
        string before = network.ComputeParametersSha256();
        var trainer = new GradientDescentTrainer<float>(network);

        trainer.Invoking(t => t.Fit(SmallTraining.BlobsFloat(8), 1)).Should().Throw<NonFiniteCostException>()
            .Which.Cost.Should().Be(double.PositiveInfinity);

        network.ComputeParametersSha256().Should().Be(before);
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
