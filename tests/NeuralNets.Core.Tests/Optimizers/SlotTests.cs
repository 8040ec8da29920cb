using System.Buffers.Binary;
using System.Text.Json;
using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Data;
using NeuralNets.Core.Kernels;
using NeuralNets.Core.Optimizers;
using NeuralNets.Core.Tests.Data;
using NeuralNets.Core.Tests.Serialization;
using NeuralNets.Core.Tests.Training;
using NeuralNets.Core.Training;

namespace NeuralNets.Core.Tests.Optimizers;

/// <summary>An optimizer that remembers something of each parameter: trained, and saved in checkpoints.</summary>
[Collection(SimdWidthCollection.Name)]
public abstract class SlotTests<T>
    where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
{
    private const int Features = 20;
    private const int Samples = 60;
    private const int Classes = 3;

    private static readonly Dataset<T> s_set = Draw();

    private static double Epsilon => typeof(T) == typeof(float) ? 1.1920928955078125e-7 : 2.220446049250313e-16;

    [Theory]
    [InlineData(1, false, 256)]
    [InlineData(3, false, 7)]
    [InlineData(3, true, 7)]
    public void Fit_Momentum_AgreesWithANaiveReferenceInDouble(int workers, bool byUnits, int microBatchSize)
    {
        GradientDescentTrainer<T> trainer = New().With(workers, byUnits, microBatchSize);
        DenseLayer<T>[] layers = [.. trainer.Network.Layers];
        var reference = new Reference(trainer.Network);

        trainer.Fit(s_set, 4);
        for (int epoch = 0; epoch < 4; epoch++)
        {
            foreach (int[] batch in SmallTraining.Order(seed: 6, epoch, Samples).Chunk(16))
            {
                reference.Step(batch, rate: 0.1);
            }
        }

        for (int l = 0; l < layers.Length; l++)
        {
            Matrix<double> weights = Double(layers[l].Weights);
            Vector<double> biases = Double(layers[l].Biases.ToColumnMatrix()).Column(0);
            (weights - reference.Weights[l]).InfinityNorm().Should().BeLessThan(2000 * Epsilon, $"of layer {l}");
            (biases - reference.Biases[l]).AbsoluteMaximum().Should().BeLessThan(500 * Epsilon, $"of layer {l}");
        }
    }

    [Fact]
    public void Fit_MomentumOverWidthsWorkersCutsAndMicroBatches_GivesTheSameBits()
    {
        string Train(int workers, bool byUnits, int microBatchSize)
        {
            GradientDescentTrainer<T> trainer = New().With(workers, byUnits, microBatchSize);
            trainer.Fit(s_set, 3);
            return trainer.Network.ComputeParametersSha256();
        }

        string expected = Train(workers: 1, byUnits: false, microBatchSize: 256);
        foreach (SimdWidth width in Enum.GetValues<SimdWidth>())
        {
            using IDisposable forced = Simd.Force(width);
            foreach ((int workers, bool byUnits) in ((int, bool)[])[(1, false), (1, true), (2, true), (3, false), (3, true)])
            {
                foreach (int microBatchSize in (int[])[256, 5])
                {
                    Train(workers, byUnits, microBatchSize).Should().Be(
                        expected, $"with {width}, {workers} workers, by units: {byUnits}, micro-batches of {microBatchSize}");
                }
            }
        }
    }

    [Fact]
    public void Fit_CalledTwice_RemembersBetweenTheCalls()
    {
        GradientDescentTrainer<T> whole = New();
        GradientDescentTrainer<T> halves = New();

        whole.Fit(s_set, 6);
        halves.With(workers: 3, byUnits: true).Fit(s_set, 3);
        halves.With(workers: 2, byUnits: false).Fit(s_set, 3);

        halves.Network.ComputeParametersSha256().Should().Be(whole.Network.ComputeParametersSha256());
    }

    [Fact]
    public void Optimizer_SetAgain_GoesOnWithItsMemoryIfItIsOfTheSameKind()
    {
        GradientDescentTrainer<T> trainer = New();
        GradientDescentTrainer<T> whole = New();
        trainer.BatchSize = null;
        whole.BatchSize = null;
        trainer.Fit(s_set, 2);

        trainer.Optimizer = new TestMomentum();
        trainer.Fit(s_set, 2);
        whole.Fit(s_set, 4);
        trainer.Network.ComputeParametersSha256().Should().Be(whole.Network.ComputeParametersSha256());

        var fresh = new GradientDescentTrainer<T>(trainer.Network.Clone()) { Optimizer = new Adam(), LearningRate = 0.1 };
        trainer.Optimizer = new Adam();
        trainer.Fit(s_set, 2);
        fresh.Fit(s_set, 2);
        trainer.Network.ComputeParametersSha256().Should().Be(fresh.Network.ComputeParametersSha256());
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(3, false)]
    [InlineData(3, true)]
    public void Fit_ResumedFromACheckpoint_GivesTheBitsOfARunInOnePiece(int workers, bool byUnits)
    {
        using var folder = new TempDirectory();
        GradientDescentTrainer<T> whole = New();
        whole.Fit(s_set, 6);
        CheckpointFile.Save(folder.File("whole"), whole);
        for (int stop = 1; stop < 6; stop++)
        {
            GradientDescentTrainer<T> first = New().With(workers, byUnits);
            first.Fit(s_set, stop);
            CheckpointFile.Save(folder.File("checkpoint"), first);

            GradientDescentTrainer<T> resumed = Load(File.ReadAllBytes(folder.File("checkpoint"))).With(4 - workers, !byUnits);
            resumed.Optimizer.Should().BeOfType<TestMomentum>();
            resumed.History.Should().HaveCount(stop);
            resumed.Fit(s_set, 6 - stop);
            CheckpointFile.Save(folder.File("resumed"), resumed);

            File.ReadAllBytes(folder.File("resumed")).Should().Equal(File.ReadAllBytes(folder.File("whole")), $"stopped after {stop}");
        }
    }

    [Fact]
    public void Fit_FailedEpoch_TakesBackWhatIsRemembered()
    {
        GradientDescentTrainer<T> whole = New();
        whole.Fit(s_set, 4);
        GradientDescentTrainer<T> trainer = New().With(workers: 3, byUnits: true);
        int steps = 0;
        trainer.Hooks.OnStep = worker =>
        {
            if (worker == 0 && ++steps == 10)
            {
                throw new FormatException();
            }
        };

        trainer.Invoking(it => it.Fit(s_set, 4)).Should().Throw<FormatException>();
        trainer.EpochsCompleted.Should().Be(2);
        trainer.Fit(s_set, 2);

        trainer.Network.ComputeParametersSha256().Should().Be(whole.Network.ComputeParametersSha256());
    }

    [Fact]
    public void Load_BitFlippedInASlotOrInTheHistory_IsRefused()
    {
        byte[] file = Saved();
        string[] names = [.. TensorNames(file).Where(name => !name.StartsWith("layers.", StringComparison.Ordinal))];
        names.Should().BeEquivalentTo(
            "training.history",
            "optimizer.velocity.layers.0.weight",
            "optimizer.velocity.layers.0.bias",
            "optimizer.velocity.layers.1.weight",
            "optimizer.velocity.layers.1.bias");
        foreach (string name in names)
        {
            (int start, int end) = OffsetsOf(file, name);
            foreach (int position in (int[])[start, (start + end) / 2, end - 1])
            {
                byte[] damaged = [.. file];
                damaged[position] ^= 0x10;

                FluentActions.Invoking(() => Load(damaged)).Should().Throw<InvalidDataException>($"byte {position} is of {name}")
                    .WithMessage("saved*SHA-256*");
            }
        }

        Load(file).EpochsCompleted.Should().Be(2);
    }

    [Fact]
    public void Load_OptimizerThatIsNotGiven_IsNamed() =>
        FluentActions.Invoking(() => CheckpointFile.Load<T>(new MemoryStream(Saved()), "saved"))
            .Should().Throw<InvalidDataException>()
            .WithMessage("saved*there is no optimizer with the name TestMomentum; a custom one must be given*");

    [Theory]
    [InlineData("optimizer.velocity.layers.1.bias", "optimizer.velocity.layers.2.bias")]
    [InlineData("training.history", "training.story")]
    [InlineData("\"shape\":[40,3]", "\"shape\":[3,40]")]
    [InlineData("\\\"updates\\\":8", "\\\"updates\\\":-8")]
    public void Load_StateThatDoesNotFit_IsRefused(string old, string with)
    {
        byte[] file = SafetensorsBytes.WithoutChecksums(Saved());

        FluentActions.Invoking(() => Load(SafetensorsBytes.Replace(file, old, with))).Should().Throw<InvalidDataException>()
            .WithMessage("saved*");
    }

    private static byte[] Saved()
    {
        using var folder = new TempDirectory();
        GradientDescentTrainer<T> trainer = New();
        trainer.Fit(s_set, 2, s_set);
        CheckpointFile.Save(folder.File("checkpoint"), trainer);
        return File.ReadAllBytes(folder.File("checkpoint"));
    }

    private static GradientDescentTrainer<T> Load(byte[] file) =>
        CheckpointFile.Load<T>(new MemoryStream(file), "saved", customActivations: null, [new TestMomentum()]);

    private static IEnumerable<string> TensorNames(byte[] file) =>
        JsonDocument.Parse(SafetensorsBytes.HeaderOf(file)).RootElement.EnumerateObject()
            .Select(entry => entry.Name).Where(name => name != "__metadata__");

    private static (int Start, int End) OffsetsOf(byte[] file, string name)
    {
        JsonElement offsets = JsonDocument.Parse(SafetensorsBytes.HeaderOf(file)).RootElement.GetProperty(name).GetProperty("data_offsets");
        int data = 8 + (int)BinaryPrimitives.ReadUInt64LittleEndian(file);
        return (data + offsets[0].GetInt32(), data + offsets[1].GetInt32());
    }

    private static GradientDescentTrainer<T> New() => new(new Network<T>([Features, 40, Classes], new Tanh<T>(), seed: 7))
    {
        Optimizer = new TestMomentum(),
        LearningRate = 0.1,
        BatchSize = 16,
        Seed = 6,
    };

    /// <summary>Many zeros, so that most features have no gradient in some steps, in which they move on nevertheless.</summary>
    private static Dataset<T> Draw()
    {
        var random = new Random(9);
        Matrix<T> features = Matrix<T>.Build.Dense(
            Features, Samples, (_, _) => random.Next(10) < 8 ? T.Zero : T.CreateChecked(random.NextDouble() - 0.5));
        return Dataset<T>.FromMatrix(features, [.. Enumerable.Range(0, Samples).Select(_ => random.Next(Classes))], Classes);
    }

    private static Matrix<double> Double(Matrix<T> matrix) =>
        Matrix<double>.Build.Dense(matrix.RowCount, matrix.ColumnCount, (i, j) => double.CreateChecked(matrix[i, j]));

    /// <summary>Momentum on a network with one hidden layer of tanh, written down as the textbook does.</summary>
    private sealed class Reference
    {
        private readonly Matrix<double>[] _weightVelocities;
        private readonly Vector<double>[] _biasVelocities;
        private readonly Matrix<double> _features = Double(s_set.ToMatrix());
        private readonly int[] _labels = s_set.Labels.ToArray();

        public Reference(Network<T> network)
        {
            Weights = [.. network.Layers.Select(layer => Double(layer.Weights))];
            Biases = [.. network.Layers.Select(layer => Double(layer.Biases.ToColumnMatrix()).Column(0))];
            _weightVelocities = [.. Weights.Select(weights => weights * 0)];
            _biasVelocities = [.. Biases.Select(biases => biases * 0)];
        }

        public Matrix<double>[] Weights { get; }

        public Vector<double>[] Biases { get; }

        public void Step(int[] batch, double rate)
        {
            Matrix<double> x = Matrix<double>.Build.DenseOfColumnVectors(batch.Select(_features.Column));
            Matrix<double> a = Affine(0, x).PointwiseTanh();
            Matrix<double> p = Affine(1, a).PointwiseExp();
            Matrix<double> dz = Matrix<double>.Build.Dense(
                Classes, batch.Length, (i, j) => (p[i, j] / p.Column(j).Sum()) - (_labels[batch[j]] == i ? 1 : 0));
            Matrix<double> dzHidden = (Weights[1].Transpose() * dz).PointwiseMultiply(1 - a.PointwisePower(2));
            Move(1, dz * a.Transpose() / batch.Length, dz.RowSums() / batch.Length, rate);
            Move(0, dzHidden * x.Transpose() / batch.Length, dzHidden.RowSums() / batch.Length, rate);
        }

        private Matrix<double> Affine(int layer, Matrix<double> x) =>
            (Weights[layer] * x) + Matrix<double>.Build.DenseOfColumnVectors(Enumerable.Repeat(Biases[layer], x.ColumnCount));

        private void Move(int layer, Matrix<double> weightGradient, Vector<double> biasGradient, double rate)
        {
            _weightVelocities[layer] = (TestMomentum.Decay * _weightVelocities[layer]) + weightGradient;
            _biasVelocities[layer] = (TestMomentum.Decay * _biasVelocities[layer]) + biasGradient;
            Weights[layer] -= rate * _weightVelocities[layer];
            Biases[layer] -= rate * _biasVelocities[layer];
        }
    }
}

public sealed class SlotSingleTests : SlotTests<float>;

public sealed class SlotDoubleTests : SlotTests<double>;
