using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace NeuralNets.Core.Serialization;

/// <summary>
/// A safetensors file: eight bytes with the length of the header, the header in JSON, and the bytes of the tensors. Everything
/// that the header says is checked against the length of the file before any tensor is read.
/// </summary>
/// <remarks>Source: the format's description in the safetensors project, and its reference reader for what is refused.</remarks>
internal sealed class SafetensorsReader
{
    private const string MetadataName = "__metadata__";
    private const int PrefixLength = 8;
    private const long MaxHeaderLength = 100_000_000;

    private readonly Stream _stream;
    private readonly long _bufferStart;
    private readonly Dictionary<string, SafetensorsEntry> _entries;

    /// <summary>Reads and checks the header.</summary>
    /// <param name="stream">A stream that can seek, from its present position to its end.</param>
    /// <param name="name">What messages call the stream.</param>
    /// <exception cref="InvalidDataException">It is no safetensors file.</exception>
    public SafetensorsReader(Stream stream, string name)
    {
        _stream = stream;
        Name = name;
        long length = stream.Length - stream.Position;
        if (length < PrefixLength)
        {
            Throw($"a safetensors file must have at least {PrefixLength} bytes, but has {Math.Max(length, 0)}.");
        }

        Span<byte> prefix = stackalloc byte[PrefixLength];
        stream.ReadExactly(prefix);
        ulong headerLength = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (headerLength > MaxHeaderLength || (long)headerLength > length - PrefixLength)
        {
            Throw($"the header must end within the file and have at most {MaxHeaderLength} bytes, but bytes 0 to 7 promise "
                + $"{headerLength} of {length - PrefixLength}.");
        }

        byte[] header = new byte[headerLength];
        stream.ReadExactly(header);
        _bufferStart = stream.Position;
        SafetensorsEntry[] entries = StrictJson.Parse(header, $"{name}: the header", ReadHeader);
        CheckOffsets(entries, length - PrefixLength - (long)headerLength);
        _entries = entries.ToDictionary(entry => entry.Name);
    }

    /// <summary>What messages call the file.</summary>
    public string Name { get; }

    /// <summary>The texts that the header holds beside the tensors.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; private set; } = new Dictionary<string, string>();

    /// <summary>The tensors.</summary>
    public IReadOnlyCollection<SafetensorsEntry> Entries => _entries.Values;

    /// <summary>Finds a tensor.</summary>
    /// <exception cref="InvalidDataException">There is none of that name.</exception>
    public SafetensorsEntry this[string name]
    {
        get
        {
            if (!_entries.TryGetValue(name, out SafetensorsEntry? entry))
            {
                string present = string.Join(", ", _entries.Keys.Take(8).Select(StrictJson.Quote));
                Throw($"the file must have the tensor {StrictJson.Quote(name)}, but has "
                    + (_entries.Count == 0 ? "none" : present)
                    + $"{(_entries.Count > 8 ? $", … ({_entries.Count} in all)" : string.Empty)}.");
            }

            return entry;
        }
    }

    /// <summary>Goes to the first byte of a tensor.</summary>
    /// <returns>The stream.</returns>
    public Stream Seek(SafetensorsEntry entry)
    {
        _stream.Position = _bufferStart + entry.Begin;
        return _stream;
    }

    [DoesNotReturn]
    public void Throw(string message) => throw new InvalidDataException($"{Name}: {message}");

    private SafetensorsEntry[] ReadHeader(JsonElement header)
    {
        var entries = new List<SafetensorsEntry>();
        foreach (JsonProperty property in header.EnumerateObject())
        {
            if (property.Name != MetadataName)
            {
                entries.Add(ReadEntry(property.Name, property.Value));
            }
            else if (property.Value.ValueKind != JsonValueKind.Null)
            {
                Metadata = ReadMetadata(property.Value);
            }
        }

        // An empty tensor comes before the one that begins at the same byte.
        return [.. entries.OrderBy(entry => entry.Begin).ThenBy(entry => entry.End)];
    }

