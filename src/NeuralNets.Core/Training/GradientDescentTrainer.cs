using System.Numerics;
using NeuralNets.Core.Backends;
using NeuralNets.Core.Data;
using NeuralNets.Core.Losses;

namespace NeuralNets.Core.Training;

/// <summary>
/// Trains a network by gradient descent on the mean cross-entropy, with the whole training set at a time or in mini-batches.
/// </summary>
/// <remarks>
/// <para>For a batch of m samples: <c>dZ = P − Y</c> in the output layer and <c>dZ = (Wᵀ·dZ of the next layer) ∘ f′(Z)</c> in the
/// others, <c>dW = dZ·Aᵀ/m</c>, <c>db = Σ dZ/m</c>, <c>W ← W − rate·dW</c>, <c>b ← b − rate·db</c>. The last, shorter batch of
/// an epoch is trained on, too, and divided by its own size.</para>
/// <para>The same seed gives the same parameters, bit for bit, on every machine and with any number of workers. The order
/// of the samples in an epoch is a function of the seed and of how many epochs were completed before, so 5 epochs and then 5 more
/// give the bits of 10. That is a promise of the managed kernels; see <see cref="Backend"/>.</para>
/// <para>The memory that training takes beyond the data and the network does not grow with the batch: at most 256 samples go
/// through at a time.</para>
/// </remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed class GradientDescentTrainer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Creates a trainer.</summary>
    /// <param name="network">The network to train; <see cref="Fit"/> changes its parameters.</param>
    /// <exception cref="ArgumentNullException"><paramref name="network"/> is null.</exception>
    public GradientDescentTrainer(Network<T> network)
    {
        ElementType.Check<T>();
        ArgumentNullException.ThrowIfNull(network);
        Network = network;
    }

    /// <summary>The network that is trained.</summary>
    public Network<T> Network { get; }

    /// <summary>The learning rate per step; 0.03 unless set.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not positive, or not finite in the element type.</exception>
    public double LearningRate
    {
        get;
        set
        {
            if (!IsLearningRate(value))
            {
                throw new ArgumentOutOfRangeException(nameof(value), value, "The learning rate must be positive and finite.");
            }

            field = value;
        }
    }

    = 0.03;

    /// <summary>The number of samples of a step, or null for all of them: full-batch training, the default. A size beyond the
    /// training set means all of them, too.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not positive.</exception>
    public int? BatchSize
    {
        get;
        set
        {
            if (value is { } size)
            {
                ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size, nameof(value));
            }

            field = value;
        }
    }

    /// <summary>Decides the order of the samples in mini-batch training; 0 unless set. Full-batch training takes them as they
    /// come.</summary>
    public ulong Seed { get; set; }

    /// <summary>The most threads that train, the calling one included; as many as there are processors unless set. Fewer
    /// are used where the work is not worth them. The number does not change the result.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not positive.</exception>
    public int MaxWorkers
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
            field = value;
        }
    }

    = Environment.ProcessorCount;

    /// <summary>What computes the matrix products, also those of the evaluation; the managed kernels unless set.</summary>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    public GemmBackend Backend
    {
        get;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            field = value;
        }
    }

    = ManagedBackend.Instance;

    /// <summary>The loss: what is reported as cost. Its gradient is the same whatever its offset.</summary>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    public CrossEntropyLoss Loss
    {
        get;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            field = value;
        }
    }

    = new();

    /// <summary>When to save checkpoints in the course of <see cref="Fit"/>, and where; null, the default, for none. Set after
    /// loading from a checkpoint, too: it is not part of one.</summary>
    public CheckpointSchedule? Checkpoints { get; set; }

    /// <summary>The number of epochs that this trainer has completed, over all calls of <see cref="Fit"/>, and before its
    /// checkpoint was saved if it was loaded from one.</summary>
    public int EpochsCompleted { get; internal set; }

    /// <summary>The fingerprint of the set that was trained on last.</summary>
    internal string? TrainingSet { get; set; }

    /// <summary>Whether the trainer continues from a checkpoint, and therefore on its training set only.</summary>
    internal bool IsResumed { get; init; }

    /// <summary>The number of threads exactly, for tests.</summary>
    internal int? ForcedWorkers { get; set; }

    /// <summary>The cut of the step, for tests.</summary>
    internal bool? ForcedCutByUnits { get; set; }

    /// <summary>Asked at each step whether worker 0 does the next one alone, for tests.</summary>
    internal Func<bool>? ForcedPace { get; set; }

    /// <summary>The most samples that go through at a time. 256 keep what passes between the layers in the cache.</summary>
    internal int ChunkColumns { get; set; } = 256;

    /// <summary>Called on each worker with its index after each step, for tests.</summary>
    internal Action<int>? StepObserver { get; init; }

    /// <summary>Trains for some epochs. Called again, it continues.</summary>
    /// <param name="training">The samples to train on.</param>
    /// <param name="epochs">How many times to go through them, positive.</param>
    /// <param name="validation">Samples to evaluate after each epoch, or null.</param>
    /// <param name="progress">Told of each epoch, on the calling thread; in full-batch training when the training accuracy after
    /// its update is known, which is in the course of the next epoch. An exception that it throws ends the call.</param>
    /// <param name="cancellationToken">Stops training between two steps. What was learned stays in the network; an epoch that
    /// was interrupted does not count as completed.</param>
    /// <returns>The results of the epochs of this call.</returns>
    /// <exception cref="ArgumentException">A set does not have the network's number of features or classes, or the trainer comes
    /// from a checkpoint and the training set is not the one that it was trained on, or an activation has no name with which
    /// <see cref="Checkpoints"/> could be saved.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="training"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="epochs"/> is not positive, or there would be more epochs in
    /// all than <see cref="int.MaxValue"/>.</exception>
    /// <exception cref="DirectoryNotFoundException">The folder of the checkpoints does not exist.</exception>
    /// <exception cref="InvalidOperationException">The network is being trained: by another thread, or by the call whose progress
    /// handler this is.</exception>
    /// <exception cref="IOException">A checkpoint cannot be written. The network has the parameters that it should have
    /// held.</exception>
    /// <exception cref="UnauthorizedAccessException">A checkpoint must not be written. The network has the parameters that it
    /// should have held.</exception>
    /// <exception cref="NonFiniteCostException">A cost became NaN or infinite. The network has the parameters from before that
    /// step.</exception>
    /// <exception cref="OperationCanceledException">Training was cancelled.</exception>
    public TrainingResult Fit(
        Dataset<T> training,
        int epochs,
        Dataset<T>? validation = null,
        IProgress<EpochResult>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(training);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(epochs);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(epochs, int.MaxValue - EpochsCompleted);
        Check(training, nameof(training));
        if (validation is not null)
        {
            Check(validation, nameof(validation));
        }

        if (IsResumed && TrainingSet is not null && TrainingSet != training.Fingerprint)
        {
            throw new ArgumentException(
                "A trainer that was loaded from a checkpoint must continue on the same training set, but the samples or labels of this "
                + "one are others. To train the network on other data, give it to a new trainer.",
                nameof(training));
        }

        Checkpoints?.Check(Network);
        cancellationToken.ThrowIfCancellationRequested();
        Network.BeginTraining();
        try
        {
            var run = new TrainingRun<T>(this, training, epochs, validation, progress, cancellationToken);
            TrainingSet = training.Fingerprint;
            return run.Run();
        }
        finally
        {
            Network.EndTraining();
        }
    }

    /// <summary>Whether a number can be a learning rate.</summary>
    internal static bool IsLearningRate(double value) => value > 0 && T.IsFinite(T.CreateSaturating(value));

    /// <summary>How the steps of a batch are cut.</summary>
    internal StepPlan Plan(int batchSize)
    {
        int[] sizes = [Network.Inputs, .. Network.Layers.Select(layer => layer.Outputs)];
        StepPlan plan = StepPlan.Choose(Backend.HasOwnThreads ? 1 : MaxWorkers, sizes, Math.Min(ChunkColumns, batchSize));
        return plan with
        {
            Workers = ForcedWorkers ?? plan.Workers,
            CutsFirstLayerByUnits = (ForcedCutByUnits ?? plan.CutsFirstLayerByUnits) && sizes.Length > 2,
        };
    }

    private void Check(Dataset<T> set, string parameter)
    {
        Network.CheckFeatures($"the {parameter} set", set.Features, set.Count, parameter);
        if (set.Classes != Network.Classes)
        {
            throw new ArgumentException(
                $"The {parameter} set must have the network's number of classes, {Network.Classes}, but has {set.Classes}.", parameter);
        }
    }
}
