using System.Numerics;
using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Backends;
using NeuralNets.Core.Data;
using NeuralNets.Core.Kernels;
using NeuralNets.Core.Optimizers;
using NeuralNets.Core.Optimizers.Schedules;
using NeuralNets.Core.Tests.Backends;
using NeuralNets.Core.Tests.Data;
using NeuralNets.Core.Tests.Training;
using NeuralNets.Core.Training;

namespace NeuralNets.Core.Tests.Optimizers;

/// <summary>Training with each optimizer, with penalties and clipping.</summary>
[Collection(SimdWidthCollection.Name)]
public abstract class OptimizerTrainingTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Features = 20;
    private const int Samples = 75;
    private const int Classes = 3;
    private const int Epochs = 3;
    private const int BatchSize = 16;
    private const long Seed = 6;
    private const double L1 = 0.004;
    private const double L2 = 0.05;
    private const double MaxNorm = 0.2;

    private static readonly Dataset<T> s_sparse = Draw(zeros: 0.8);
    private static readonly int[] s_featuresWithoutInput = [3, 14];

    public static TheoryData<string> Names => BuiltInOptimizers.Names;

    private static double Epsilon => typeof(T) == typeof(float) ? 1.1920928955078125e-7 : 2.220446049250313e-16;

    [Theory]
    [MemberData(nameof(Names))]
    public void Fit_EachOptimizer_AgreesWithANaiveReference(string name)
    {
        foreach ((int workers, bool byUnits, int microBatchSize) in ((int, bool, int)[])[(1, false, 256), (3, false, 7), (3, true, 7)])
        {
            CheckAgainstNaive(name, "managed", workers, byUnits, microBatchSize);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Fit_EachOptimizerByMathNet_AgreesWithANaiveReference(string name)
    {
        CheckAgainstNaive(name, "mathnet", workers: 1, byUnits: false, microBatchSize: 256);
        CheckAgainstNaive(name, "mathnet", workers: 2, byUnits: true, microBatchSize: 7);
    }

    [MklTheory]
    [MemberData(nameof(Names))]
    public void Fit_EachOptimizerByMkl_AgreesWithANaiveReference(string name)
    {
        CheckAgainstNaive(name, "mkl", workers: 1, byUnits: false, microBatchSize: 256);
        CheckAgainstNaive(name, "mkl", workers: 2, byUnits: true, microBatchSize: 7);
    }

    [Theory]
    [MemberData(nameof(Names))]
    [Trait("Kind", "Sweep")]
    public void Fit_EachOptimizerOverWidthsWorkersCutsPacesAndMicroBatches_GivesTheSameBits(string name)
    {
        foreach (double zeros in (double[])[0, 0.6, 0.93])
        {
            Dataset<T> set = Draw(zeros);
            foreach (bool isRegularized in (bool[])[false, true])
            {
                string Train(int workers, bool byUnits, int microBatchSize, GemmBackend? backend = null)
                {
                    GradientDescentTrainer<T> trainer = New(name, isRegularized).With(workers, byUnits, microBatchSize);
                    trainer.Backend = backend ?? trainer.Backend;
                    int steps = 0;
                    trainer.Hooks.IsAlone = () => ++steps % 3 == 0;
                    TrainingResult result = trainer.Fit(set, 2, set);
                    return $"{trainer.Network.ComputeParametersSha256()} {string.Join(' ', result.Epochs.Select(Describe))}";
                }

                string expected = Train(workers: 1, byUnits: false, microBatchSize: 256);
                foreach (SimdWidth width in Enum.GetValues<SimdWidth>())
                {
                    using IDisposable forced = Simd.Force(width);

                    // No other test runs while a width is forced, so the runs share the processors.
                    Parallel.ForEach(
                        from cut in ((int Workers, bool ByUnits)[])[(1, true), (2, true), (3, false), (3, true), (8, false)]
                        from size in (int[])[256, 5]
                        select (cut.Workers, cut.ByUnits, Size: size),
                        run => Train(run.Workers, run.ByUnits, run.Size).Should().Be(
                            expected,
                            $"with {width}, {run.Workers} workers, by units: {run.ByUnits}, micro-batches of {run.Size}, "
                            + $"{zeros} zeros, penalties and clipping: {isRegularized}"));
                }

                if (isRegularized || name != "plain")
                {
                    Train(2, true, 7, new AllTermsBackend()).Should().Be(expected, "no zero left out gives the same bits");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Fit_ResumedAtAnyEpoch_GivesTheBytesOfARunInOnePiece(string name)
    {
        using var folder = new TempDirectory();
        GradientDescentTrainer<T> Create()
        {
            GradientDescentTrainer<T> trainer = New(name, isRegularized: true);
            trainer.Schedule = new ExponentialDecay(0.7, warmUpEpochs: 1.5);
            trainer.ReduceOnPlateau = new ReduceOnPlateau(patience: 1, monitor: MonitoredCost.Training);
            trainer.Dropout = new Dropout(0.3, 0.1);
            return trainer;
        }

        const int All = 5;
        GradientDescentTrainer<T> whole = Create();
        whole.Fit(s_sparse, All);
        CheckpointFile.Save(folder.File("whole"), whole);
        for (int stop = 0; stop <= All; stop++)
        {
            GradientDescentTrainer<T> first = Create().With(workers: 3, byUnits: true);
            first.Fit(s_sparse, stop);
            CheckpointFile.Save(folder.File("first"), first);
            GradientDescentTrainer<T> resumed = CheckpointFile.Load<T>(
                folder.File("first"), customOptimizers: [new TestMomentum()]).With(workers: 2, byUnits: false);

            resumed.Optimizer.Should().BeEquivalentTo(whole.Optimizer, options => options.RespectingRuntimeTypes());
            (resumed.L1, resumed.L2, resumed.MaxGradientNorm).Should().Be((L1, L2, (double?)MaxNorm));
            resumed.Fit(s_sparse, All - stop);
            CheckpointFile.Save(folder.File("resumed"), resumed);

            string because = $"it was stopped after {stop} epochs";
            if (stop == 0)
            {
                resumed.Network.ComputeParametersSha256().Should().Be(whole.Network.ComputeParametersSha256(), because);
            }
            else
            {
                File.ReadAllBytes(folder.File("resumed")).Should().Equal(File.ReadAllBytes(folder.File("whole")), because);
            }
        }
    }

    [Fact]
    public void Load_AdamWhosePowersAreZero_GoesOn()
    {
        using var folder = new TempDirectory();
        GradientDescentTrainer<T> Create() => New(new Adam(beta1: 0, beta2: 0), rate: 0.01, isRegularized: false);
        GradientDescentTrainer<T> whole = Create();
        whole.Fit(s_sparse, 2);
        GradientDescentTrainer<T> first = Create();
        first.Fit(s_sparse, 1);
        CheckpointFile.Save(folder.File("first"), first);

        GradientDescentTrainer<T> resumed = CheckpointFile.Load<T>(folder.File("first"));
        resumed.Fit(s_sparse, 1);

        resumed.Network.ComputeParametersSha256().Should().Be(whole.Network.ComputeParametersSha256());
    }

    /// <summary>What has no gradient of its own moves by the penalty, the decay or what is remembered alone: the same as a number that is
    /// trained by itself.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Fit_ColumnsWithoutInput_MoveAsTheRuleSays(string name)
    {
        foreach (double l2 in (double[])[0, L2])
        {
            GradientDescentTrainer<T> trainer = New(name, isRegularized: false).With(workers: 3, byUnits: true);
            trainer.L2 = l2;
            Matrix<T> weights = trainer.Network.Layers[0].Weights;
            Matrix<T> before = weights.Clone();
            Optimizer optimizer = BuiltInOptimizers.Create(name);
            int steps = Epochs * ((Samples + BatchSize - 1) / BatchSize);
            trainer.Fit(s_sparse, Epochs);

            foreach (int feature in s_featuresWithoutInput)
            {
                for (int unit = 0; unit < weights.RowCount; unit++)
                {
                    T[] alone = Alone(optimizer, before[unit, feature], T.CreateChecked(l2), trainer.LearningRate, steps);
                    weights[unit, feature].Should().Be(alone[0], $"with an L2 of {l2}, weight {unit} of feature {feature}");
                    (weights[unit, feature] != before[unit, feature]).Should().Be(l2 > 0 || name == "adamw");
                }
            }
        }
    }

    /// <summary>With β₁ = β₂ = 0 the mean is g and the root is |g|, exactly: ε, next to nothing, is rounded away.</summary>
    [Fact]
    public void Fit_AdamThatRemembersNothing_IsDescentByTheSignToTheBit()
    {
        // Steps of the square of the smallest gradient here are still normal numbers.
        string expected = Train(new SignDescent(), 0.01, isRegularized: false);

        Train(new Adam(beta1: 0, beta2: 0, epsilon: 1e-37), 0.01, isRegularized: false).Should().Be(expected);
        Train(new RmsProp(decay: 0, epsilon: 1e-37), 0.01, isRegularized: false).Should().Be(expected);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Fit_AdamWWithoutDecay_IsAdamToTheBit(bool isRegularized) =>
        Train(new AdamW(weightDecay: 0, 0.8, 0.99, 1e-6), 0.01, isRegularized)
            .Should().Be(Train(new Adam(0.8, 0.99, 1e-6), 0.01, isRegularized))
            .And.NotBe(Train(new AdamW(weightDecay: 0.01, 0.8, 0.99, 1e-6), 0.01, isRegularized));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Fit_NoMomentum_IsPlainDescentToTheBit(bool isRegularized)
    {
        string expected = Train(new Sgd(), 0.1, isRegularized);

        Train(new Sgd(momentum: 0), 0.1, isRegularized).Should().Be(expected);
        Train(new MaterializedSgd(), 0.1, isRegularized).Should().Be(expected);
        Train(new FusedDescent(), 0.1, isRegularized).Should().Be(expected, "a user's rule by the same operations gives the same bits");
        Train(new Sgd(momentum: 1e-300), 0.1, isRegularized).Should().Be(expected, "so little is rounded away");
    }

    /// <summary>A limit that no gradient reaches changes nothing, and 0 is no penalty.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Fit_LimitThatIsNotReached_GivesTheBitsWithoutOne(string name)
    {
        GradientDescentTrainer<T> free = New(name, isRegularized: false);
        GradientDescentTrainer<T> limited = New(name, isRegularized: false);
        limited.MaxGradientNorm = 1e6;

        TrainingResult without = free.Fit(s_sparse, Epochs);
        TrainingResult with = limited.Fit(s_sparse, Epochs);

        limited.Network.ComputeParametersSha256().Should().Be(free.Network.ComputeParametersSha256());
        without.Epochs.Should().OnlyContain(epoch => epoch.GradientNorm == null);
        with.Epochs.Should().OnlyContain(epoch => epoch.GradientNorm > 0.05 && epoch.GradientNorm < 10);
    }

    /// <summary>Weights only: biases that start at a number and have no gradient, since no class is more frequent, must stay.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Fit_PenaltiesAndDecay_LeaveBiasesAlone(string name)
    {
        // All inputs are 0 and no weight leads to the outputs: only a penalty or a decay could move a hidden unit's bias.
        GradientDescentTrainer<T> trainer = New(name, isRegularized: true);
        trainer.Network.Layers[1].Weights.Clear();
        trainer.Network.Layers[2].Weights.Clear();
        trainer.Network.Layers[0].Biases.Clear();
        trainer.Network.Layers[1].Biases.Clear();
        trainer.Network.Layers[0].Biases.Add(T.One, trainer.Network.Layers[0].Biases);
        Matrix<T> before = trainer.Network.Layers[0].Weights.Clone();

        trainer.Fit(Draw(zeros: 1), Epochs);

        trainer.Network.Layers[0].Biases.Should().AllBeEquivalentTo(T.One);
        trainer.Network.Layers[0].Weights.Should().NotBe(before);
    }

    private static void CheckAgainstNaive(string name, string backend, int workers, bool byUnits, int microBatchSize)
    {
        foreach ((double l1, double l2, double? maxNorm) in ((double, double, double?)[])
            [(0, 0, null), (L1, 0, null), (0, L2, null), (0, 0, MaxNorm), (L1, L2, MaxNorm)])
        {
            GradientDescentTrainer<T> trainer = New(name, isRegularized: false).With(workers, byUnits, microBatchSize);
            trainer.Backend = TestBackends.Create(backend);
            (trainer.L1, trainer.L2, trainer.MaxGradientNorm) = (l1, l2, maxNorm);
            var naive = new NaiveTraining<T>(trainer.Network, s_sparse, trainer.Optimizer, l1, l2, maxNorm);

            TrainingResult result = trainer.Fit(s_sparse, Epochs);

            // A step perturbs a parameter by the rounding of its gradient, some 10 u, times the rate, or with a divisor of at least
            // ε = 1e-3, times 0.02/1e-3 = 20: 15 steps make 3000 u.
            double tolerance = 6000 * Epsilon;
            string because = $"with L1 {l1}, L2 {l2}, norm {maxNorm}, {workers} workers, by units: {byUnits}";
            for (int epoch = 0; epoch < Epochs; epoch++)
            {
                double[] norms = [.. SmallTraining.Order(Seed, epoch, Samples).Chunk(BatchSize)
                    .Select(batch => naive.Step(batch, trainer.LearningRate))];
                if (maxNorm is null)
                {
                    result.Epochs[epoch].GradientNorm.Should().BeNull();
                }
                else
                {
                    result.Epochs[epoch].GradientNorm.Should().BeApproximately(norms.Average(), tolerance, because);
                    norms.Should().Contain(norm => norm > maxNorm, "the test is of clipping");
                }
            }

            for (int l = 0; l < trainer.Network.Layers.Count; l++)
            {
                DenseLayer<T> layer = trainer.Network.Layers[l];
                Difference(layer.Weights, naive.Parameters[2 * l]).Should().BeLessThan(tolerance, $"{because}: layer {l}");
                Difference(layer.Biases.ToColumnMatrix(), naive.Parameters[(2 * l) + 1])
                    .Should().BeLessThan(tolerance, $"{because}: layer {l}");
            }
        }
    }

    private static double Difference(Matrix<T> actual, Matrix<double> expected) =>
        (NaiveTraining<T>.Double(actual) - expected).Enumerate().Max(Math.Abs);

    /// <summary>A weight whose gradient is that of the penalty alone.</summary>
    private static T[] Alone(Optimizer optimizer, T weight, T l2, double rate, int steps)
    {
        T[] parameter = [weight];
        T[] slot0 = new T[Math.Min(1, optimizer.SlotNames.Count)];
        T[] slot1 = new T[Math.Max(0, optimizer.SlotNames.Count - 1)];
        var step = new UpdateStep(0, 0) { AreWeights = true };
        for (int i = 0; i < steps; i++)
        {
            step = step.Next(optimizer, rate);
            T[] gradient = [T.FusedMultiplyAdd(l2, parameter[0], T.Zero)];
            optimizer.Update(step, gradient, T.One, parameter, slot0, slot1);
        }

        return parameter;
    }

    private static string Train(Optimizer optimizer, double rate, bool isRegularized)
    {
        GradientDescentTrainer<T> trainer = New(optimizer, rate, isRegularized);
        trainer.Fit(s_sparse, Epochs);
        return trainer.Network.ComputeParametersSha256();
    }

    private static string Describe(EpochResult epoch) => FormattableString.Invariant(
        $"{epoch.Training.Cost.Sum:R} {epoch.Validation!.Cost.Sum:R} {epoch.GradientNorm:R}");

    private static GradientDescentTrainer<T> New(string name, bool isRegularized) =>
        New(BuiltInOptimizers.Create(name), BuiltInOptimizers.RateOf(name), isRegularized);

    private static GradientDescentTrainer<T> New(Optimizer optimizer, double rate, bool isRegularized) =>
        new(new Network<T>([Features, 40, 7, Classes], new Tanh<T>(), seed: 7))
        {
            Optimizer = optimizer,
            LearningRate = rate,
            BatchSize = BatchSize,
            Seed = Seed,
            L1 = isRegularized ? L1 : 0,
            L2 = isRegularized ? L2 : 0,
            MaxGradientNorm = isRegularized ? MaxNorm : null,
        };

    /// <summary>Samples with a share of zeros, and of two features none, so that in a step many have no gradient.</summary>
    private static Dataset<T> Draw(double zeros)
    {
        var random = new Random(9);
        Matrix<T> features = Matrix<T>.Build.Dense(Features, Samples, (i, _) =>
        {
            bool isZero = random.NextDouble() < zeros;
            T value = T.CreateChecked((2 * random.NextDouble()) - 1);
            return isZero || i is 3 or 14 ? T.Zero : value;
        });
        return Dataset<T>.FromMatrix(features, [.. Enumerable.Range(0, Samples).Select(_ => random.Next(Classes))], Classes);
    }

    /// <summary><c>w ← w − rate·sign(g)</c>.</summary>
    private sealed class SignDescent() : CustomOptimizer("SignDescent")
    {
        public override double DefaultLearningRate => 0.01;

        protected override void Change<TElement>(
            UpdateStep update, ReadOnlySpan<TElement> gradient, Span<TElement> parameters, Span<TElement> slot0, Span<TElement> slot1)
        {
            for (int i = 0; i < gradient.Length; i++)
            {
                parameters[i] -= TElement.CreateChecked(update.LearningRate) * TElement.CreateChecked(TElement.Sign(gradient[i]));
            }
        }
    }

    /// <summary>Plain descent as a user would write it.</summary>
    private sealed class FusedDescent() : CustomOptimizer("FusedDescent")
    {
        public override double DefaultLearningRate => 0.01;

        protected override void Change<TElement>(
            UpdateStep update, ReadOnlySpan<TElement> gradient, Span<TElement> parameters, Span<TElement> slot0, Span<TElement> slot1)
        {
            for (int i = 0; i < gradient.Length; i++)
            {
                parameters[i] = TElement.FusedMultiplyAdd(-TElement.CreateChecked(update.LearningRate), gradient[i], parameters[i]);
            }
        }
    }
}

public sealed class OptimizerTrainingSingleTests : OptimizerTrainingTests<float>;

public sealed class OptimizerTrainingDoubleTests : OptimizerTrainingTests<double>;
