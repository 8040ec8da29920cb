namespace NeuralNets.Core.Training;

/// <summary>The result of a call of <see cref="GradientDescentTrainer{T}.Fit"/>.</summary>
public sealed class TrainingResult
{
    /// <summary>One result per epoch, in order.</summary>
    public required IReadOnlyList<EpochResult> Epochs { get; init; }

    /// <summary>The epoch whose parameters the network has, those of the smallest cost; null without
    /// <see cref="GradientDescentTrainer{T}.EarlyStopping"/>, and if no cost was a finite number.</summary>
    public required int? BestEpoch { get; init; }

    /// <summary>Why the call ended.</summary>
    public required TrainingEnd End { get; init; }

    /// <summary>The time that training took, evaluation excluded.</summary>
    public required TimeSpan TrainingTime { get; init; }

    /// <summary>The time that evaluation took: of the validation set, and of the training set where a look at the parameters
    /// does not show that its answers are finite.</summary>
    public required TimeSpan EvaluationTime { get; init; }

    /// <summary>Training samples per second of <see cref="TrainingTime"/>; 0 if there was no epoch.</summary>
    public required double SamplesPerSecond { get; init; }

    /// <summary>The number of threads that trained, 0 if there was no epoch; those of a backend of its own are not counted.</summary>
    public required int WorkerCount { get; init; }

    /// <summary>The name of the backend that computed the matrix products.</summary>
    public required string Backend { get; init; }

    /// <summary>Returns the result of a call that was asked for no epochs.</summary>
    internal static TrainingResult OfNothing(string backend) => new()
    {
        Epochs = [],
        BestEpoch = null,
        End = TrainingEnd.Completed,
        TrainingTime = TimeSpan.Zero,
        EvaluationTime = TimeSpan.Zero,
        SamplesPerSecond = 0,
        WorkerCount = 0,
        Backend = backend,
    };
}
