using Google.Protobuf;

namespace NeuralNets.Onnx.Tests;

/// <summary>A message as a tree of fields, to be changed in its structure: lengths stay right, so that a change reaches what reads the
/// content.</summary>
internal sealed class ProtoTree
{
    // Which fields of a message are messages, and which kind they are.
    private static readonly Dictionary<(string, int), string> s_messages = new()
    {
        [("model", 7)] = "graph",
        [("model", 8)] = "opset",
        [("graph", 1)] = "node",
        [("graph", 5)] = "tensor",
        [("graph", 11)] = "value",
        [("graph", 12)] = "value",
        [("node", 5)] = "attribute",
        [("attribute", 5)] = "tensor",
        [("value", 2)] = "type",
        [("type", 1)] = "tensor-type",
        [("tensor-type", 2)] = "shape",
        [("shape", 1)] = "dimension",
        [("tensor", 13)] = "entry",
    };

    private static readonly long[] s_awkward =
        [0, 1, 2, 3, -1, 4, 5, 7, 11, 13, 64, 255, 65536, int.MaxValue, 1L << 31, 1L << 32, 1L << 62, long.MaxValue, long.MinValue];

    private readonly List<Field> _fields;

    public ProtoTree(byte[] bytes, string kind = "model")
    {
        _fields = [];
        var input = new CodedInputStream(bytes);
        while (input.ReadTag() is not 0 and var tag)
        {
            int number = WireFormat.GetTagFieldNumber(tag);
            switch (WireFormat.GetTagWireType(tag))
            {
                case WireFormat.WireType.Varint:
                    _fields.Add(new Field(number) { Integer = input.ReadInt64() });
                    break;
                case WireFormat.WireType.Fixed32:
                    _fields.Add(new Field(number) { Single = input.ReadFixed32() });
                    break;
                default:
                    byte[] content = input.ReadBytes().ToByteArray();
                    _fields.Add(s_messages.TryGetValue((kind, number), out string? inner)
                        ? new Field(number) { Message = new ProtoTree(content, inner) }
                        : new Field(number) { Bytes = content });
                    break;
            }
        }
    }

    private ProtoTree(List<Field> fields) => _fields = fields;

    /// <summary>All messages, this one first.</summary>
    private IEnumerable<ProtoTree> Messages() =>
        _fields.Where(field => field.Message is not null).SelectMany(field => field.Message!.Messages()).Prepend(this);

    /// <summary>Changes one field somewhere.</summary>
    public void Change(Random random)
    {
        ProtoTree[] messages = [.. Messages().Where(message => message._fields.Count > 0)];
        ProtoTree message = messages[random.Next(messages.Length)];
        List<Field> fields = message._fields;
        int at = random.Next(fields.Count);
        Field field = fields[at];
        switch (random.Next(9))
        {
            case 0:
                fields.RemoveAt(at);
                break;
            case 1:
                fields.Insert(random.Next(fields.Count), field with { Message = field.Message?.Clone() });
                break;
            case 2:
                int other = random.Next(fields.Count);
                (fields[at], fields[other]) = (fields[other], fields[at]);
                break;
            case 3:
                fields[at] = field with { Number = random.Next(1, 22) };
                break;
            case 4:
                // A field of another message.
                ProtoTree source = messages[random.Next(messages.Length)];
                Field copied = source._fields[random.Next(source._fields.Count)];
                fields.Insert(at, copied with { Message = copied.Message?.Clone() });
                break;
            default:
                fields[at] = ChangeContent(field, messages, random);
                break;
        }
    }

    public byte[] ToBytes()
    {
        var stream = new MemoryStream();
        using (var output = new CodedOutputStream(stream, leaveOpen: true))
        {
            foreach (Field field in _fields)
            {
                if (field.Integer is { } integer)
                {
                    output.WriteTag(field.Number, WireFormat.WireType.Varint);
                    output.WriteInt64(integer);
                }
                else if (field.Single is { } single)
                {
                    output.WriteTag(field.Number, WireFormat.WireType.Fixed32);
                    output.WriteFixed32(single);
                }
                else
                {
                    output.WriteTag(field.Number, WireFormat.WireType.LengthDelimited);
                    output.WriteBytes(ByteString.CopyFrom(field.Bytes ?? field.Message!.ToBytes()));
                }
            }
        }

        return stream.ToArray();
    }

    /// <summary>A copy, since a message must not come to lie within itself.</summary>
    private ProtoTree Clone() => new([.. _fields.Select(field => field with { Message = field.Message?.Clone() })]);

    private static Field ChangeContent(Field field, ProtoTree[] messages, Random random)
    {
        if (field.Integer is not null)
        {
            return field with { Integer = s_awkward[random.Next(s_awkward.Length)] };
        }

        if (field.Single is not null)
        {
            return field with { Single = (uint)random.NextInt64() };
        }

        if (field.Bytes is { } bytes)
        {
            // Mostly another short text of the file: an operator, or the name of another value.
            byte[][] texts = [.. messages.SelectMany(message => message._fields).Select(each => each.Bytes).OfType<byte[]>()];
            byte[] replaced = random.Next(4) > 0 ? texts[random.Next(texts.Length)] : [.. bytes];
            if (replaced.Length > 0 && random.Next(4) == 0)
            {
                replaced = [.. replaced];
                replaced[random.Next(replaced.Length)] ^= (byte)(1 << random.Next(8));
            }

            return field with { Bytes = random.Next(12) == 0 ? replaced[..random.Next(replaced.Length + 1)] : replaced };
        }

        return field;
    }

    private sealed record Field(int Number)
    {
        public long? Integer { get; init; }

        public uint? Single { get; init; }

        public byte[]? Bytes { get; init; }

        public ProtoTree? Message { get; init; }
    }
}
