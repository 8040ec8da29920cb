using System.Numerics;
using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Backends;
using NeuralNets.Core.Data;
using NeuralNets.Core.Kernels;
using NeuralNets.Core.Tests.Data;
using NeuralNets.Core.Tests.Optimizers;
using NeuralNets.Core.Training;

namespace NeuralNets.Core.Tests.Training;

/// <summary>Dropout against plain loops, and whatever must not change what is left out.</summary>
[Collection(SimdWidthCollection.Name)]
public sealed class DropoutTests
{
    private const long Seed = -77;

    private static readonly Dropout s_both = new(0.4, 0.25);

    [Theory]
    [InlineData("Tanh", new[] { 40 }, 0.5, 0.0, 9)]
    [InlineData("Tanh", new[] { 40, 7 }, 0.3, 0.2, 9)]
    [InlineData("Relu", new[] { 70, 33 }, 0.5, 0.1, 16)]
    [InlineData("Silu", new[] { 40, 7 }, 0.5, 0.0, null)]
    [InlineData("Silu", new[] { 33 }, 0.0, 0.6, 7)]
    [InlineData("Relu", new int[0], 0.9, 0.5, 9)]
    public void Fit_RatesAndDepths_AgreeWithPlainLoops(string activation, int[] hidden, double rate, double inputRate, int? batchSize)
    {
        const int Epochs = 4;
        Dataset<double> set = Set<double>(50);
        Network<double> Create() => new([13, .. hidden, 3], HiddenActivation<double>(activation), seed: 3);
        var reference = new NaiveDropout(new Dropout(rate, inputRate), Seed) { Activation = ByFormula(activation) };
        Network<double> expected = Create();
        double[] costs = [.. Enumerable.Range(0, Epochs).Select(epoch => reference.Train(expected, set, epoch, batchSize, 0.2))];

        foreach (bool byUnits in (bool[])[false, true])
        {
            GradientDescentTrainer<double> trainer = Trainer(Create(), new Dropout(rate, inputRate), batchSize, workers: 3, byUnits);
            TrainingResult result = trainer.Fit(set, Epochs);

            for (int l = 0; l < expected.Layers.Count; l++)
            {
                double scale = expected.Layers[l].Weights.InfinityNorm();
                (trainer.Network.Layers[l].Weights - expected.Layers[l].Weights).InfinityNorm().Should().BeLessThan(1e-12 * scale);
                (trainer.Network.Layers[l].Biases - expected.Layers[l].Biases).InfinityNorm().Should().BeLessThan(1e-12);
            }

            for (int epoch = 0; epoch < Epochs; epoch++)
            {
                result.Epochs[epoch].Training.Cost.Mean.Should().BeApproximately(costs[epoch], 1e-12);
            }
        }
    }

    [Theory]
    [InlineData(37, false)]
    [InlineData(37, true)]
    [InlineData(null, false)]
    [Trait("Kind", "Sweep")]
    public void Fit_AnyWidthWorkersMicroBatchAndCut_GivesTheSameBits(int? batchSize, bool hasSlots)
    {
        CheckBits<float>(batchSize, hasSlots);
        CheckBits<double>(batchSize, hasSlots);
    }

    [Fact]
    public void Fit_ZerosOfTheInputLeftOutOrAdded_GivesTheSameBits()
    {
        foreach (Dropout rates in (Dropout[])[s_both, new(0.2, 0.95)])
        {
            string expected = Train<float>(rates, 37, workers: 2, byUnits: false, 256, hasSlots: true);
            Train<float>(rates, 37, workers: 2, byUnits: true, 64, hasSlots: true, new AllTermsBackend()).Should().Be(expected);
        }
    }

