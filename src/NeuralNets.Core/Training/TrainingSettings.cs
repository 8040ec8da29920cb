using System.Numerics;
using NeuralNets.Core.Backends;
using NeuralNets.Core.Losses;
using NeuralNets.Core.Optimizers;
using NeuralNets.Core.Optimizers.Schedules;

namespace NeuralNets.Core.Training;

/// <summary>The settings of a trainer. Immutable: a call of Fit takes them as they are when it begins.</summary>
internal sealed record TrainingSettings<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The rule of the update.</summary>
    public Optimizer Optimizer { get; init; } = new Sgd();

    /// <summary>The learning rate per step if one was set; otherwise the optimizer's.</summary>
    public double? OwnLearningRate { get; init; }

    /// <summary>The learning rate per step.</summary>
    public double LearningRate => OwnLearningRate ?? Optimizer.DefaultLearningRate;

    /// <summary>What the rate is multiplied by in the course of training; null for 1.</summary>
    public LearningRateSchedule? Schedule { get; init; }

    /// <summary>When the rate is lowered; null for never.</summary>
    public ReduceOnPlateau? ReduceOnPlateau { get; init; }

    /// <summary>When training ends early; null for never.</summary>
    public EarlyStopping? EarlyStopping { get; init; }

    /// <summary>The time after which a call of Fit ends with the running epoch; null for none.</summary>
    public TimeSpan? TimeBudget { get; init; }

    /// <summary>Whether something watches the cost of a validation set.</summary>
    public bool NeedsValidation =>
        EarlyStopping?.Monitor == MonitoredCost.Validation || ReduceOnPlateau?.Monitor == MonitoredCost.Validation;

    /// <summary>The factor of the signs of the weights in the gradient.</summary>
    public double L1 { get; init; }

    /// <summary>The factor of the weights in the gradient.</summary>
    public double L2 { get; init; }

    /// <summary>The norm beyond which a gradient is scaled down to it; null for none.</summary>
    public double? MaxGradientNorm { get; init; }

    /// <summary>Whether an update is <c>w ← fma(−rate, g, w)</c>, which needs no gradient in memory.</summary>
    public bool UpdatesAreLinear => Optimizer.IsPlainDescent && L1 == 0 && L2 == 0 && MaxGradientNorm is null;

    /// <summary>The number of samples of a step; null for all of them.</summary>
    public int? BatchSize { get; init; }

    /// <summary>The seed, which decides the order of the samples.</summary>
    public long Seed { get; init; }

    /// <summary>The loss; null if the output function has no usual one and none was set.</summary>
    public ILoss<T>? Loss { get; init; }

    /// <summary>The rates of dropout; null for none.</summary>
    public Dropout? Dropout { get; init; }

    /// <summary>The maximum number of threads that train.</summary>
    public int MaxDegreeOfParallelism { get; init; } = Environment.ProcessorCount;

    /// <summary>What computes the matrix products.</summary>
    public GemmBackend Backend { get; init; } = ManagedBackend.Instance;

    /// <summary>When to save checkpoints, and where; null for none.</summary>
    public CheckpointSchedule? Checkpoints { get; init; }

    /// <summary>Returns whether a number can be a factor: not negative, finite, and in the element type not 0 unless it is 0.</summary>
    public static bool IsFactor(double value) => value == 0 || IsLearningRate(value);

    /// <summary>Returns whether a number can be a learning rate: positive and finite in the element type, too.</summary>
    public static bool IsLearningRate(double value) =>
        value > 0 && T.CreateSaturating(value) > T.Zero && T.IsFinite(T.CreateSaturating(value));
}
