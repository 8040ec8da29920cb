using System.Buffers.Binary;
using System.Text.Json;

namespace NeuralNets.Core.Serialization;

/// <summary>Writes safetensors files: the same tensors and texts give the same bytes.</summary>
internal static class SafetensorsWriter
{
    private const int Alignment = 8;

    /// <summary>Writes a file.</summary>
    /// <param name="stream">Receives the bytes.</param>
    /// <param name="metadata">Texts, in the order in which they are to stand.</param>
    /// <param name="tensors">The tensors in any order: those with the larger elements are written first, then by name.</param>
    public static void Write(
        Stream stream, IEnumerable<KeyValuePair<string, string>> metadata, IEnumerable<SafetensorsTensor> tensors)
    {
        SafetensorsTensor[] ordered =
        [
            .. tensors.OrderByDescending(tensor => SafetensorsEntry.BitsOf(tensor.Dtype))
                .ThenBy(tensor => tensor.Name, StringComparer.Ordinal),
        ];
        stream.Write(Header(metadata, ordered, Alignment));
        foreach (SafetensorsTensor tensor in ordered)
        {
            tensor.Write(stream);
        }
    }

    /// <summary>Returns all that comes before the tensors, with spaces at its end so that they are aligned.</summary>
    /// <param name="metadata">Texts, in the order in which they are to stand.</param>
    /// <param name="tensors">The tensors in the order in which they lie in the file.</param>
    /// <param name="alignment">What the number of bytes is a multiple of.</param>
    public static byte[] Header(
        IEnumerable<KeyValuePair<string, string>> metadata, IEnumerable<SafetensorsTensor> tensors, int alignment)
    {
        byte[] json = StrictJson.Write(json =>
        {
            json.WriteStartObject("__metadata__");
            foreach ((string key, string value) in metadata)
            {
                json.WriteString(key, value);
            }

            json.WriteEndObject();
            long begin = 0;
            foreach (SafetensorsTensor tensor in tensors)
            {
                long end = begin + SafetensorsEntry.BytesOf(tensor.Dtype, tensor.Shape)!.Value;
                WriteEntry(json, tensor, begin, end);
                begin = end;
            }
        });

        byte[] header = new byte[(sizeof(ulong) + json.Length + alignment - 1) / alignment * alignment];
        header.AsSpan().Fill((byte)' ');
        BinaryPrimitives.WriteUInt64LittleEndian(header, (ulong)(header.Length - sizeof(ulong)));
        json.CopyTo(header, sizeof(ulong));
        return header;
    }

    private static void WriteEntry(Utf8JsonWriter json, SafetensorsTensor tensor, long begin, long end)
    {
        json.WriteStartObject(tensor.Name);
        json.WriteString("dtype", tensor.Dtype);
        json.WriteStartArray("shape");
        foreach (long dimension in tensor.Shape)
        {
            json.WriteNumberValue(dimension);
        }

        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(begin);
        json.WriteNumberValue(end);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}

/// <summary>A tensor to write.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Dtype">The type of the elements.</param>
/// <param name="Shape">Its dimensions.</param>
/// <param name="Write">Writes its elements, the last dimension innermost.</param>
internal sealed record SafetensorsTensor(string Name, string Dtype, long[] Shape, Action<Stream> Write);
