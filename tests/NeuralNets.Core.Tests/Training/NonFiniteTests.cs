using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Data;
using NeuralNets.Core.Losses;
using NeuralNets.Core.Training;

namespace NeuralNets.Core.Tests.Training;

/// <summary>What is infinite is found, wherever it comes from.</summary>
public sealed class NonFiniteTests
{
    [Theory]
    [InlineData(1e29f, 1, 0, true)]
    [InlineData(1e31f, 1, 0, false)]
    [InlineData(1, 1, 1e31f, false)] // a bias alone
    [InlineData(1, 1e31f, 0, false)]
    [InlineData(1, float.NaN, 0, false)]
    [InlineData(1, 1, float.NaN, false)]
    public void IsFinite_FeaturesWeightsAndBiases_AllCount(float feature, float weight, float bias, bool isFinite)
    {
        var network = new Network<float>(
        [
            new(Matrix<float>.Build.Dense(1, 1, weight), Vector<float>.Build.Dense(1, bias), new Identity<float>()),
            new(Matrix<float>.Build.Dense(1, 1, 1), Vector<float>.Build.Dense(1), new Identity<float>()),
        ]);

        AnswerBound.IsFinite(network, feature).Should().Be(isFinite);
    }

    [Theory]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    [InlineData(double.NaN)]
    public void Fit_CostThatIsNotFiniteOfOneSample_EndsTraining(double cost)
    {
        var network = new Network<double>([1, 2, 1], new Tanh<double>(), new Identity<double>(), seed: 1);
        string before = network.ComputeParametersSha256();
        var trainer = new GradientDescentTrainer<double>(network) { Loss = new Costs(cost), BatchSize = 2 };
        Dataset<double> set = Dataset<double>.FromRows([[1], [2], [3]], new double[] { 0, 0, 7 });

        trainer.Invoking(it => it.Fit(set, 1)).Should().Throw<NonFiniteCostException>();

        network.ComputeParametersSha256().Should().Be(before);
    }

    [Fact]
    public void Fit_NormThatOverflows_DoesNotPassForAnUpdateOfNothing()
    {
        var network = new Network<double>([1, 1], new Tanh<double>(), new Identity<double>(), seed: 1);
        var trainer = new GradientDescentTrainer<double>(network)
        {
            Loss = new MeanAbsoluteErrorLoss<double>(),
            MaxGradientNorm = 1,
        };
        Dataset<double> set = Dataset<double>.FromRows([[1e200]], new double[] { 0 });

        trainer.Invoking(it => it.Fit(set, 1)).Should().Throw<NonFiniteCostException>();
    }

    /// <summary>A loss without a gradient, whose cost for the target 7 is given.</summary>
    private sealed class Costs(double cost) : ILoss<double>
    {
        public void CheckOutput(ILayerActivation<double> output, int outputCount)
        {
        }

        public void Evaluate(ReadOnlySpan<double> logits, TargetBatch<double> targets, Span<double> derivatives, Span<double> costs)
        {
            derivatives.Clear();
            for (int i = 0; i < costs.Length; i++)
            {
                costs[i] = targets.Values[i] == 7 ? cost : 0;
            }
        }
    }
}