    private Dictionary<string, string> ReadMetadata(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            Throw($"{MetadataName} must be an object of texts, but is {Kind(value)}.");
        }

        var metadata = new Dictionary<string, string>();
        foreach (JsonProperty property in value.EnumerateObject())
        {
            if (property.Value.ValueKind != JsonValueKind.String)
            {
                Throw(
                    $"{MetadataName} must be an object of texts, but {StrictJson.Quote(property.Name)} is {Kind(property.Value)}.");
            }

            metadata.Add(property.Name, property.Value.GetString()!);
        }

        return metadata;
    }

    private SafetensorsEntry ReadEntry(string name, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            ThrowTensor(name, $"must be described by an object, but by {Kind(value)}.");
        }

        JsonElement dtype = Field(name, value, "dtype", JsonValueKind.String);
        string type = dtype.GetString()!;
        if (SafetensorsEntry.BitsOf(type) == 0)
        {
            ThrowTensor(name, $"must have a dtype of the format, such as F32, but has {StrictJson.Quote(type)}.");
        }

        long[] shape = Integers(name, value, "shape");
        long[] offsets = Integers(name, value, "data_offsets");
        if (offsets.Length != 2 || offsets[0] > offsets[1])
        {
            ThrowTensor(name, $"must have two data_offsets, begin and end in this order, but has "
                + $"{(offsets.Length == 2 ? $"{offsets[0]} and {offsets[1]}" : offsets.Length)}.");
        }

        var entry = new SafetensorsEntry(name, type, shape, offsets[0], offsets[1]);
        long? bytes = SafetensorsEntry.BytesOf(type, shape);
        if (bytes != entry.End - entry.Begin)
        {
            ThrowTensor(name, $"must have as many bytes as {entry} takes, which is {bytes?.ToString() ?? "beyond all bounds"}, but "
                + $"its data_offsets are {entry.Begin} and {entry.End}.");
        }

        return entry;
    }

    private JsonElement Field(string name, JsonElement entry, string field, JsonValueKind kind)
    {
        if (!entry.TryGetProperty(field, out JsonElement value))
        {
            ThrowTensor(name, $"must have a {field}, but has none.");
        }

        if (value.ValueKind != kind)
        {
            ThrowTensor(name, $"must have a {kind.ToString().ToLowerInvariant()} as its {field}, but has {Kind(value)}.");
        }

        return value;
    }

    private long[] Integers(string name, JsonElement entry, string field)
    {
        JsonElement array = Field(name, entry, field, JsonValueKind.Array);
        long[] integers = new long[array.GetArrayLength()];
        int i = 0;
        foreach (JsonElement element in array.EnumerateArray())
        {
            // Digits only: 8.0 and 2e0 are no integers here.
            if (element.ValueKind != JsonValueKind.Number || !element.TryGetInt64(out integers[i]) || integers[i] < 0)
            {
                ThrowTensor(name, $"must have non-negative 64-bit integers in its {field}, but element {i} is "
                    + $"{(element.ValueKind == JsonValueKind.Number ? StrictJson.Quote(element.GetRawText()) : Kind(element))}.");
            }

            i++;
        }

        return integers;
    }

    /// <summary>The tensors fill the buffer: no byte is nobody's, and none belongs to two.</summary>
    private void CheckOffsets(SafetensorsEntry[] entries, long bufferLength)
    {
        long end = 0;
        foreach (SafetensorsEntry entry in entries)
        {
            if (entry.Begin != end)
            {
                ThrowTensor(entry.Name, $"must begin where the one before ends, at byte {end}, but begins at {entry.Begin}.");
            }

            end = entry.End;
        }

        if (end != bufferLength)
        {
            Throw($"the tensors must end at the end of the file, {bufferLength} bytes after the header, but end after {end}.");
        }
    }

    private static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "a truth value",
    };

    [DoesNotReturn]
    private void ThrowTensor(string tensor, string message) => Throw($"tensor {StrictJson.Quote(tensor)} {message}");
}
