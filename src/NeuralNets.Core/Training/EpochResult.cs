using System.Globalization;
using NeuralNets.Core.Losses;

namespace NeuralNets.Core.Training;

/// <summary>What one epoch came to.</summary>
public sealed record EpochResult
{
    /// <summary>The number of epochs that the trainer has completed with this one: the first is 1.</summary>
    public required int Epoch { get; init; }

    /// <summary>
    /// The cost over all training samples, each with the weights that its batch met: before the update. In full-batch training
    /// that is the cost of the network before this epoch's update.
    /// </summary>
    public required Cost Cost { get; init; }

    /// <summary>
    /// The share of the training samples that were classified correctly, 0 … 1. In mini-batch training each sample is counted
    /// with the weights that its batch met; in full-batch training all with the weights after this epoch's update.
    /// </summary>
    public required double TrainingAccuracy { get; init; }

    /// <summary>The share of the validation samples classified correctly with the weights after the epoch; null without a
    /// validation set.</summary>
    public required double? ValidationAccuracy { get; init; }

    /// <summary>The time from the start of the call to the end of the epoch, evaluation excluded.</summary>
    public required TimeSpan TrainingTime { get; init; }

    /// <summary>Returns the properties by their names, with numbers as the invariant culture writes them.</summary>
    /// <returns>For instance <c>EpochResult { Epoch = 1, Cost = Cost { … }, TrainingAccuracy = 0.5, ValidationAccuracy = 0.5,
    /// TrainingTime = 00:00:01 }</c>.</returns>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{nameof(EpochResult)} {{ Epoch = {Epoch}, Cost = {Cost}, TrainingAccuracy = {TrainingAccuracy}, "
        + $"ValidationAccuracy = {ValidationAccuracy}, TrainingTime = {TrainingTime} }}");
}
