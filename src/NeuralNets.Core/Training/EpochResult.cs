using NeuralNets.Core.Losses;

namespace NeuralNets.Core.Training;

/// <summary>What one epoch came to.</summary>
/// <param name="Epoch">The number of epochs that the trainer has completed with this one: the first is 1.</param>
/// <param name="Cost">
/// The cost over all training samples, each with the weights that its batch met: before the update. In full-batch training that
/// is the cost of the network before this epoch's update.
/// </param>
/// <param name="TrainingAccuracy">
/// The share of the training samples that were classified correctly, 0 … 1. In mini-batch training each sample is counted with
/// the weights that its batch met; in full-batch training all with the weights after this epoch's update.
/// </param>
/// <param name="ValidationAccuracy">The share of the validation samples classified correctly with the weights after the epoch;
/// null without a validation set.</param>
/// <param name="TrainingTime">The time from the start of the call to the end of the epoch, evaluation excluded.</param>
public sealed record EpochResult(int Epoch, Cost Cost, double TrainingAccuracy, double? ValidationAccuracy, TimeSpan TrainingTime);
