using System.Text;
using NeuralNets.Core.Data;

namespace NeuralNets.Core.Serialization;

/// <summary>
/// What a file says of a data set beside its tensors, as text: <c>{"format":1,"classes":10,"scaling":"UnitInterval"}</c>, or
/// <c>{"format":1,"largest":2.5}</c> for values and features that are numbers.
/// </summary>
/// <param name="ClassCount">The number of classes; null if the targets are values.</param>
/// <param name="Scaling">What becomes of features that are bytes; null if they are numbers.</param>
/// <param name="Largest">The largest absolute value of features that are numbers; null if they are bytes.</param>
internal sealed record DatasetDescription(int? ClassCount, PixelScaling? Scaling, double? Largest)
{
    /// <summary>The name of the text.</summary>
    public const string Key = $"{OwnMetadata.Prefix}dataset";

    private const int Format = 1;

    /// <summary>Returns the name of the checksum of a tensor.</summary>
    public static string Sha256Key(string tensor) => $"{OwnMetadata.Prefix}{tensor}.sha256";

    /// <summary>Returns the description that a file has; null in a file of another program.</summary>
    /// <exception cref="InvalidDataException">There is a description that is not one, or it is not the one that was written.</exception>
    public static DatasetDescription? Of(SafetensorsReader file)
    {
        if (file.Metadata.Count == 0)
        {
            return null;
        }

        OwnMetadata.CheckTexts(file);
        if (!file.Metadata.TryGetValue(Key, out string? text))
        {
            file.Throw($"the metadata must have {Key}, as this library writes it for a data set, but has not: the file may be a network or "
                + "a checkpoint.");
        }

        return Parse(text, $"{file.Name}: {Key}");
    }

    /// <summary>Returns the text.</summary>
    public string ToJson() => Encoding.UTF8.GetString(StrictJson.Write(json =>
    {
        json.WriteNumber("format", Format);
        if (ClassCount is { } classes)
        {
            json.WriteNumber("classes", classes);
        }

        if (Scaling is { } scaling)
        {
            json.WriteString("scaling", scaling.ToString());
        }

        if (Largest is { } largest)
        {
            json.WriteNumber("largest", largest);
        }
    }));

    private static DatasetDescription Parse(string text, string what) => StrictJson.Parse(text, what, json =>
    {
        var fields = new JsonFields(json, what);
        fields.CheckFormat(Format);
        int? classes = fields.Has("classes") ? fields.PositiveInteger("classes") : null;
        if (classes == 1)
        {
            throw fields.Error("must have at least 2 classes, but has 1");
        }

        PixelScaling? scaling = fields.Has("scaling") ? ParseScaling(fields, fields.Text("scaling")) : null;
        double? largest = fields.Has("largest") ? fields.Number("largest") : null;
        return largest < 0
            ? throw fields.Error("must have a number that is not negative as largest")
            : new DatasetDescription(classes, scaling, largest);
    });

    private static PixelScaling ParseScaling(JsonFields fields, string text) => PixelScaling.TryParse(text, out PixelScaling scaling)
        ? scaling
        : throw fields.Error(
            $"must have {nameof(PixelScaling.UnitInterval)}, {nameof(PixelScaling.None)} or {nameof(PixelScaling.ByMaximum)}(n) with an n "
            + $"from 1 to 254 as scaling, but has {StrictJson.Quote(text)}");
}
