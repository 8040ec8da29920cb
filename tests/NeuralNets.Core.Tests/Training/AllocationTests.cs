using System.Numerics;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Data;
using NeuralNets.Core.Serialization;
using NeuralNets.Core.Tests.Backends;
using NeuralNets.Core.Tests.Data;
using NeuralNets.Core.Tests.Optimizers;
using NeuralNets.Core.Training;

namespace NeuralNets.Core.Tests.Training;

/// <summary>What training allocates.</summary>
public sealed class AllocationTests
{
    [Theory]
    [InlineData(1, 32, 256, false)]
    [InlineData(2, 32, 256, true)]
    [InlineData(3, 50, 16, false)]
    [InlineData(3, 50, 16, true)]
    [InlineData(2, null, 64, true)]
    public void Step_SteadyStateInFloat_AllocatesNothingOnAnyWorker(int workers, int? batchSize, int microBatchSize, bool byUnits) =>
        CheckSteps<float>(workers, batchSize, microBatchSize, byUnits, new Relu<float>());

    [Theory]
    [InlineData(1, 32, 256, true)]
    [InlineData(2, 50, 16, false)]
    public void Step_SteadyStateInDouble_AllocatesNothingOnAnyWorker(int workers, int? batchSize, int microBatchSize, bool byUnits) =>
        CheckSteps<double>(workers, batchSize, microBatchSize, byUnits, new Sigmoid<double>());

    [Theory]
    [InlineData(1, 32, 256, false)]
    [InlineData(2, 50, 16, true)]
    public void Step_SteadyStateWithDropout_AllocatesNothingOnAnyWorker(int workers, int batchSize, int microBatchSize, bool byUnits) =>
        CheckSteps<float>(workers, batchSize, microBatchSize, byUnits, new Gelu<float>(), dropout: new Dropout(0.5, 0.2));

    [Theory]
    [MemberData(nameof(BuiltInOptimizers.Names), MemberType = typeof(BuiltInOptimizers))]
    public void Step_SteadyStateWithEachOptimizer_AllocatesNothingOnAnyWorker(string name)
    {
        foreach (bool isRegularized in (bool[])[false, true])
        {
            CheckSteps<float>(1, 32, 256, byUnits: false, new Relu<float>(), optimizer: name, isRegularized: isRegularized);
            CheckSteps<float>(2, 50, 16, byUnits: true, new Relu<float>(), optimizer: name, isRegularized: isRegularized);
            CheckSteps<double>(3, 50, 16, byUnits: false, new Relu<double>(), optimizer: name, isRegularized: isRegularized);
        }
    }

