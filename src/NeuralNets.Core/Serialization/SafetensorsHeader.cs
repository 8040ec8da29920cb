using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;

namespace NeuralNets.Core.Serialization;

/// <summary>
/// The header of a safetensors file. It is read token by token, and what is ignored takes no memory: in all, the header takes a
/// small multiple of its length, whatever is in it.
/// </summary>
internal sealed class SafetensorsHeader
{
    // Nesting is counted in bits, not on the stack. 128 is what the reference reader allows.
    private static readonly JsonReaderOptions s_options = new() { MaxDepth = 128 };

    // None that is known is as long, and what is not known is only shown.
    private const int MaxDtypeLength = 60;

    private readonly string _file;
    private readonly Dictionary<string, string> _metadata = [];
    private int _metadataLength;

    /// <summary>Reads a header.</summary>
    /// <param name="utf8">The text.</param>
    /// <param name="file">The name of the file in messages.</param>
    /// <exception cref="InvalidDataException">It is not a header.</exception>
    public SafetensorsHeader(ReadOnlySpan<byte> utf8, string file)
    {
        _file = file;
        string what = $"{file}: the header";
        StrictJson.CheckStart(utf8, what);
        try
        {
            Read(utf8);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Invalid operation: an escape that is half a surrogate pair has no string.
            throw StrictJson.NotAnObject(what, exception);
        }
    }

    /// <summary>The tensors by their names. How they lie in the file is not checked yet.</summary>
    public Dictionary<string, SafetensorsEntry> Entries { get; } = [];

