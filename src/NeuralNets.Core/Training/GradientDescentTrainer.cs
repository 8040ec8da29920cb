using System.Numerics;
using NeuralNets.Core.Backends;
using NeuralNets.Core.Data;
using NeuralNets.Core.Kernels;
using NeuralNets.Core.Losses;
using NeuralNets.Core.Optimizers;
using NeuralNets.Core.Optimizers.Schedules;

namespace NeuralNets.Core.Training;

/// <summary>
/// Trains a network by gradient descent on the mean cost over the samples, with the whole training set at a time or in mini-batches.
/// </summary>
/// <remarks>
/// <para>For a batch of m samples: dZ in the output layer from the loss, <c>dZ = P − Y</c> for softmax and cross-entropy, and
/// <c>dZ = (Wᵀ·dZ of the layer behind) ∘ f′(Z)</c> in the others, <c>dW = dZ·Aᵀ/m</c>, <c>db = Σ dZ/m</c>, and then the optimizer's
/// rule, <c>W ← W − rate·dW</c>, <c>b ← b − rate·db</c> unless another one is set. The last, shorter batch of an epoch is trained on, too,
/// and divided by its own size.</para>
/// <para>The same seed gives the same parameters, bit for bit, on every machine and with any number of workers. The order
/// of the samples in an epoch is a function of the seed and of how many epochs were completed before, so 5 epochs and then 5 more
/// give the bits of 10. That is a promise of the managed kernels; see <see cref="Backend"/>.</para>
/// <para>A call of <see cref="Fit"/> uses the settings as they are when it begins. What is set while it runs counts from the next
/// call.</para>
/// <para>The memory that training takes beyond the data and the network does not grow with the batch: at most 256 samples go
/// through at a time.</para>
/// </remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed class GradientDescentTrainer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly List<EpochResult> _history = [];
    private TrainingSettings<T>? _running;
    private Dataset<T>? _trainedOn;

    /// <summary>Creates a trainer.</summary>
    /// <param name="network">The network to train; <see cref="Fit"/> changes its parameters.</param>
    /// <exception cref="ArgumentNullException"><paramref name="network"/> is null.</exception>
    public GradientDescentTrainer(Network<T> network)
    {
        ElementType.Check<T>();
        ArgumentNullException.ThrowIfNull(network);
        Network = network;
        Settings = new() { Loss = UsualLoss.Of(network.OutputActivation) };
    }

    /// <summary>The network that is trained.</summary>
    public Network<T> Network { get; }

    /// <summary>The rule of the update; plain gradient descent, <see cref="Sgd"/>, unless set. One of another kind begins without memory of
    /// the steps before; one of the same kind with other numbers goes on with it.</summary>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    public Optimizer Optimizer
    {
        get => Settings.Optimizer;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            Settings = Settings with { Optimizer = value };
        }
    }

    /// <summary>The learning rate per step; the optimizer's default unless set: 0.03 for plain descent.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not positive and finite in the element type.</exception>
    public double LearningRate
    {
        get => Settings.LearningRate;
        set
        {
            if (!TrainingSettings<T>.IsLearningRate(value))
            {
                throw new ArgumentOutOfRangeException(
                    nameof(value), value, $"The learning rate must be positive and finite as a {typeof(T).Name}.");
            }

            Settings = Settings with { OwnLearningRate = value };
        }
    }

    /// <summary>What the learning rate is multiplied by in the course of training; null, the default, for a constant rate.</summary>
    public LearningRateSchedule? Schedule
    {
        get => Settings.Schedule;
        set => Settings = Settings with { Schedule = value };
    }

    /// <summary>When the learning rate is lowered, since the cost does not fall any more; null, the default, for never.</summary>
    public ReduceOnPlateau? ReduceOnPlateau
    {
        get => Settings.ReduceOnPlateau;
        set => Settings = Settings with { ReduceOnPlateau = value };
    }

    /// <summary>When training ends before its last epoch, with the parameters of the best one; null, the default, for never.</summary>
    public EarlyStopping? EarlyStopping
    {
        get => Settings.EarlyStopping;
        set => Settings = Settings with { EarlyStopping = value };
    }

    /// <summary>The time after which a call of <see cref="Fit"/> ends with the epoch that is running, evaluation and reports included;
    /// null, the default, for none. It is not part of checkpoints.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not positive.</exception>
    public TimeSpan? TimeBudget
    {
        get => Settings.TimeBudget;
        set
        {
            if (value is { } time)
            {
                ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(time, TimeSpan.Zero, nameof(value));
            }

            Settings = Settings with { TimeBudget = value };
        }
    }

    /// <summary>The factor of the L1 penalty, which adds <c>L1·sign(w)</c> to the mean gradient of each weight, 0 for a weight of 0; not of
    /// biases. 0, the default, for none. The reported cost is without it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite, or becomes 0 in the element type.</exception>
    public double L1
    {
        get => Settings.L1;
        set => Settings = Settings with { L1 = CheckedFactor(value) };
    }

    /// <summary>The factor of the L2 penalty, which adds <c>L2·w</c> to the mean gradient of each weight, the derivative of
    /// <c>L2/2·w²</c>; not of biases. 0, the default, for none. The reported cost is without it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite, or becomes 0 in the element type.</exception>
    public double L2
    {
        get => Settings.L2;
        set => Settings = Settings with { L2 = CheckedFactor(value) };
    }

    /// <summary>The largest norm of a gradient: the mean gradient of all weights and biases with penalties, as one vector, is scaled down
    /// to it if it is longer. Null, the default, for none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not positive and finite in the element type.</exception>
    public double? MaxGradientNorm
    {
        get => Settings.MaxGradientNorm;
        set
        {
            if (value is { } norm && !TrainingSettings<T>.IsLearningRate(norm))
            {
                throw new ArgumentOutOfRangeException(
                    nameof(value), value, $"The largest norm of a gradient must be positive and finite as a {typeof(T).Name}.");
            }

            Settings = Settings with { MaxGradientNorm = value };
        }
    }

    /// <summary>The number of samples of a step, or null for all of them: full-batch training, the default. A size beyond the
    /// training set means all of them, too.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not positive.</exception>
    public int? BatchSize
    {
        get => Settings.BatchSize;
        set
        {
            if (value is { } size)
            {
                ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size, nameof(value));
            }

            Settings = Settings with { BatchSize = value };
        }
    }

    /// <summary>The seed, which decides the order of the samples in mini-batch training, and what <see cref="Dropout"/> leaves out; 0
    /// unless set. Full-batch training takes the samples as they come.</summary>
    public long Seed
    {
        get => Settings.Seed;
        set => Settings = Settings with { Seed = value };
    }

    /// <summary>The loss that is minimized and reported as cost; the usual one of the output function unless set: cross-entropy for
    /// softmax, binary cross-entropy for sigmoid, the mean squared error for identity. Null if there is no usual one, and after loading a
    /// checkpoint with a custom one, which is set again.</summary>
    /// <exception cref="ArgumentException">The loss does not belong to the network's output function.</exception>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    public ILoss<T>? Loss
    {
        get => Settings.Loss;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            value.CheckOutput(Network.OutputActivation, Network.OutputCount);
            Settings = Settings with { Loss = value };
        }
    }

    /// <summary>The rates of dropout; null, the default, for none. With dropout, the cost and the accuracy of training in an
    /// <see cref="EpochResult"/> are those of the network without what each step left out: mostly worse than those of the whole
    /// one.</summary>
    public Dropout? Dropout
    {
        get => Settings.Dropout;
        set => Settings = Settings with { Dropout = value };
    }

    /// <summary>The maximum number of threads that train, the calling one included; as many as there are processors unless set. Fewer
    /// are used where the work is not worth them. The number does not change the result.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not positive.</exception>
    public int MaxDegreeOfParallelism
    {
        get => Settings.MaxDegreeOfParallelism;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
            Settings = Settings with { MaxDegreeOfParallelism = value };
        }
    }

    /// <summary>What computes the matrix products, also those of the evaluation; the managed kernels unless set.</summary>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    public GemmBackend Backend
    {
        get => Settings.Backend;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            Settings = Settings with { Backend = value };
        }
    }

    /// <summary>When to save checkpoints in the course of <see cref="Fit"/>, and where; null, the default, for none. Set after
    /// loading from a checkpoint, too: it is not part of one.</summary>
    public CheckpointSchedule? Checkpoints
    {
        get => Settings.Checkpoints;
        set => Settings = Settings with { Checkpoints = value };
    }

    /// <summary>The number of epochs that this trainer has completed, over all calls of <see cref="Fit"/>, and before its
    /// checkpoint was saved if it was loaded from one.</summary>
    public int EpochsCompleted { get; internal set; }

    /// <summary>The results of all epochs that this trainer has completed, also of calls of <see cref="Fit"/> that were cancelled or
    /// failed later, and before its checkpoint was saved if it was loaded from one.</summary>
    public IReadOnlyList<EpochResult> History => _history.AsReadOnly();

    /// <summary>The settings for the next call of Fit.</summary>
    internal TrainingSettings<T> Settings { get; set; }

    /// <summary>The settings of the call of Fit that is running, otherwise those for the next one: what a checkpoint holds.</summary>
    internal TrainingSettings<T> SettingsInUse => _running ?? Settings;

    /// <summary>What the optimizer in use remembers: that of the steps so far, or nothing yet if it is another one than theirs.</summary>
    internal OptimizerState<T> State
    {
        get => field is not null && field.Optimizer.IsContinuedBy(SettingsInUse.Optimizer)
            ? field
            : field = new(Network, SettingsInUse.Optimizer);
        set;
    }

    /// <summary>How far the reduction of the rate has come.</summary>
    internal PlateauState Plateau { get; set; } = PlateauState.Start;

    /// <summary>The best parameters in a call of Fit with early stopping; null without, and after it.</summary>
    internal BestParameters<T>? Best { get; set; }

    /// <summary>The fingerprint of the set that was trained on last; computed when it is asked for, which is when a checkpoint is
    /// saved.</summary>
    internal DatasetFingerprint? TrainingSet
    {
        get => _trainedOn?.Fingerprint ?? field;
        init;
    }

    /// <summary>Whether the trainer continues from a checkpoint, and therefore on its training set only.</summary>
    internal bool IsResumed { get; init; }

    /// <summary>What tests decide and observe.</summary>
    internal TrainingHooks Hooks { get; } = new();

    /// <summary>Trains for some epochs. Called again, it continues.</summary>
    /// <param name="training">The samples to train on.</param>
    /// <param name="epochs">How many times to go through them, not negative. With 0 the arguments are checked and nothing else
    /// is done, but that the network of a checkpoint gets the best parameters of <see cref="EarlyStopping"/>, since the call that wrote
    /// it ends with this one.</param>
    /// <param name="validation">Samples to evaluate after each epoch, or null.</param>
    /// <param name="onEpoch">Receives the result of each epoch when it ends, on the calling thread, while the network has the parameters
    /// of the end of that epoch. It may save, evaluate or change the network. An exception that it throws ends the call.</param>
    /// <param name="cancellationToken">Stops training between two steps. What was learned stays in the network; an epoch that
    /// was interrupted does not count as completed.</param>
    /// <returns>The results of the epochs of this call.</returns>
    /// <exception cref="ArgumentException">A set does not have the network's number of features, or targets for its outputs, or the
    /// trainer comes from a checkpoint and the training set is not the one that it was trained on, or an activation has no name with
    /// which <see cref="Checkpoints"/> could be saved.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="training"/> is null, or <paramref name="validation"/> although something
    /// watches its cost.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="epochs"/> is negative, or there would be more epochs in
    /// all than <see cref="int.MaxValue"/>.</exception>
    /// <exception cref="DirectoryNotFoundException">The folder of the checkpoints does not exist.</exception>
    /// <exception cref="InvalidOperationException">A layer of the network is being trained: by another thread, or by the call whose
    /// handler this is. Or no loss is set for an output function without a usual one, or a custom schedule is not set again after loading
    /// a checkpoint, or the schedule returned a factor that is negative or not finite. Or native code has changed how a thread rounds, or
    /// that subnormal numbers count as zero there.</exception>
    /// <exception cref="IOException">A checkpoint cannot be written. The network has the parameters that it should have
    /// held.</exception>
    /// <exception cref="UnauthorizedAccessException">A checkpoint must not be written. The network has the parameters that it
    /// should have held.</exception>
    /// <exception cref="NonFiniteCostException">A cost became NaN or infinite, or would after the last step of an epoch. The network has
    /// the parameters from the end of the last epoch that was completed; without one, those from before the call.</exception>
    /// <exception cref="OperationCanceledException">Training was cancelled.</exception>
    public TrainingResult Fit(
        Dataset<T> training,
        int epochs,
        Dataset<T>? validation = null,
        Action<EpochResult>? onEpoch = null,
        CancellationToken cancellationToken = default)
    {
        TrainingSettings<T> settings = Settings;
        ArgumentNullException.ThrowIfNull(training);
        ArgumentOutOfRangeException.ThrowIfNegative(epochs);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(epochs, int.MaxValue - EpochsCompleted);
        Check(settings, training, validation);
        settings.Checkpoints?.Check(Network);
        FloatingPointMode.Require();
        cancellationToken.ThrowIfCancellationRequested();
        if (epochs == 0 && Best is null)
        {
            return TrainingResult.OfNothing(settings.Backend.Name);
        }

        Network.BeginTraining();
        try
        {
            _running = settings;
            Best = settings.EarlyStopping is null ? null : Best ?? new(Network); // that of a checkpoint, or a new one
            var run = new TrainingRun<T>(this, settings, State, training, epochs, validation, onEpoch, cancellationToken);
            _trainedOn = training;
            return run.Run();
        }
        finally
        {
            Best?.Restore();
            Best = null;
            _running = null;
            Network.EndTraining();
        }
    }

    /// <summary>Adds the result of an epoch to the history.</summary>
    internal void Add(EpochResult result) => _history.Add(result);

    private void Check(TrainingSettings<T> settings, Dataset<T> training, Dataset<T>? validation)
    {
        if (settings.Loss is null)
        {
            throw new InvalidOperationException(
                IsResumed
                    ? $"The checkpoint was trained with a custom loss, which it does not hold: set {nameof(Loss)} to it before training."
                    : $"An output layer with {Network.OutputActivation} has no usual loss: set {nameof(Loss)} before training.");
        }

        if (validation is null && settings.NeedsValidation)
        {
            bool stops = settings.EarlyStopping?.Monitor == MonitoredCost.Validation;
            throw new ArgumentNullException(
                nameof(validation),
                $"{(stops ? nameof(EarlyStopping) : nameof(ReduceOnPlateau))} watches "
                + $"the cost of a validation set, but there is none: give one, or let it watch {nameof(MonitoredCost)}."
                + $"{nameof(MonitoredCost.Training)}.");
        }

        (settings.Schedule as MissingSchedule)?.Factor(0, 1);
        CheckSet(training, settings.Loss, nameof(training));
        if (validation is not null)
        {
            CheckSet(validation, settings.Loss, nameof(validation));
        }

        if (IsResumed && TrainingSet is { } trainedOn && !training.Has(trainedOn))
        {
            throw new ArgumentException(
                "A trainer that was loaded from a checkpoint must continue on the same training set, but the features or targets of this "
                + "one are others. To train the network on other data, give it to a new trainer.",
                nameof(training));
        }
    }

    private static double CheckedFactor(double value) => TrainingSettings<T>.IsFactor(value)
        ? value
        : throw new ArgumentOutOfRangeException(
            nameof(value), value, $"The factor of a penalty must be finite and not negative, and a {typeof(T).Name} that is not 0 unless "
            + "it is 0.");

    private void CheckSet(Dataset<T> set, ILoss<T> loss, string parameter)
    {
        Network.CheckFeatures($"the {parameter} set", set.FeatureCount, set.Count, parameter);
        Network.CheckTargets($"The {parameter} set", set, loss, parameter);
    }
}
