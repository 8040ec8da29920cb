using System.Numerics;
using System.Text.Json;
using NeuralNets.Core.Losses;
using NeuralNets.Core.Serialization;

namespace NeuralNets.Core.Training;

/// <summary>The loss in a checkpoint: its name and its settings, each by name.</summary>
internal static class CheckpointLoss
{
    private const string Loss = "loss";
    private const string CostOffset = "costOffset";
    private const string LabelSmoothing = "labelSmoothing";
    private const string PositiveWeights = "positiveWeights";
    private const string Delta = "delta";
    private const string CrossEntropy = "CrossEntropy";
    private const string BinaryCrossEntropy = "BinaryCrossEntropy";
    private const string MeanSquaredError = "MeanSquaredError";
    private const string MeanAbsoluteError = "MeanAbsoluteError";
    private const string Huber = "Huber";

    /// <summary>Writes the loss; null in its place if it is not the library's.</summary>
    public static void Write<T>(Utf8JsonWriter json, ILoss<T>? loss)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        switch (loss)
        {
            case CrossEntropyLoss<T> cross:
                json.WriteString(Loss, CrossEntropy);
                json.WriteNumber(CostOffset, cross.Offset);
                json.WriteNumber(LabelSmoothing, cross.LabelSmoothing);
                break;
            case BinaryCrossEntropyLoss<T> binary:
                json.WriteString(Loss, BinaryCrossEntropy);
                json.WriteNumber(LabelSmoothing, binary.LabelSmoothing);
                json.WriteStartArray(PositiveWeights);
                foreach (double weight in binary.PositiveWeights)
                {
                    json.WriteNumberValue(weight);
                }

                json.WriteEndArray();
                break;
            case MeanSquaredErrorLoss<T>:
                json.WriteString(Loss, MeanSquaredError);
                break;
            case MeanAbsoluteErrorLoss<T>:
                json.WriteString(Loss, MeanAbsoluteError);
                break;
            case HuberLoss<T> huber:
                json.WriteString(Loss, Huber);
                json.WriteNumber(Delta, huber.Delta);
                break;
            default:
                json.WriteNull(Loss);
                break;
        }
    }

    /// <summary>Returns the loss; null if it is not the library's.</summary>
    /// <exception cref="InvalidDataException">There is none, or its settings are not such.</exception>
    public static ILoss<T>? Read<T>(JsonFields fields)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // A file from before there was another loss has the offset alone, or null for one that was not the library's.
        bool isOld = !fields.Has(Loss);
        if (fields.IsNull(isOld ? CostOffset : Loss))
        {
            return null;
        }

        string name = isOld ? CrossEntropy : fields.Text(Loss);
        try
        {
            return name switch
            {
                CrossEntropy => new CrossEntropyLoss<T>(ReadOffset(fields), isOld ? 0 : fields.Number(LabelSmoothing)),
                BinaryCrossEntropy => new BinaryCrossEntropyLoss<T>(fields.Number(LabelSmoothing), ReadPositiveWeights(fields)),
                MeanSquaredError => new MeanSquaredErrorLoss<T>(),
                MeanAbsoluteError => new MeanAbsoluteErrorLoss<T>(),
                Huber => new HuberLoss<T>(fields.Number(Delta)),
                _ => throw fields.Error($"must have a loss that is known, but has {StrictJson.Quote(name)}"),
            };
        }
        catch (ArgumentException exception)
        {
            throw fields.Error($"must have the settings of {name}, but they are refused: {exception.Message}");
        }
    }

    /// <summary>Gives a loaded trainer its loss; none if it is not the library's.</summary>
    /// <exception cref="InvalidDataException">The loss does not belong to the output layer.</exception>
    public static void Set<T>(GradientDescentTrainer<T> trainer, ILoss<T>? loss, string what)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (loss is null)
        {
            trainer.ForgetLoss();
            return;
        }

        try
        {
            trainer.Loss = loss;
        }
        catch (ArgumentException exception)
        {
            throw new InvalidDataException($"{what} has a loss that is refused: {exception.Message}", exception);
        }
    }

    private static double ReadOffset(JsonFields fields) => fields.Number(CostOffset) is >= 0 and <= 1 and var offset
        ? offset
        : throw fields.Error(
            FormattableString.Invariant($"must have a costOffset from 0 to 1, but has {fields.Number(CostOffset)}"));

    private static double[]? ReadPositiveWeights(JsonFields fields)
    {
        var weights = new List<double>();
        foreach (JsonElement element in fields.Array(PositiveWeights))
        {
            weights.Add(element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out double weight)
                ? weight
                : throw fields.Error($"must have numbers as {PositiveWeights}"));
        }

        return weights.Count == 0 ? null : [.. weights];
    }
}
