using System.Numerics;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Losses;
using NeuralNets.Core.Optimizers;
using NeuralNets.Core.Optimizers.Schedules;
using NeuralNets.Core.Tables;
using NeuralNets.Core.Training;

namespace NeuralNets.Core.Models;

/// <summary>How a <see cref="TableModel{T}"/> is made of a table: the encoder, the network and its training.</summary>
/// <remarks>The defaults suit tables of some hundred to some ten thousand rows: one hidden layer, Adam, batches of 32 rows, and early
/// stopping on a part of the training rows. What is not here, such as a custom loop, is done with <see cref="TableEncoder"/>,
/// <see cref="Network{T}"/> and <see cref="GradientDescentTrainer{T}"/> themselves.</remarks>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed record TableTraining<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>What the encoder shall do otherwise than by itself.</summary>
    public TableEncoderOptions Encoder { get; init; } = new();

    /// <summary>The units of each hidden layer, from the input to the output; one layer of 64 unless set, and none for a linear
    /// model.</summary>
    public IReadOnlyList<int> HiddenUnits { get; init; } = [64];

    /// <summary>The function of the hidden layers; <see cref="Relu{T}"/> unless set.</summary>
    public IActivation<T> Activation { get; init; } = new Relu<T>();

    /// <summary>The loss; null, the default, for the usual one: cross-entropy for classes, the mean squared error for a number.</summary>
    public ILoss<T>? Loss { get; init; }

    /// <summary>The optimizer; <see cref="Adam"/> unless set.</summary>
    public Optimizer Optimizer { get; init; } = new Adam();

    /// <summary>The learning rate; null, the default, for the optimizer's.</summary>
    public double? LearningRate { get; init; }

    /// <summary>The schedule of the rate; null, the default, for none.</summary>
    public LearningRateSchedule? Schedule { get; init; }

    /// <summary>The rows of a step; 32 unless set.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>The maximum number of epochs; 400 unless set.</summary>
    public int Epochs { get; init; } = 400;

    /// <summary>The factor of the L2 penalty; 0.01 unless set.</summary>
    public double L2 { get; init; } = 0.01;

    /// <summary>The rates of dropout; null, the default, for none.</summary>
    public Dropout? Dropout { get; init; }

    /// <summary>How many epochs training goes on without a smaller cost of the held-back rows, before it ends with the best parameters; 20
    /// unless set. Null to train all epochs on all rows.</summary>
    public int? Patience { get; init; } = 20;

    /// <summary>The fraction of the rows held back for early stopping; 0.2 unless set. Each class has its share of them where it has
    /// rows enough.</summary>
    public double ValidationFraction { get; init; } = 0.2;

    /// <summary>Whether all classes count the same in training, however many rows they have; false unless set.</summary>
    public bool BalanceClasses { get; init; }

    /// <summary>The seed of the weights, the order of the rows and the rows that are held back: the same seed gives the same model, bit for
    /// bit.</summary>
    public long Seed { get; init; }

    /// <summary>The maximum number of threads that train; 1 unless set. The number does not change the result.</summary>
    public int MaxDegreeOfParallelism { get; init; } = 1;

    internal void Check(string parameter)
    {
        if (Encoder is null || HiddenUnits is null || Activation is null || Optimizer is null)
        {
            throw new ArgumentNullException(
                parameter,
                $"{nameof(Encoder)}, {nameof(HiddenUnits)}, {nameof(Activation)} and {nameof(Optimizer)} must be set, but one is null.");
        }
    }
}
