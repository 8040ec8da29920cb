using System.Numerics;
using System.Text;
using System.Text.Json;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Tables;

namespace NeuralNets.Core.Serialization;

/// <summary>An encoder of tables as JSON, beside the network that it belongs to.</summary>
internal static class TableEncoderJson
{
    /// <summary>The name of the text in a file's metadata.</summary>
    public const string Key = $"{OwnMetadata.Prefix}encoder";

    private const int Format = 1;
    private const string NumberKind = "number";
    private const string CategoryKind = "category";
    private const string DateKind = "date";

    /// <summary>Describes an encoder. Numbers are written so that they are read as the same bits.</summary>
    /// <exception cref="ArgumentException">A name or a category is not valid UTF-16, so no file holds it.</exception>
    public static string Describe(TableEncoder encoder) => Encoding.UTF8.GetString(StrictJson.Write(json =>
    {
        json.WriteNumber("format", Format);
        json.WriteStartObject("target");
        WriteTarget(json, encoder.TargetEncoding);
        json.WriteEndObject();
        WriteText(json, "weights", encoder.WeightColumn);
        json.WriteStartArray("columns");
        foreach (ColumnEncoding column in encoder.Encodings)
        {
            json.WriteStartObject();
            WriteColumn(json, column);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("ignored");
        foreach ((string column, string reason) in encoder.Ignored)
        {
            json.WriteStartObject();
            WriteText(json, "column", column);
            WriteText(json, "reason", reason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }));

    /// <summary>Reads an encoder.</summary>
    /// <exception cref="InvalidDataException">The text does not describe one.</exception>
    public static TableEncoder Read(string text, string what) => StrictJson.Parse(text, what, element =>
    {
        var json = new JsonFields(element, what);
        json.CheckFormat(Format);
        ColumnEncoding[] columns =
            [.. json.Elements("columns").Select((column, i) => ReadColumn(new JsonFields(column, $"{what}.columns[{i}]")))];
        TargetEncoding target = ReadTarget(json.Object("target"));
        string? weights = json.IsNull("weights") ? null : json.Text("weights");
        string[] names = [.. columns.Select(column => column.Column), target.Column, .. weights is null ? [] : new[] { weights }];
        return columns.Length > 0 && names.Distinct(StringComparer.Ordinal).Count() == names.Length
            ? new TableEncoder(
                columns,
                target,
                weights,
                [.. json.Elements("ignored").Select((column, i) => new JsonFields(column, $"{what}.ignored[{i}]"))
                    .Select(column => (column.Text("column"), column.Text("reason")))],
                [])
            : throw json.Error("must have at least one column, and columns of different names");
    });

    /// <summary>Checks that a network takes the features of an encoder and answers its target.</summary>
    /// <exception cref="ArgumentException">It does not.</exception>
    public static void CheckPair<T>(Network<T> network, TableEncoder encoder, string parameter)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (Mismatch(network, encoder) is { } mismatch)
        {
            throw new ArgumentException(mismatch, parameter);
        }
    }

    /// <summary>Returns why a network does not belong to an encoder, as a sentence; null if it does.</summary>
    public static string? Mismatch<T>(Network<T> network, TableEncoder encoder)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (network.InputCount != encoder.FeatureCount)
        {
            return $"The network must take the {encoder.FeatureCount} features of the encoder, but is {network}.";
        }

        bool isYesOrNo = network.OutputActivation is Sigmoid<T> && network.OutputCount == 1 && encoder.ClassNames.Count == 2;
        bool fits = encoder.IsClassifier
            ? isYesOrNo || (network.OutputActivation is Softmax<T> && network.OutputCount == encoder.OutputCount)
            : network.OutputActivation is not Softmax<T> && network.OutputCount == 1;
        if (fits)
        {
            return null;
        }

        string required = encoder.IsClassifier
            ? $"{encoder.OutputCount} outputs with Softmax{(encoder.OutputCount == 2 ? ", or one with Sigmoid," : "")} for the classes of "
                + $"\"{encoder.TargetName}\""
            : $"one output for the number \"{encoder.TargetName}\", usually with Identity";
        return $"The network must have {required}, but is {network}.";
    }

    private static void WriteTarget(Utf8JsonWriter json, TargetEncoding target)
    {
        WriteText(json, "column", target.Column);
        if (target.ClassNames is null)
        {
            json.WriteNumber("mean", target.Mean);
            json.WriteNumber("deviation", target.Deviation);
            return;
        }

        WriteTexts(json, "classes", target.ClassNames);
        json.WriteBoolean("numbers", target.AreNumbers);
    }

    private static TargetEncoding ReadTarget(JsonFields json)
    {
        string column = json.Text("column");
        if (!json.Has("classes"))
        {
            double deviation = json.Number("deviation");
            return deviation > 0
                ? new TargetEncoding(column, null, false, json.Number("mean"), deviation)
                : throw json.Error("must have a positive deviation of the target");
        }

        string[] classes = json.DifferentTexts("classes");
        return classes.Length >= 2
            ? new TargetEncoding(column, classes, json.Boolean("numbers"), 0, 1)
            : throw json.Error("must have at least 2 classes");
    }

    private static void WriteColumn(Utf8JsonWriter json, ColumnEncoding column)
    {
        WriteText(json, "column", column.Column);
        json.WriteBoolean("missing", column.HasMissing);
        switch (column)
        {
            case NumberEncoding number:
                json.WriteString("kind", NumberKind);
                json.WriteNumber("median", number.Median);
                json.WriteNumber("mean", number.Mean);
                json.WriteNumber("deviation", number.Deviation);
                break;
            case CategoryEncoding category:
                json.WriteString("kind", CategoryKind);
                WriteTexts(json, "categories", category.Categories);
                json.WriteBoolean("other", category.HasOther);
                json.WriteBoolean("numbers", category.AreNumbers);
                break;
            case DateEncoding date:
                json.WriteString("kind", DateKind);
                json.WriteNumber("mean", date.Mean);
                json.WriteNumber("deviation", date.Deviation);
                json.WriteBoolean("hours", date.HasHours);
                break;
        }
    }

    private static ColumnEncoding ReadColumn(JsonFields json)
    {
        string column = json.Text("column");
        bool hasMissing = json.Boolean("missing");
        return json.Text("kind") switch
        {
            NumberKind => new NumberEncoding(column, json.Number("median"), json.Number("mean"), Deviation(json), hasMissing),
            CategoryKind => new CategoryEncoding(
                column, Categories(json), json.Boolean("other"), json.Boolean("numbers"), hasMissing),
            DateKind => new DateEncoding(column, json.Number("mean"), Deviation(json), json.Boolean("hours"), hasMissing),
            var kind => throw json.Error($"has the kind {StrictJson.Quote(kind)}, which this version of the library does not know"),
        };
    }

    private static string[] Categories(JsonFields json) =>
        json.DifferentTexts("categories") is [_, ..] and var categories ? categories : throw json.Error("must have at least one category");

    private static double Deviation(JsonFields json) =>
        json.Number("deviation") is >= 0 and var deviation ? deviation : throw json.Error("must have no negative deviation");

    private static void WriteText(Utf8JsonWriter json, string name, string? text) => json.WriteString(name, Checked(text));

    private static void WriteTexts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (string text in texts)
        {
            json.WriteStringValue(Checked(text));
        }

        json.WriteEndArray();
    }

    /// <summary>Refuses half a surrogate pair, of which JSON would make another character.</summary>
    private static string? Checked(string? text)
    {
        for (int i = 0; i < text?.Length; i++)
        {
            bool isPair = i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]);
            if (char.IsSurrogate(text[i]) && !isPair)
            {
                throw new ArgumentException(
                    $"Names and categories must be valid UTF-16 to be saved, but {StrictJson.Quote(text)} has half a surrogate pair.");
            }

            i += isPair ? 1 : 0;
        }

        return text;
    }
}
