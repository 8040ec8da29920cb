using System.Numerics;
using NeuralNets.Core;
using NeuralNets.Core.Optimizers;
using NeuralNets.Core.Optimizers.Schedules;
using NeuralNets.Core.Training;
using NeuralNets.Mnist.Options;

namespace NeuralNets.Mnist;

/// <summary>The parts of training by their names on the command line.</summary>
internal static class Trainings
{
    private const double Momentum = 0.9;

    public static string[] OptimizerNames { get; } = ["sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw"];

    public static string[] ScheduleNames { get; } = ["constant", "step", "exponential", "cosine", "one-cycle"];

    /// <summary>Creates a trainer.</summary>
    /// <exception cref="UserException">A setting cannot be used.</exception>
    public static GradientDescentTrainer<T> Create<T>(Network<T> network, TrainSettings settings)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        return new GradientDescentTrainer<T>(network)
        {
            Optimizer = CreateOptimizer(settings),
            LearningRate = LearningRate(settings),
            Schedule = CreateSchedule(settings.Schedule, settings.Epochs),
            L2 = settings.L2,
            Dropout = settings is { Dropout: 0, InputDropout: 0 } ? null : new Dropout(settings.Dropout, settings.InputDropout),
            EarlyStopping = settings.Patience is { } patience ? new EarlyStopping(patience) : null,
            BatchSize = settings.Batch,
            Seed = settings.Seed,
            MaxDegreeOfParallelism = settings.Workers,
            Backend = Networks.Backend(settings.Backend),
        };
    }

    /// <summary>Returns the step size that is given, or that of the optimizer.</summary>
    public static double LearningRate(TrainSettings settings) =>
        settings.LearningRate ?? CreateOptimizer(settings).DefaultLearningRate;

    private static Optimizer CreateOptimizer(TrainSettings settings) => settings switch
    {
        { WeightDecay: null } => CreateOptimizer(settings.Optimizer),
        { WeightDecay: { } decay, Optimizer: "adamw" } => new AdamW(decay),
        _ => throw new UserException($"--weight-decay is a number of adamw, and {settings.Optimizer} has none: --l2 is a penalty for all."),
    };

    private static Optimizer CreateOptimizer(string name) => name switch
    {
        "sgd" => new Sgd(),
        "momentum" => new Sgd(Momentum),
        "nesterov" => new Sgd(Momentum, nesterov: true),
        "rmsprop" => new RmsProp(),
        "adam" => new Adam(),
        "adamw" => new AdamW(),
        _ => throw new ArgumentException($"There is no optimizer '{name}'.", nameof(name)),
    };

    private static LearningRateSchedule? CreateSchedule(string name, int epochs) => name switch
    {
        "constant" => null,
        "step" => new StepDecay(Math.Max(1, epochs / 3)),
        "exponential" => new ExponentialDecay(0.95),
        "cosine" => new CosineDecay(epochs),
        "one-cycle" => new OneCycle(epochs),
        _ => throw new ArgumentException($"There is no schedule '{name}'.", nameof(name)),
    };
}