    [Fact]
    public void Fit_Resumed_GivesTheBitsOfARunInOnePiece()
    {
        using var folder = new TempDirectory();
        foreach (int? batchSize in (int?[])[37, null])
        {
            foreach (Dropout rates in (Dropout[])[s_both, new(0.5), new(0, 0.3)])
            {
                GradientDescentTrainer<double> whole = Trainer(Net<double>(), rates, batchSize, workers: 1, byUnits: false);
                whole.Fit(Set<double>(150), 5);
                for (int stop = 1; stop < 5; stop++)
                {
                    GradientDescentTrainer<double> first = Trainer(Net<double>(), rates, batchSize, workers: 3, byUnits: true);
                    first.Fit(Set<double>(150), stop);
                    CheckpointFile.Save(folder.File("checkpoint"), first);

                    GradientDescentTrainer<double> resumed = CheckpointFile.Load<double>(folder.File("checkpoint")).With(2);
                    resumed.Dropout.Should().Be(rates);
                    resumed.Fit(Set<double>(150), 5 - stop);

                    resumed.Network.ComputeParametersSha256().Should().Be(whole.Network.ComputeParametersSha256());
                }
            }
        }
    }

    [Fact]
    public void Load_CheckpointWithoutDropout_HasNone()
    {
        using var folder = new TempDirectory();
        CheckpointFile.Save(folder.File("checkpoint"), new GradientDescentTrainer<double>(Net<double>()));

        CheckpointFile.Load<double>(folder.File("checkpoint")).Dropout.Should().BeNull();
        File.ReadAllText(folder.File("checkpoint")).Should().NotContain("Dropout");
    }

    [Theory]
    [InlineData("hiddenDropout\\\":0.4", "hiddenDropout\\\":1", "hiddenDropout from 0 to less than 1, but has 1")]
    [InlineData("hiddenDropout\\\":0.4", "hiddenDropout\\\":-0.4", "hiddenDropout from 0 to less than 1, but has -0.4")]
    [InlineData("inputDropout\\\":0.25", "inputDropout\\\":\\\"x\\\"", "finite number as inputDropout")]
    [InlineData("inputDropout\\\":0.25", "inputDropouts\\\":0.25", "must have the field inputDropout")]
    public void Load_RatesThatCannotBe_AreRefused(string old, string changed, string message)
    {
        using var folder = new TempDirectory();
        var trainer = new GradientDescentTrainer<double>(Net<double>()) { Dropout = s_both };
        CheckpointFile.Save(folder.File("checkpoint"), trainer);
        byte[] file = Serialization.SafetensorsBytes.Replace(File.ReadAllBytes(folder.File("checkpoint")), old, changed);

        Action load = () => CheckpointFile.Load<double>(
            new MemoryStream(Serialization.SafetensorsBytes.WithoutChecksums(file)), "the file");

        load.Should().Throw<InvalidDataException>().WithMessage($"*{message}*");
    }

    [Fact]
    public void Fit_RatesOf0_AreNoDropoutToTheBit()
    {
        string expected = Train<float>(null, 37, 2, byUnits: true, 256);

        Train<float>(new Dropout(0), 37, 2, byUnits: true, 256).Should().Be(expected);
        Train<float>(new Dropout(0.1), 37, 2, byUnits: true, 256).Should().NotBe(expected);
        Train<float>(new Dropout(0, 0.1), 37, 2, byUnits: true, 256).Should().NotBe(expected);
    }

    [Fact]
    public void Fit_SeedEpochAndPosition_ChangeWhatIsLeftOut()
    {
        var masks = new HashSet<string>();
        foreach (long seed in (long[])[0, 1, -1])
        {
            foreach (int epoch in (int[])[0, 1, int.MaxValue])
            {
                foreach (int layer in (int[])[0, 1, 2, 70_000])
                {
                    foreach (int position in (int[])[0, 1, 60_000])
                    {
                        double[] values = [.. Enumerable.Repeat(1.0, 64)];
                        NeuralNets.Core.Initialization.RandomSequence.ForDropout(seed, epoch, layer)
                            .Drop(position, 64, 0, 1L << 30, 2.0, values);
                        values.Should().OnlyContain(value => value == 0 || value == 2);
                        masks.Add(string.Join(' ', values)).Should().BeTrue("64 bits do not repeat by chance");
                    }
                }
            }
        }
    }

