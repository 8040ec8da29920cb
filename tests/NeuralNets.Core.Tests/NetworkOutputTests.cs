using System.Numerics;
using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Data;
using NeuralNets.Core.Losses;
using NeuralNets.Core.Tests.Losses;
using NeuralNets.Core.Training;

namespace NeuralNets.Core.Tests;

/// <summary>The answers of networks by their output function, and which functions, losses and targets go together.</summary>
public abstract class NetworkOutputTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Inputs = 4;

    private static readonly Relu<T> s_hidden = new();

    [Fact]
    public void Create_OutputFunction_IsThatOfTheLastLayer()
    {
        var network = new Network<T>([Inputs, 6, 5, 2], s_hidden, new Identity<T>(), seed: 3);

        network.Layers.Select(layer => layer.Activation.ToString()).Should().Equal("Relu", "Relu", "Identity");
        network.ToString().Should().Be("4-6-5-2, Relu, Identity");
        new Network<T>([Inputs, 6, 2], s_hidden, seed: 3).ComputeParametersSha256().Should()
            .Be(new Network<T>([Inputs, 6, 2], s_hidden, new Softmax<T>(), seed: 3).ComputeParametersSha256());
    }

    [Fact]
    public void Create_SoftmaxOfOne_NamesSigmoid()
    {
        FluentActions.Invoking(() => new Network<T>([Inputs, 6, 1], s_hidden, seed: 3)).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("*one output with Sigmoid*");
        FluentActions.Invoking(() => new Network<T>([Inputs, 1], s_hidden, new Softmax<T>(), seed: 3)).Should()
            .Throw<ArgumentOutOfRangeException>().WithMessage("*one output with Sigmoid*");
        FluentActions.Invoking(() => new Network<T>([Inputs, 1], s_hidden, null!, seed: 3)).Should().Throw<ArgumentNullException>()
            .WithParameterName("output");
    }

    [Fact]
    public void Predict_SigmoidAndIdentity_AreProbabilitiesAndValues()
    {
        Matrix<T> features = Features(200);
        var yes = new Network<T>([Inputs, 6, 3], s_hidden, new Sigmoid<T>(), seed: 3);
        var values = new Network<T>([.. yes.Layers.SkipLast(1), Last(yes, new Identity<T>())]);

        T[] logits = values.Predict(features, maxDegreeOfParallelism: 2).AsColumnMajorArray();
        T[] probabilities = yes.Predict(features, maxDegreeOfParallelism: 2).AsColumnMajorArray();

        T[] expected = new T[logits.Length];
        new Sigmoid<T>().Evaluate(logits, expected);
        probabilities.Should().Equal(expected);
        T[] inSpans = new T[logits.Length];
        values.Predict(features.AsColumnMajorArray(), inSpans);
        inSpans.Should().Equal(logits);
    }

    [Fact]
    public void PredictLabels_OneOutput_IsYesFromALogitOfZeroOn()
    {
        // Its logit is its input.
        Network<T> network = Straight(new Sigmoid<T>(), outputs: 1);
        T tiny = T.BitDecrement(T.Zero);
        Matrix<T> features = Matrix<T>.Build.Dense(1, 5, [T.Zero, tiny, T.One, -T.One, T.NegativeZero]);

        network.PredictLabels(features).Should().Equal(1, 0, 1, 0, 1);
        network.PredictIndicators(features).Should().Be(Matrix<T>.Build.Dense(1, 5, [T.One, T.Zero, T.One, T.Zero, T.One]));
        network.PredictLabels(Dataset<T>.FromMatrix(features, new int[5], 2)).Should().Equal(1, 0, 1, 0, 1);
        int[] labels = new int[5];
        network.PredictLabels(features.AsColumnMajorArray(), labels);
        labels.Should().Equal(1, 0, 1, 0, 1);
        network.Evaluate(Dataset<T>.FromMatrix(features, [1, 0, 0, 0, 0], 2)).Accuracy.Should().Be(0.6);
    }

    [Fact]
    public void PredictLabels_OneOutputWithoutAnswer_NamesTheSample()
    {
        Network<T> network = Straight(new Sigmoid<T>(), outputs: 1);
        foreach (T value in (T[])[T.NaN, T.PositiveInfinity, T.NegativeInfinity])
        {
            T[] features = [T.One, value, T.One];
            int[] labels = new int[3];
            T[] indicators = new T[3];

            network.Invoking(it => it.PredictLabels(features, labels)).Should().Throw<ArgumentException>().WithMessage("*sample 1*");
            network.Invoking(it => it.PredictIndicators(features, indicators)).Should().Throw<ArgumentException>()
                .WithMessage("*sample 1*").WithParameterName("inputs");

            labels.Should().Equal(1, -1, 1);
            T.IsNaN(indicators[1]).Should().BeTrue();
            indicators[0].Should().Be(T.One);
            network.Invoking(it => it.PredictIndicators(Matrix<T>.Build.Dense(1, 3, features))).Should().Throw<ArgumentException>()
                .WithMessage("*sample 1*");
        }
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.1)]
    [InlineData(0.9)]
    public void PredictIndicators_AnyForm_ComparesProbabilitiesWithTheThreshold(double threshold)
    {
        const int Samples = 300;
        Matrix<T> features = Features(Samples);
        var network = new Network<T>([Inputs, 6, 3], s_hidden, new Sigmoid<T>(), seed: 3);
        foreach (DenseLayer<T> layer in network.Layers)
        {
            layer.Weights.Multiply(T.CreateChecked(2), layer.Weights);
        }

        Matrix<T> probabilities = network.Predict(features);
        Matrix<T> indicators = network.PredictIndicators(features, threshold, maxDegreeOfParallelism: 2);

        probabilities.Enumerate().All(
            p => Math.Abs(double.CreateChecked(p) - threshold) > 1e-6).Should().BeTrue("none is so close that it may round");
        indicators.Should().Be(probabilities.Map(p => double.CreateChecked(p) >= threshold ? T.One : T.Zero));
        indicators.Enumerate().Distinct().Should().HaveCount(2);
        network.PredictIndicators(LossCase.Samples("multi-label", features), threshold).Should().Be(indicators);
        T[] inSpans = new T[3 * Samples];
        network.PredictIndicators(features.AsColumnMajorArray(), inSpans, threshold);
        inSpans.Should().Equal(indicators.AsColumnMajorArray());
    }

    [Fact]
    public void PredictIndicators_Bad_IsRefused()
    {
        var network = new Network<T>([Inputs, 3], s_hidden, new Sigmoid<T>(), seed: 3);
        Matrix<T> features = Features(2);

        foreach (double threshold in (double[])[0, 1, -1, double.NaN])
        {
            network.Invoking(it => it.PredictIndicators(features, threshold)).Should().Throw<ArgumentOutOfRangeException>()
                .WithMessage("*between 0 and 1*").WithParameterName("threshold");
        }

        network.Invoking(it => it.PredictIndicators(new T[8], new T[5])).Should().Throw<ArgumentException>()
            .WithParameterName("indicators");
        network.Invoking(it => it.PredictIndicators(new T[7], new T[6])).Should().Throw<ArgumentException>();
        T[] same = new T[12];
        network.Invoking(it => it.PredictIndicators(same.AsSpan(0, 8), same.AsSpan(6, 6))).Should().Throw<ArgumentException>();
        network.Invoking(it => it.PredictLabels(features)).Should().Throw<InvalidOperationException>().WithMessage("*PredictIndicators*");
        new Network<T>([Inputs, 3], s_hidden, seed: 3).Invoking(it => it.PredictIndicators(features)).Should()
            .Throw<InvalidOperationException>().WithMessage("*Sigmoid*Softmax*PredictLabels*");
        new Network<T>([Inputs, 3], s_hidden, new Identity<T>(), seed: 3).Invoking(it => it.PredictIndicators(features)).Should()
            .Throw<InvalidOperationException>().WithMessage("*Sigmoid*Identity*use Predict.");
    }

    [Fact]
    public void Predict_VectorAndRows_AreTheColumnsOfTheMatrix()
    {
        Matrix<T> features = Features(200);
        var network = new Network<T>([Inputs, 6, 3], s_hidden, new Identity<T>(), seed: 3);
        Matrix<T> expected = network.Predict(features);

        network.Predict(features.Column(7)).Should().Equal(expected.Column(7));
        network.PredictRows(features.Transpose(), maxDegreeOfParallelism: 2).Should().Be(expected.Transpose());
        network.PredictRows(Matrix<T>.Build.DenseOfRowArrays(features.ToColumnArrays())).Should().Be(expected.Transpose());
        network.PredictRows(Matrix<T>.Build.SparseOfMatrix(features.Transpose())).Should().Be(expected.Transpose());
        MathNet.Numerics.LinearAlgebra.Vector<T> sparse = MathNet.Numerics.LinearAlgebra.Vector<T>.Build.Sparse(Inputs);
        network.Predict(sparse).Should().Equal(network.Predict(MathNet.Numerics.LinearAlgebra.Vector<T>.Build.Dense(Inputs)));

        network.Invoking(it => it.PredictRows(features)).Should().Throw<ArgumentException>()
            .WithMessage("*rows of 4 features, but the input was 4 x 200. If your samples are columns, use Predict.*");
        network.Invoking(it => it.Predict(MathNet.Numerics.LinearAlgebra.Vector<T>.Build.Dense(5))).Should().Throw<ArgumentException>()
            .WithParameterName("sample");
        network.Invoking(it => it.PredictRows(null!)).Should().Throw<ArgumentNullException>();
        network.Invoking(it => it.Predict((MathNet.Numerics.LinearAlgebra.Vector<T>)null!)).Should().Throw<ArgumentNullException>();
    }

    [Fact]
    public void PredictIndicatorsAndLabels_SteadyStateInSpans_AllocateNothing()
    {
        var network = new Network<T>([Inputs, 6, 3], s_hidden, new Sigmoid<T>(), seed: 3);
        var one = new Network<T>([Inputs, 6, 1], s_hidden, new Sigmoid<T>(), seed: 3);
        T[] features = Features(50).AsColumnMajorArray();
        T[] indicators = new T[150];
        int[] labels = new int[50];
        void Once()
        {
            network.PredictIndicators(features, indicators, 0.3);
            one.PredictLabels(features, labels);
        }

        long least = long.MaxValue;
        for (int i = 0; i < 20; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            Once();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        least.Should().Be(0);
    }

    [Fact]
    public void Loss_NotForTheOutputFunction_IsRefusedAndTheRightOneNamed()
    {
        Check(new Softmax<T>(), new BinaryCrossEntropyLoss<T>(), "*Sigmoid*has Softmax*CrossEntropyLoss.*");
        Check(new Softmax<T>(), new MeanSquaredErrorLoss<T>(), "*Identity*has Softmax*CrossEntropyLoss.*");
        Check(new Sigmoid<T>(), new CrossEntropyLoss<T>(), "*Softmax*has Sigmoid*BinaryCrossEntropyLoss.*");
        Check(new Sigmoid<T>(), new HuberLoss<T>(), "*Identity*has Sigmoid*BinaryCrossEntropyLoss.*");
        Check(new Identity<T>(), new CrossEntropyLoss<T>(), "*Softmax*has Identity*MeanSquaredErrorLoss.*");
        Check(new Identity<T>(), new BinaryCrossEntropyLoss<T>(), "*Sigmoid*has Identity*MeanSquaredErrorLoss.*");
        Check(new Tanh<T>(), new MeanAbsoluteErrorLoss<T>(), "MeanAbsoluteErrorLoss belongs to*Identity*has Tanh. (Parameter*");
        Check(new Sigmoid<T>(), new BinaryCrossEntropyLoss<T>(0, [1, 2]), "*one positive weight for each of the 3 outputs*there are 2*");

        static void Check(ILayerActivation<T> output, ILoss<T> loss, string message)
        {
            var trainer = new GradientDescentTrainer<T>(new Network<T>([Inputs, 3], s_hidden, output, seed: 3));
            ILoss<T>? before = trainer.Loss;
            trainer.Invoking(it => it.Loss = loss).Should().Throw<ArgumentException>().WithMessage(message);
            trainer.Loss.Should().BeSameAs(before);
        }
    }

    [Fact]
    public void Loss_Unset_IsTheUsualOne()
    {
        ILoss<T>? Of(ILayerActivation<T> output) =>
            new GradientDescentTrainer<T>(new Network<T>([Inputs, 3], s_hidden, output, seed: 3)).Loss;

        Of(new Softmax<T>()).Should().BeOfType<CrossEntropyLoss<T>>().Which.LabelSmoothing.Should().Be(0);
        Of(new Sigmoid<T>()).Should().BeOfType<BinaryCrossEntropyLoss<T>>().Which.PositiveWeights.Should().BeEmpty();
        Of(new Identity<T>()).Should().BeOfType<MeanSquaredErrorLoss<T>>();
        Of(new Tanh<T>()).Should().BeNull();
    }

    [Theory]
    [InlineData(1.5)]
    [InlineData(-0.1)]
    [InlineData(double.NaN)]
    public void Fit_TargetOutOfRange_NamesSampleAndOutputAndChangesNothing(double value)
    {
        var network = new Network<T>([Inputs, 3], s_hidden, new Sigmoid<T>(), seed: 3);
        Dataset<T> good = LossCase.Samples("multi-label", Features(10));
        Dataset<T> bad = With(good, 7, T.CreateChecked(value));
        string before = network.ComputeParametersSha256();
        var trainer = new GradientDescentTrainer<T>(network);

        foreach ((Dataset<T> training, Dataset<T> validation, string parameter) in new[]
            {
                (bad, good, "training"), (good, bad, "validation"),
            })
        {
            trainer.Invoking(it => it.Fit(training, 1, validation)).Should().Throw<ArgumentException>()
                .WithMessage("*between 0 and 1, but that of output 1 of sample 2 is *");
        }

        network.Invoking(it => it.Evaluate(bad)).Should().Throw<ArgumentException>().WithMessage("*output 1 of sample 2*");
        network.ComputeParametersSha256().Should().Be(before);
        trainer.EpochsCompleted.Should().Be(0);
    }

    [Fact]
    public void Fit_ValueThatIsNotFinite_NamesSampleAndOutput()
    {
        var trainer = new GradientDescentTrainer<T>(new Network<T>([Inputs, 3], s_hidden, new Identity<T>(), seed: 3));
        foreach (T value in (T[])[T.NaN, T.PositiveInfinity, T.NegativeInfinity])
        {
            Dataset<T> bad = With(LossCase.Samples("huber", Features(10)), 29, value);
            foreach (ILoss<T> loss in (ILoss<T>[])[new MeanSquaredErrorLoss<T>(), new MeanAbsoluteErrorLoss<T>(), new HuberLoss<T>()])
            {
                trainer.Loss = loss;
                trainer.Invoking(it => it.Fit(bad, 1)).Should().Throw<ArgumentException>()
                    .WithMessage("*finite, but that of output 2 of sample 9 is *");
            }
        }
    }

    [Fact]
    public void Fit_OneOutput_TakesLabelsOfTwoClassesOnly()
    {
        var trainer = new GradientDescentTrainer<T>(new Network<T>([Inputs, 1], s_hidden, new Sigmoid<T>(), seed: 3));
        Matrix<T> features = Features(4);

        trainer.Fit(Dataset<T>.FromMatrix(features, [0, 1, 0, 1], 2), 1).Epochs[0].Training.Accuracy.Should().NotBeNull();

        trainer.Invoking(it => it.Fit(Dataset<T>.FromMatrix(features, [0, 1, 0, 1], 3), 1)).Should().Throw<ArgumentException>()
            .WithMessage("*number of classes, 2, but has 3.*");
        var regression = new GradientDescentTrainer<T>(new Network<T>([Inputs, 1], s_hidden, new Identity<T>(), seed: 3));
        regression.Invoking(it => it.Fit(Dataset<T>.FromMatrix(features, [0, 1, 0, 1], 2), 1)).Should().Throw<ArgumentException>()
            .WithMessage("MeanSquaredErrorLoss compares outputs with values, but the targets are class labels*");
        var several = new GradientDescentTrainer<T>(new Network<T>([Inputs, 3], s_hidden, new Sigmoid<T>(), seed: 3));
        several.Invoking(it => it.Fit(Dataset<T>.FromMatrix(features, [0, 1, 0, 1], 3), 1)).Should().Throw<ArgumentException>()
            .WithMessage("*one output, but there are 3*Softmax*");
    }

    private static Dataset<T> With(Dataset<T> set, int element, T value)
    {
        T[] values = set.Targets.Values.ToArray();
        values[element] = value;
        return Dataset<T>.FromMatrix(set.ToMatrix(), Targets<T>.FromValues(values, set.Targets.OutputCount));
    }

    private static Matrix<T> Features(int samples) => Matrix<T>.Build.Dense(Inputs, samples, RandomValues.Create<T>(7, Inputs * samples));

    private static DenseLayer<T> Last(Network<T> network, IActivation<T> function) =>
        new(network.Layers[^1].Weights, network.Layers[^1].Biases, function);

    private static Network<T> Straight(IActivation<T> output, int outputs) => new([
        new DenseLayer<T>(
            Matrix<T>.Build.Dense(outputs, 1, T.One), MathNet.Numerics.LinearAlgebra.Vector<T>.Build.Dense(outputs), output),
    ]);
}

public sealed class NetworkOutputSingleTests : NetworkOutputTests<float>;

public sealed class NetworkOutputDoubleTests : NetworkOutputTests<double>;
