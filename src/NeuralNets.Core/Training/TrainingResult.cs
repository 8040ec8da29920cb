namespace NeuralNets.Core.Training;

/// <summary>What a call of <see cref="GradientDescentTrainer{T}.Fit"/> came to.</summary>
/// <param name="Epochs">One result an epoch, in order.</param>
/// <param name="TrainingTime">The time that training took, evaluation excluded.</param>
/// <param name="EvaluationTime">The time that evaluation took: of the validation set, and in full-batch training of the training set
/// after the last update.</param>
/// <param name="SamplesPerSecond">Training samples a second of <paramref name="TrainingTime"/>.</param>
/// <param name="Workers">The number of threads that trained; those of a backend of its own are not counted.</param>
/// <param name="Backend">The name of the backend that computed the matrix products.</param>
public sealed record TrainingResult(
    IReadOnlyList<EpochResult> Epochs, TimeSpan TrainingTime, TimeSpan EvaluationTime, double SamplesPerSecond, int Workers, string Backend);
