using System.Numerics;
using NeuralNets.Core;
using NeuralNets.Core.Evaluation;
using NeuralNets.Core.Training;
using NeuralNets.Mnist.Options;

namespace NeuralNets.Mnist;

/// <summary>A trained network, and how it was trained.</summary>
/// <param name="Settings">What was asked for.</param>
/// <param name="Digits">What it was trained on and tested with.</param>
/// <param name="Network">The network.</param>
/// <param name="Epochs">The epochs that were completed.</param>
/// <param name="Predictions">What it says about the test images.</param>
/// <param name="Summary">How long training took, or where it was interrupted, in words.</param>
internal sealed record TrainedRun<T>(
    TrainSettings Settings,
    Digits Digits,
    Network<T> Network,
    IReadOnlyList<EpochResult> Epochs,
    Predictions<T> Predictions,
    string Summary)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>;