    /// <summary>This library's texts in the metadata.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    private void Read(ReadOnlySpan<byte> utf8)
    {
        var json = new Utf8JsonReader(utf8, s_options);
        bool hasMetadata = false;
        json.Read(); // the start of the object
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("__metadata__"u8))
            {
                if (hasMetadata)
                {
                    Throw("the header must have one __metadata__, but has two.");
                }

                hasMetadata = true;
                ReadMetadata(ref json);
            }
            else
            {
                string name = json.GetString()!;
                if (!Entries.TryAdd(name, ReadEntry(ref json, name)))
                {
                    ThrowTensor(name, "must be described once, but is twice.");
                }
            }
        }

        json.Read(); // Throws if anything but white space follows the object.
    }

    private void ReadMetadata(ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType == JsonTokenType.Null)
        {
            return;
        }

        if (json.TokenType != JsonTokenType.StartObject)
        {
            Throw($"__metadata__ must be an object of texts, but is {Kind(json.TokenType)}.");
        }

        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (!IsOwn(ref json))
            {
                json.Skip();
                continue;
            }

            string key = json.GetString()!;
            json.Read();
            if (json.TokenType != JsonTokenType.String)
            {
                Throw($"__metadata__ must have a text as {StrictJson.Quote(key)}, but has {Kind(json.TokenType)}.");
            }

            string text = json.GetString()!;
            _metadataLength += key.Length + text.Length;
            if (_metadataLength > OwnMetadata.MaxLength)
            {
                Throw($"the texts in __metadata__ whose names begin with {OwnMetadata.Prefix} must have at most "
                    + $"{OwnMetadata.MaxLength} characters in all, but {StrictJson.Quote(key)} is beyond them.");
            }

            if (!_metadata.TryAdd(key, text))
            {
                Throw($"__metadata__ must have {StrictJson.Quote(key)} once, but has it twice.");
            }
        }
    }

    /// <summary>Returns whether the name of a text is one of this library's. Others are not even decoded, unless they are
    /// escaped.</summary>
    private static bool IsOwn(ref Utf8JsonReader json) => json.ValueIsEscaped
        ? OwnMetadata.IsOwn(json.GetString()!)
        : json.ValueSpan.StartsWith(OwnMetadata.PrefixUtf8);

    private SafetensorsEntry ReadEntry(ref Utf8JsonReader json, string name)
    {
        json.Read();
        if (json.TokenType != JsonTokenType.StartObject)
        {
            ThrowTensor(name, $"must be described by an object, but by {Kind(json.TokenType)}.");
        }

        string? dtype = null;
        Integers? shape = null;
        Integers? offsets = null;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("dtype"u8))
            {
                CheckFirst(name, "dtype", dtype is null);
                dtype = ReadDtype(ref json, name);
            }
            else if (json.ValueTextEquals("shape"u8))
            {
                CheckFirst(name, "shape", shape is null);
                shape = ReadIntegers(ref json, name, "shape");
            }
            else if (json.ValueTextEquals("data_offsets"u8))
            {
                CheckFirst(name, "data_offsets", offsets is null);
                offsets = ReadIntegers(ref json, name, "data_offsets");
            }
            else
            {
                json.Skip();
            }
        }

        CheckThere(name, "dtype", dtype is not null);
        CheckThere(name, "shape", shape is not null);
        CheckThere(name, "data_offsets", offsets is not null);
        return Entry(name, dtype!, shape!.Value, offsets!.Value);
    }

    private SafetensorsEntry Entry(string name, string dtype, Integers shape, Integers offsets)
    {
        if (offsets.Count != 2 || offsets.First[0] > offsets.First[1])
        {
            ThrowTensor(name, "must have two data_offsets, begin and end in this order, but has "
                + $"{(offsets.Count == 2 ? $"{offsets.First[0]} and {offsets.First[1]}" : offsets.Count)}.");
        }

        var entry = new SafetensorsEntry(name, dtype, shape.First, offsets.First[0], offsets.First[1]);
        if (SafetensorsEntry.BitsOf(dtype) == 0)
        {
            return entry; // How much it takes only those know who know the type.
        }

        long? bytes = SafetensorsEntry.BytesOf(dtype, shape.Product);
        if (bytes != entry.End - entry.Begin)
        {
            ThrowTensor(name, $"must have as many bytes as {entry} takes, which is {bytes?.ToString() ?? "beyond all bounds"}, but "
                + $"its data_offsets are {entry.Begin} and {entry.End}.");
        }

        return entry;
    }

    private string ReadDtype(ref Utf8JsonReader json, string name)
    {
        json.Read();
        if (json.TokenType != JsonTokenType.String)
        {
            ThrowTensor(name, $"must have a text as its dtype, but has {Kind(json.TokenType)}.");
        }

        string dtype = json.GetString()!;
        return dtype.Length <= MaxDtypeLength ? dtype : $"{dtype.AsSpan(0, MaxDtypeLength)}…";
    }

    private Integers ReadIntegers(ref Utf8JsonReader json, string name, string field)
    {
        json.Read();
        if (json.TokenType != JsonTokenType.StartArray)
        {
            ThrowTensor(name, $"must have an array as its {field}, but has {Kind(json.TokenType)}.");
        }

        Span<long> first = stackalloc long[SafetensorsEntry.KeptDimensions];
        int count = 0;
        ulong? product = 1;
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            // Digits only: 8.0 and 2e0 are not integers here.
            if (json.TokenType != JsonTokenType.Number || !json.TryGetInt64(out long value) || value < 0)
            {
                ThrowTensor(name, $"must have non-negative 64-bit integers in its {field}, but element {count} is {Shown(ref json)}.");
                return default;
            }

            if (count < first.Length)
            {
                first[count] = value;
            }

            product = SafetensorsEntry.Times(product, value);
            count++;
        }

        return new Integers(first[..Math.Min(count, first.Length)].ToArray(), count, product);
    }

    private void CheckFirst(string name, string field, bool isFirst)
    {
        if (!isFirst)
        {
            ThrowTensor(name, $"must have one {field}, but has two.");
        }
    }

    private void CheckThere(string name, string field, bool isThere)
    {
        if (!isThere)
        {
            ThrowTensor(name, $"must have a {field}, but has none.");
        }
    }

    private static string Shown(ref Utf8JsonReader json) => json.TokenType == JsonTokenType.Number
        ? StrictJson.Quote(Encoding.UTF8.GetString(json.ValueSpan[..Math.Min(json.ValueSpan.Length, 100)]))
        : Kind(json.TokenType);

    private static string Kind(JsonTokenType token) => token switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => "a text",
        JsonTokenType.Number => "a number",
        JsonTokenType.Null => "null",
        _ => "a truth value",
    };

    [DoesNotReturn]
    private void ThrowTensor(string tensor, string message) => Throw($"tensor {StrictJson.Quote(tensor)} {message}");

    [DoesNotReturn]
    private void Throw(string message) => throw new InvalidDataException($"{_file}: {message}");

    /// <summary>An array of integers that are not negative.</summary>
    /// <param name="First">The first <see cref="SafetensorsEntry.KeptDimensions"/>.</param>
    /// <param name="Count">How many there are.</param>
    /// <param name="Product">Their product; null if it overflows.</param>
    private readonly record struct Integers(long[] First, int Count, ulong? Product);
}
