using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Data;
using NeuralNets.Core.Evaluation;
using NeuralNets.Core.Losses;
using NeuralNets.Core.Tests.Activations;
using NeuralNets.Core.Tests.Losses;
using NeuralNets.Core.Tests.Training;
using NeuralNets.Core.Training;

namespace NeuralNets.Core.Tests.Evaluation;

public sealed class GradientCheckTests
{
    private const int SampleCount = 9;

    public static TheoryData<string, string, bool> Cases
    {
        get
        {
            var cases = new TheoryData<string, string, bool>();
            foreach (string activation in HiddenActivations.Names)
            {
                foreach (string loss in (string[])["cross-entropy", "smoothed", "binary", "multi-label", "squares", "absolute", "huber"])
                {
                    cases.Add(activation, loss, false);
                    cases.Add(activation, loss, true);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Run_BuiltInActivationAndLoss_IsPassed(string activation, string loss, bool hasWeights)
    {
        (Network<double> network, Dataset<double> samples, ILoss<double>? function) =
            Create(HiddenActivations.Create<double>(activation, 0.2), loss);
        samples = hasWeights ? samples.WithWeights([1, 2, 0, 3, 1, 0.5, 1, 1, 4]) : samples;
        string before = network.ComputeParametersSha256();

        GradientCheck check = GradientCheck.Run(network, samples, function);

        check.IsPassed.Should().BeTrue(check.ToString());
        check.Worst!.RelativeError.Should().BeLessThan(1e-5);
        (check.ComparedCount + check.KinkCount).Should().Be(network.ParameterCount);
        check.KinkCount.Should().BeLessThan(network.ParameterCount / 10);
        network.ComputeParametersSha256().Should().Be(before);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Run_WrongDerivativeOfOneLayer_NamesAParameterOfIt(int wrong)
    {
        var network = new Network<double>(
            4,
            [
                new(6, new Cubic(wrong == 0 ? 1.01 : 1)),
                new(5, new Cubic(wrong == 1 ? 1.01 : 1)),
                new(3, new Softmax<double>()),
            ],
            seed: 3);
        Dataset<double> samples = Labeled();

        GradientCheck check = GradientCheck.Run(network, samples);

        // A derivative that is 1 % too large spoils the layer's own gradient and those before it, and none behind.
        check.IsPassed.Should().BeFalse();
        check.Worst!.LayerIndex.Should().BeLessThanOrEqualTo(wrong);
        check.Worst.RelativeError.Should().BeInRange(0.009, 0.021);
        check.ToString().Should().StartWith($"failed: {network.ParameterCount} parameters, the worst is Layers[{check.Worst.LayerIndex}].");
    }

    [Fact]
    public void Run_RightCustomDerivative_IsPassed()
    {
        var network = new Network<double>(4, [new(6, new Cubic(1)), new(3, new Softmax<double>())], seed: 3);

        GradientCheck.Run(network, Labeled()).IsPassed.Should().BeTrue();
    }

    [Fact]
    public void Run_LossWithOneWrongDerivative_NamesTheOutput()
    {
        var network = new Network<double>([4, 3], new Relu<double>(), new Identity<double>(), seed: 3);
        Dataset<double> samples = Values(3);

        GradientCheck right = GradientCheck.Run(network, samples, new HalfSquares<double>());
        GradientCheck wrong = GradientCheck.Run(network, samples, new WrongHalfSquares(output: 1));

        right.IsPassed.Should().BeTrue(right.ToString());
        wrong.IsPassed.Should().BeFalse();
        (wrong.Worst!.LayerIndex, wrong.Worst.Row).Should().Be((0, 1));
        (wrong.Worst.Analytic / wrong.Worst.Numeric).Should().BeApproximately(1.001, 1e-6);
    }

    [Fact]
    public void Run_AnalyticValue_IsTheGradientOfAStep()
    {
        (Network<double> network, Dataset<double> samples, _) = Create(new Tanh<double>(), "cross-entropy");
        Network<double> after = network.Clone();
        new GradientDescentTrainer<double>(after) { LearningRate = 1 }.Fit(samples, epochs: 1);

        ParameterGradient worst = GradientCheck.Run(network, samples).Worst!;

        double step = worst.Column is { } column
            ? network.Layers[worst.LayerIndex].Weights[worst.Row, column] - after.Layers[worst.LayerIndex].Weights[worst.Row, column]
            : network.Layers[worst.LayerIndex].Biases[worst.Row] - after.Layers[worst.LayerIndex].Biases[worst.Row];
        worst.Analytic.Should().BeApproximately(step, 1e-15);
    }

    [Fact]
    public void Run_DerivativeThatIsNotANumber_IsTheWorst()
    {
        var network = new Network<double>(4, [new(2, new Cubic(double.NaN)), new(3, new Softmax<double>())], seed: 3);

        GradientCheck check = GradientCheck.Run(network, Labeled());

        check.IsPassed.Should().BeFalse();
        check.Worst!.RelativeError.Should().Be(double.PositiveInfinity);
        check.Worst.LayerIndex.Should().Be(0);
    }

    [Fact]
    public void Run_SamplesAtAKink_CountsItsParametersInsteadOfFailing()
    {
        // Biases start at 0, so a sample of zeros is at the kink of every hidden unit: its derivative by the bias is 0 on one side only.
        Dataset<double> samples = Dataset<double>.FromMatrix(Matrix<double>.Build.Dense(4, 2), [0, 1], classCount: 3);
        var network = new Network<double>(4, [new(6, new Relu<double>()), new(3, new Softmax<double>())], seed: 3);

        GradientCheck check = GradientCheck.Run(network, samples);

        check.KinkCount.Should().Be(6);
        check.IsPassed.Should().BeTrue(check.ToString());
        check.ToString().Should().Contain("(6 more lie at a kink)");
    }

    [Fact]
    public void Run_BadArguments_AreRefused()
    {
        (Network<double> network, Dataset<double> samples, _) = Create(new Tanh<double>(), "cross-entropy");
        Network<double> spoiled = network.Clone();
        spoiled.Layers[1].Biases[0] = double.NaN;

        network.Invoking(it => GradientCheck.Run(it, null!)).Should().Throw<ArgumentNullException>().WithParameterName("samples");
        network.Invoking(it => GradientCheck.Run(null!, samples)).Should().Throw<ArgumentNullException>().WithParameterName("network");
        network.Invoking(it => GradientCheck.Run(it, samples, new HalfSquares<double>())).Should().Throw<ArgumentException>();
        network.Invoking(it => GradientCheck.Run(it, Values(3))).Should().Throw<ArgumentException>()
            .WithMessage("*the targets are values*");
        network.Invoking(it => GradientCheck.Run(spoiled, samples)).Should().Throw<ArgumentException>()
            .WithMessage("The mean cost must be finite to have a gradient, but was NaN.*");
        var unusual = new Network<double>(4, [new(3, new Tanh<double>())], seed: 1);
        network.Invoking(it => GradientCheck.Run(unusual, samples)).Should().Throw<ArgumentException>().WithMessage("*no usual loss*");
    }

    [Fact]
    public void ToString_AnyCulture_HasPoints()
    {
        using var culture = new DecimalComma();

        new ParameterGradient(1, 3, 2, 0.25, 0.5, 0.5).ToString()
            .Should().Be("Layers[1].Weights[3, 2]: analytic 0.25, numeric 0.5, relative error 0.5");
        new ParameterGradient(0, 3, null, 0.25, 0.5, 1.2e-9).ToString()
            .Should().Be("Layers[0].Biases[3]: analytic 0.25, numeric 0.5, relative error 1.2E-09");
    }

    private static (Network<double> Network, Dataset<double> Samples, ILoss<double>? Loss) Create(IActivation<double> hidden, string loss)
    {
        Network<double> Of(int outputs, ILayerActivation<double> output) =>
            NumericalGradient.WithBiases(new Network<double>([4, 7, 5, outputs], hidden, output, seed: 5), seed: 3);
        return loss switch
        {
            "cross-entropy" => (Of(3, new Softmax<double>()), Labeled(), null),
            "smoothed" => (Of(3, new Softmax<double>()), Labeled(), new CrossEntropyLoss<double>(labelSmoothing: 0.1)),
            "binary" => (Of(1, new Sigmoid<double>()), Dataset<double>.FromMatrix(Features(), [0, 1, 1, 0, 1, 0, 0, 1, 1], 2), null),
            "multi-label" => (Of(3, new Sigmoid<double>()), Answers(), new BinaryCrossEntropyLoss<double>(0.1, [1, 2, 0.5])),
            "squares" => (Of(3, new Identity<double>()), Values(3), null),
            "absolute" => (Of(3, new Identity<double>()), Values(3), new MeanAbsoluteErrorLoss<double>()),
            _ => (Of(3, new Identity<double>()), Values(3), new HuberLoss<double>(0.5)),
        };
    }

    private static Matrix<double> Features() => Matrix<double>.Build.Dense(4, SampleCount, RandomValues.Create<double>(5, 4 * SampleCount));

    private static Dataset<double> Labeled() => Dataset<double>.FromMatrix(Features(), [0, 1, 2, 0, 1, 2, 0, 1, 1], classCount: 3);

    private static Dataset<double> Values(int count) => Dataset<double>.FromMatrix(
        Features(), Matrix<double>.Build.Dense(count, SampleCount, RandomValues.Create<double>(8, count * SampleCount, limit: 2)));

    private static Dataset<double> Answers() => Dataset<double>.FromMatrix(
        Features(), Matrix<double>.Build.Dense(3, SampleCount, (i, j) => (i + (j * j)) % 3 == 0 ? 1 : 0));

    /// <summary>z + z³/4, whose derivative is given times a factor.</summary>
    private sealed class Cubic(double factor) : IActivation<double>
    {
        public void Evaluate(ReadOnlySpan<double> z, Span<double> a)
        {
            for (int i = 0; i < z.Length; i++)
            {
                a[i] = z[i] + (z[i] * z[i] * z[i] / 4);
            }
        }

        public void MultiplyByDerivative(ReadOnlySpan<double> z, ReadOnlySpan<double> a, Span<double> gradient)
        {
            for (int i = 0; i < z.Length; i++)
            {
                gradient[i] *= factor * (1 + (0.75 * z[i] * z[i]));
            }
        }

        public override string ToString() => "Cubic";
    }

    /// <summary>Half squares with a derivative that is 0.1 % too large for one output.</summary>
    private sealed class WrongHalfSquares(int output) : ILoss<double>
    {
        private readonly HalfSquares<double> _right = new();

        public void CheckOutput(ILayerActivation<double> output, int outputCount) => _right.CheckOutput(output, outputCount);

        public void Evaluate(ReadOnlySpan<double> logits, TargetBatch<double> targets, Span<double> derivatives, Span<double> costs)
        {
            _right.Evaluate(logits, targets, derivatives, costs);
            for (int j = 0; j < costs.Length; j++)
            {
                derivatives[(j * (derivatives.Length / costs.Length)) + output] *= 1.001;
            }
        }
    }
}
