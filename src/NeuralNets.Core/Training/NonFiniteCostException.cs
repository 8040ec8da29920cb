using System.Globalization;

namespace NeuralNets.Core.Training;

/// <summary>The exception thrown when a cost is NaN or infinite, or would be after the last step of an epoch, and training stops. The
/// failed epoch is taken back: the network has the parameters of the end of the last completed one, or those from before the
/// call.</summary>
public sealed class NonFiniteCostException : ArithmeticException
{
    internal NonFiniteCostException(int epoch, int step, double cost, double learningRate)
        : base(string.Create(
            CultureInfo.InvariantCulture,
            $"The cost became {cost} in epoch {epoch}, step {step}. Try a learning rate below {learningRate}, inputs scaled to about "
            + $"[0, 1], or smaller initial weights."))
    {
        Epoch = epoch;
        Step = step;
        Cost = cost;
    }

    /// <summary>The epoch, counted from 1 over all calls of the trainer.</summary>
    public int Epoch { get; }

    /// <summary>The step within the epoch, counted from 1: one step is one batch.</summary>
    public int Step { get; }

    /// <summary>The first cost of a sample, in the order of the batch, that was not finite.</summary>
    public double Cost { get; }
}
