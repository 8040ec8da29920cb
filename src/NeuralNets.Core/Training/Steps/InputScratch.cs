using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Training.Steps;

/// <summary>What a worker needs to leave out zeros of the input: whether it may, and memory.</summary>
/// <param name="features">The number of features.</param>
/// <param name="columns">The maximum number of samples of a micro-batch.</param>
internal sealed class InputScratch(int features, int columns)
{
    /// <summary>A bound below which numbers are finite in either element type, with a wide margin.</summary>
    private const double SurelyFinite = 1e30;

    /// <summary>No weight that the worker updates is larger in absolute value: NaN if that is not known.</summary>
    public double LargestWeight { get; set; } = double.NaN;

    /// <summary>
    /// No sum of the batch's gradient so far is larger in absolute value: max |dZ| · max |X| for each sample, whose excess covers the
    /// rounding.
    /// </summary>
    public double LargestSum { get; set; }

    /// <summary>Room to list features or samples.</summary>
    public int[] List { get; } = new int[checked(64 * Math.Max(Nonzeros.Words(features), Nonzeros.Words(columns)))];

    /// <summary>Returns whether a product without zeros must compute each column by itself: a tile multiplies the zero of one column where
    /// another has none, which is right for a finite factor only.</summary>
    /// <param name="bound">A bound of the factors; NaN if it is not known.</param>
    public static bool IsPerColumn(double bound) => !(bound < SurelyFinite);

    /// <summary>Which samples of the micro-batch have a nonzero value, feature by feature.</summary>
    public ulong[] Transposed { get; } = new ulong[64L * Nonzeros.Words(features) * Nonzeros.Words(columns)];
}
