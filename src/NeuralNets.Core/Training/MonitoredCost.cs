namespace NeuralNets.Core.Training;

/// <summary>The cost that decides about the course of training.</summary>
public enum MonitoredCost
{
    /// <summary>That of the validation set, after the epoch. Training without one is refused.</summary>
    Validation,

    /// <summary>That of the training set, of the epoch. It says nothing about samples that the network was not trained on.</summary>
    Training,
}
