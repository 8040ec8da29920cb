using NeuralNets.Core.Data;
using NeuralNets.Core.Initialization;

namespace NeuralNets.Mnist.Reproduction;

/// <summary>One way to train the original's network.</summary>
/// <param name="Name">What the way is called.</param>
/// <param name="Description">How it differs from the others.</param>
/// <param name="Scaling">The scaling of the pixels.</param>
/// <param name="Initializer">How the weights are drawn.</param>
/// <param name="Batch">The images of a step; null for all.</param>
/// <param name="Seed">The seed of the weights.</param>
internal sealed record Recipe(
    string Name, string Description, PixelScaling Scaling, IWeightInitializer Initializer, int? Batch, long Seed)
{
    public const double LearningRate = 0.03;

    public static readonly int[] Hidden = [128, 32];

    public static readonly Recipe[] All =
    [
        Published(1),
        Published(2),
        Published(3),
        Scaled("as described", "pixels scaled to [0, 1], He weights, full batch", batch: null),
        Scaled("as it should be", "the same in batches of 32", batch: 32),
    ];

    public bool IsPublished => Scaling == PixelScaling.None;

    private static Recipe Published(long seed) => new(
        $"as published ({seed})",
        $"raw pixels, N(0, 0.01²), full batch, seed {seed}",
        PixelScaling.None,
        new RandomNormal(),
        Batch: null,
        seed);

    private static Recipe Scaled(string name, string description, int? batch) =>
        new(name, description, PixelScaling.UnitInterval, new HeNormal(), batch, Seed: 1);
}