    [Theory]
    [InlineData(1, 32, 256, false)]
    [InlineData(2, 50, 16, true)]
    public void Step_SteadyStateOnASetInAFile_AllocatesNothingOnAnyWorker(int workers, int batchSize, int microBatchSize, bool byUnits)
    {
        CheckSteps<float>(workers, batchSize, microBatchSize, byUnits, new Relu<float>(), place: InFile);
        CheckSteps<double>(workers, batchSize, microBatchSize, byUnits, new Relu<double>(), place: set =>
            InFile(Dataset<double>.FromMatrix(set.ToMatrix(), set.Labels, set.ClassCount)));

        static Dataset<T> InFile<T>(Dataset<T> set)
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            using var folder = new TempDirectory();
            DatasetFile.Save(folder.File("set"), set);
            return DatasetFile.Open<T>(folder.File("set"));
        }
    }

    [MklTheory]
    [InlineData(1, 32, 256, false)]
    [InlineData(2, 50, 16, true)]
    public void Step_SteadyStateByMkl_AllocatesNothingOnAnyWorker(int workers, int batchSize, int microBatchSize, bool byUnits) =>
        CheckSteps<float>(workers, batchSize, microBatchSize, byUnits, new Relu<float>(), "mkl");

    [Fact]
    [Trait("Kind", "Sweep")]
    public void Fit_FullBatchOf60000_NeedsTheWorkspaceOfABatchOf256AndOneGradient()
    {
        const int Samples = 60_000;
        const int MicroBatchSize = 256;
        Dataset<float> set = RandomImages<float>(Samples, pixels: 784);
        var network = new Network<float>([784, 64, 10], new Relu<float>(), seed: 1);
        var trainer = new GradientDescentTrainer<float>(network) { Hooks = { WorkerCount = 1 } };
        long before = GC.GetAllocatedBytesForCurrentThread();

        trainer.Fit(set, epochs: 1);

        // Inputs, and per layer the inputs and values of the function and the derivatives; labels, costs and softmax sums.
        long workspace = MicroBatchSize * ((784 + (3 * 64) + (2 * 10) + 2) * sizeof(float) + sizeof(int) + sizeof(double));
        long gradient = network.ParameterCount * sizeof(float);
        const long Indices = Samples * 2 * sizeof(int); // the order of the samples, and their predicted labels
        const long Pooled = 2_000_000; // packed panels and the evaluation's blocks, kept for the next call
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        allocated.Should().BeLessThan(workspace + gradient + Indices + Pooled);
        allocated.Should().BeLessThan(Samples * 784 * sizeof(float) / 50);
    }

    private static void CheckSteps<T>(
        int workers,
        int? batchSize,
        int microBatchSize,
        bool byUnits,
        IActivation<T> activation,
        string backend = "managed",
        Dropout? dropout = null,
        string optimizer = "plain",
        bool isRegularized = false,
        Func<Dataset<T>, Dataset<T>>? place = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const int Warm = 20;
        const int Steps = 60;
        var counters = new (int Steps, long Start, long End)[workers * 8];
        var trainer = new GradientDescentTrainer<T>(new Network<T>([30, 20, 12, 10], activation, seed: 1))
        {
            BatchSize = batchSize,
            Backend = TestBackends.Create(backend),
            Dropout = dropout,
            Optimizer = BuiltInOptimizers.Create(optimizer),
            L1 = isRegularized ? 1e-4 : 0,
            L2 = isRegularized ? 1e-3 : 0,
            MaxGradientNorm = isRegularized ? 0.1 : null,
            Hooks =
            {
                WorkerCount = workers,
                IsAlone = () => false,
                CutsFirstLayerByUnits = byUnits,
                MicroBatchSize = microBatchSize,
                OnStep = worker =>
                {
                    ref (int Steps, long Start, long End) counter = ref counters[worker * 8];
                    long bytes = GC.GetAllocatedBytesForCurrentThread();
                    counter.Steps++;
                    if (counter.Steps == Warm)
                    {
                        counter.Start = bytes;
                    }

                    counter.End = bytes;
                },
            },
        };
        int epochs = batchSize is { } size ? 1 : Steps;
        Dataset<T> set = RandomImages<T>(batchSize is null ? 200 : Steps * batchSize.Value, pixels: 30);
        trainer.Fit(place?.Invoke(set) ?? set, epochs);

        for (int worker = 0; worker < workers; worker++)
        {
            (int steps, long start, long end) = counters[worker * 8];
            steps.Should().Be(Steps);

            // Full batch: an epoch is a step, and worker 0 keeps and reports a result for each.
            long perEpoch = batchSize is null && worker == 0 ? (Steps - Warm) * 256 : 0;
            (end - start).Should().BeInRange(0, perEpoch, $"on worker {worker}");
        }
    }

    private static Dataset<T> RandomImages<T>(int count, int pixels)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new Random(3);
        byte[] bytes = new byte[count * pixels];
        byte[] labels = new byte[count];
        random.NextBytes(bytes);
        for (int i = 0; i < count; i++)
        {
            labels[i] = (byte)random.Next(10);
        }

        return Dataset<T>.FromImages(new LabeledImages(bytes, labels, 1, pixels));
    }
}
