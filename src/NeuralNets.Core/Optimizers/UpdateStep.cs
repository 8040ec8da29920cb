namespace NeuralNets.Core.Optimizers;

/// <summary>The numbers of one update.</summary>
/// <param name="LearningRate">The learning rate.</param>
/// <param name="Number">The updates so far with this one, over all epochs: 1, 2, …</param>
internal readonly record struct UpdateStep(double LearningRate, long Number);