    [Fact]
    public void Fit_Validation_IsThatOfTheWholeNetworkAndTrainingThatOfTheThinnedOne()
    {
        Dataset<double> set = Set<double>(150);
        GradientDescentTrainer<double> trainer = Trainer(Net<double>(), s_both, null, workers: 2, byUnits: true);
        trainer.LearningRate = 1e-300;

        EpochResult result = trainer.Fit(set, 1, validation: set).Epochs[0];

        Score whole = trainer.Network.Evaluate(set);
        result.Validation.Should().Be(whole);
        result.Training.Cost.Mean.Should().NotBeApproximately(whole.Cost.Mean, 1e-3);
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1)]
    [InlineData(double.NaN)]
    public void Constructor_RateThatIsNone_ThrowsArgumentOutOfRange(double rate)
    {
        Action hidden = () => _ = new Dropout(rate);
        Action input = () => _ = new Dropout(0.5, rate);

        hidden.Should().Throw<ArgumentOutOfRangeException>().WithParameterName("hiddenRate")
            .WithMessage("A rate of dropout is the probability of leaving out: it must be from 0 to less than 1.*");
        input.Should().Throw<ArgumentOutOfRangeException>().WithParameterName("inputRate");
    }

    [Fact]
    public void Dropout_NotSet_IsNone() => new GradientDescentTrainer<float>(SmallTraining.SmallFloat()).Dropout.Should().BeNull();

    private static void CheckBits<T>(int? batchSize, bool hasSlots)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        string expected = Train<T>(s_both, batchSize, 1, byUnits: false, 256, hasSlots);
        foreach (SimdWidth width in Enum.GetValues<SimdWidth>())
        {
            using IDisposable forced = Simd.Force(width);
            foreach (int workers in (int[])[1, 2, 3, 8])
            {
                foreach (int microBatchSize in (int[])[1, 7, 256])
                {
                    foreach (bool byUnits in (bool[])[false, true])
                    {
                        Train<T>(s_both, batchSize, workers, byUnits, microBatchSize, hasSlots).Should().Be(
                            expected, $"with {width}, {workers} workers, micro-batches of {microBatchSize}, by units: {byUnits}");
                    }
                }
            }
        }
    }

    private static string Train<T>(
        Dropout? rates,
        int? batchSize,
        int workers,
        bool byUnits,
        int microBatchSize,
        bool hasSlots = false,
        GemmBackend? backend = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        GradientDescentTrainer<T> trainer = Trainer(Net<T>(), rates, batchSize, workers, byUnits, microBatchSize);
        trainer.Backend = backend ?? trainer.Backend;
        if (hasSlots)
        {
            trainer.Optimizer = new TestMomentum();
        }

        trainer.Fit(Set<T>(150), epochs: 3);
        return trainer.Network.ComputeParametersSha256();
    }

    private static GradientDescentTrainer<T> Trainer<T>(
        Network<T> network, Dropout? rates, int? batchSize, int workers, bool byUnits, int? microBatchSize = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        new GradientDescentTrainer<T>(network) { BatchSize = batchSize, Seed = Seed, LearningRate = 0.2, Dropout = rates }
            .With(workers, byUnits, microBatchSize);

    private static Network<T> Net<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        new(13, [new(67, new Relu<T>()), new(9, new Silu<T>()), new(3, new Softmax<T>())], seed: 8);

    private static IActivation<T> HiddenActivation<T>(string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Tests.Activations.HiddenActivations.Create<T>(name);

    private static Func<double, (double, double)> ByFormula(string activation) => activation switch
    {
        "Tanh" => z => (Math.Tanh(z), 1 / (Math.Cosh(z) * Math.Cosh(z))),
        "Relu" => z => (Math.Max(z, 0), z > 0 ? 1 : 0),
        "Silu" => z => (z / (1 + Math.Exp(-z)), (1 + (z / (1 + Math.Exp(z)))) / (1 + Math.Exp(-z))),
        _ => throw new ArgumentOutOfRangeException(nameof(activation), activation, null),
    };

    /// <summary>13 features, of which a third are zero, in 3 classes.</summary>
    private static Dataset<T> Set<T>(int count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new Random(5);
        Matrix<T> features = Matrix<T>.Build.Dense(
            13, count, (i, _) => i % 3 > 0 && random.Next(2) == 0 ? T.Zero : T.CreateChecked(random.NextDouble() - 0.5));
        return Dataset<T>.FromMatrix(features, [.. Enumerable.Range(0, count).Select(_ => random.Next(3))], 3);
    }
}
