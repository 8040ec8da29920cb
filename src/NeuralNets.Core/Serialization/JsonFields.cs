using System.Text.Json;

namespace NeuralNets.Core.Serialization;

/// <summary>The fields of a JSON object, each of which must be there and be what is asked for.</summary>
/// <param name="element">What must be an object.</param>
/// <param name="what">Its name in messages.</param>
internal readonly struct JsonFields(JsonElement element, string what)
{
    /// <summary>Returns an exception that says what is wrong with the object.</summary>
    public InvalidDataException Error(string message) => new($"{what} {message}.");

    /// <summary>Refuses a description that a later version of the library wrote.</summary>
    public void CheckFormat(int format)
    {
        int actual = PositiveInteger("format");
        if (actual != format)
        {
            throw Error($"must have format {format}, the only one that this version of the library knows, but has {actual}");
        }
    }

    public int PositiveInteger(string name) => Integer(name) is > 0 and var value
        ? value
        : throw Error($"must have a positive integer as {name}");

    public int NonNegativeInteger(string name) => Integer(name) is >= 0 and var value
        ? value
        : throw Error($"must have a non-negative integer as {name}");

    public long NonNegativeInt64(string name) =>
        Field(name) is { ValueKind: JsonValueKind.Number } field && field.TryGetInt64(out long value) && value >= 0
            ? value
            : throw Error($"must have a non-negative 64-bit integer as {name}");

    public ulong UnsignedInteger(string name) =>
        Field(name) is { ValueKind: JsonValueKind.Number } field && field.TryGetUInt64(out ulong value)
            ? value
            : throw Error($"must have a non-negative 64-bit integer as {name}");

    public double Number(string name) => ToNumber(Field(name), name);

    public string Text(string name) => Field(name) is { ValueKind: JsonValueKind.String } field
        ? field.GetString()!
        : throw Error($"must have a text as {name}");

    public bool Boolean(string name) => Field(name).ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Error($"must have true or false as {name}"),
    };

    public JsonFields Object(string name) => new(Field(name), $"{what}.{name}");

    /// <summary>Returns an array of different texts.</summary>
    public string[] DifferentTexts(string name)
    {
        var texts = new List<string>();
        foreach (JsonElement element in Elements(name))
        {
            texts.Add(element.ValueKind == JsonValueKind.String ? element.GetString()! : throw Error($"must have texts only in {name}"));
        }

        return texts.Distinct(StringComparer.Ordinal).Count() == texts.Count
            ? [.. texts]
            : throw Error($"must have different texts in {name}");
    }

    public JsonElement.ArrayEnumerator Elements(string name) => Field(name) is { ValueKind: JsonValueKind.Array } field
        ? field.EnumerateArray()
        : throw Error($"must have an array as {name}");

    /// <summary>Returns a setting: an object with a name, and numbers or arrays of numbers.</summary>
    public SavedSetting Setting(string name)
    {
        JsonElement setting = Field(name);
        if (setting.ValueKind != JsonValueKind.Object)
        {
            throw Error($"must have an object as {name}");
        }

        var numbers = new List<(string, double[])>();
        foreach (JsonProperty property in setting.EnumerateObject().Where(property => property.Name != "name"))
        {
            bool isArray = property.Value.ValueKind == JsonValueKind.Array;
            JsonElement[] elements = isArray ? [.. property.Value.EnumerateArray()] : [property.Value];
            double[] values = new double[elements.Length];
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = ToNumber(elements[i], $"{name}.{property.Name}");
            }

            numbers.Add((property.Name, values));
        }

        return new SavedSetting(new JsonFields(setting, what).Text("name"), [.. numbers]);
    }

    public bool Has(string name) => element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out _);

    public bool IsText(string name) => Field(name).ValueKind == JsonValueKind.String;

    public bool IsNull(string name) => Field(name).ValueKind == JsonValueKind.Null;

    private double ToNumber(JsonElement field, string name) =>
        field.ValueKind == JsonValueKind.Number && field.TryGetDouble(out double value) && double.IsFinite(value)
            ? value
            : throw Error($"must have a finite number as {name}");

    private int? Integer(string name) =>
        Field(name) is { ValueKind: JsonValueKind.Number } field && field.TryGetInt32(out int value) ? value : null;

    private JsonElement Field(string name)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw Error("must be an object");
        }

        return element.TryGetProperty(name, out JsonElement field) ? field : throw Error($"must have the field {name}, but has not");
    }
}
