using System.Numerics;

namespace NeuralNets.Core.Losses;

/// <summary>The built-in losses, as checkpoints describe them.</summary>
internal static class LossCatalog<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const string Offset = "offset";
    private const string LabelSmoothing = "labelSmoothing";
    private const string PositiveWeights = "positiveWeights";
    private const string Delta = "delta";

    /// <summary>Returns the description of a loss; null if it is a custom one.</summary>
    public static SavedSetting? Describe(ILoss<T>? loss) => loss switch
    {
        CrossEntropyLoss<T> it => new("CrossEntropy", (Offset, [it.Offset]), (LabelSmoothing, [it.LabelSmoothing])),
        BinaryCrossEntropyLoss<T> it => new(
            "BinaryCrossEntropy", (LabelSmoothing, [it.LabelSmoothing]), (PositiveWeights, [.. it.PositiveWeights])),
        MeanSquaredErrorLoss<T> => new("MeanSquaredError"),
        MeanAbsoluteErrorLoss<T> => new("MeanAbsoluteError"),
        HuberLoss<T> it => new("Huber", (Delta, [it.Delta])),
        _ => null,
    };

    /// <summary>Creates a loss from its description.</summary>
    /// <exception cref="ArgumentException">There is no such loss, or not with such numbers.</exception>
    public static ILoss<T> Create(SavedSetting saved) => saved.Name switch
    {
        "CrossEntropy" => new CrossEntropyLoss<T>(saved.Number(Offset), saved.Number(LabelSmoothing)),
        "BinaryCrossEntropy" => new BinaryCrossEntropyLoss<T>(
            saved.Number(LabelSmoothing), saved.Values(PositiveWeights) is { Length: > 0 } weights ? weights : null),
        "MeanSquaredError" => new MeanSquaredErrorLoss<T>(),
        "MeanAbsoluteError" => new MeanAbsoluteErrorLoss<T>(),
        "Huber" => new HuberLoss<T>(saved.Number(Delta)),
        _ => throw new ArgumentException($"there is no loss with the name {saved.Name}"),
    };
}
