namespace NeuralNets.Core.Training;

/// <summary>Why a call of <see cref="GradientDescentTrainer{T}.Fit"/> ended.</summary>
public enum TrainingEnd
{
    /// <summary>All its epochs were trained.</summary>
    Completed,

    /// <summary>The cost had not fallen for as long as <see cref="EarlyStopping"/> waits.</summary>
    StoppedEarly,

    /// <summary>The <see cref="GradientDescentTrainer{T}.TimeBudget"/> was used up.</summary>
    OutOfTime,
}
