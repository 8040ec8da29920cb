using System.Globalization;

namespace NeuralNets.Core.Training;

/// <summary>The result of one epoch.</summary>
public sealed record EpochResult
{
    /// <summary>The number of epochs that the trainer has completed with this one: the first is 1.</summary>
    public required int Epoch { get; init; }

    /// <summary>
    /// The cost and the accuracy over all training samples, each with the weights that its batch met, before the update. So in full-batch
    /// training they are those of the network before this epoch's update; after it, they are in the next epoch's result, or what
    /// <see cref="Network{T}.Evaluate(Data.Dataset{T}, Losses.ILoss{T}?, int, Backends.GemmBackend?)"/> returns.
    /// With <see cref="GradientDescentTrainer{T}.Dropout"/>, they are those of the network without what each step left out.
    /// </summary>
    public required Score Training { get; init; }

    /// <summary>The cost and the accuracy of the validation samples with the weights after the epoch; null without a validation
    /// set.</summary>
    public required Score? Validation { get; init; }

    /// <summary>The learning rate of the last update of the epoch.</summary>
    public required double LearningRate { get; init; }

    /// <summary>The mean over the updates of the epoch of the gradient's norm before it was clipped; null without
    /// <see cref="GradientDescentTrainer{T}.MaxGradientNorm"/>, where it is not computed.</summary>
    public double? GradientNorm { get; init; }

    /// <summary>The time from the start of the call to the end of the epoch, evaluation excluded. Zero in the history of a trainer that
    /// was loaded from a checkpoint, which does not hold it.</summary>
    public required TimeSpan TrainingTime { get; init; }

    /// <summary>Returns the epoch and its scores.</summary>
    /// <returns>For instance <c>epoch 5: training cost 0.075, accuracy 98.4 %; validation cost 0.081, accuracy 98.1 %</c>.</returns>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"epoch {Epoch}: training {Training}{(Validation is null ? "" : $"; validation {Validation}")}");
}
