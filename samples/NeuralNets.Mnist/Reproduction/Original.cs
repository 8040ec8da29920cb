namespace NeuralNets.Mnist.Reproduction;

/// <summary>What the Python original printed of its run: 784-128-32-10, ReLU, learning rate 0.03, 200 epochs.</summary>
internal static class Original
{
    public const double FirstCost = 46114.200;
    public const double FirstAccuracy = 19.066;
    public const double LastCost = 46028.992;
    public const double LastAccuracy = 11.216;

    /// <summary>The epoch of the last figures. The original counts from 0, this program from 1.</summary>
    public const int LastEpoch = 191;

    /// <summary>3 minutes 14 seconds.</summary>
    public const double Seconds = 194;

    /// <summary>What is added inside the logarithm of the cost.</summary>
    public const double Offset = 1e-9;

    /// <summary>The hidden layers' function of the run.</summary>
    public const string Activation = "relu";

    public const string Explanation =
        "The original printed cost 46114.200 and accuracy 19.066 at epoch 0, cost 46028.992 and accuracy 11.216 at epoch 190, "
        + "and took 3 min 14 s. Its costs are sums over the training images and its accuracies those of the training images, as "
        + "they are here. Its softmax subtracts one maximum from all columns, which can end in 0/0; the one used here subtracts "
        + "every column's own: the same function, without that.";
}
