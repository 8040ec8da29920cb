using System.Text;
using Google.Protobuf;

namespace NeuralNets.Onnx.Format;

/// <summary>A message to be written: its fields in the order in which they were added, so that the same content is the same
/// bytes.</summary>
internal sealed class ProtoMessage
{
    // A lone surrogate has no UTF-8, and another character in its place would be another text.
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly List<(int Number, WireFormat.WireType Type, ulong Bits, ByteString? Bytes, ProtoMessage? Message)> _fields = [];

    /// <summary>The length in bytes, of which a length that leads it is no part.</summary>
    public long Length { get; private set; }

    public ProtoMessage Add(int number, long value)
    {
        _fields.Add((number, WireFormat.WireType.Varint, (ulong)value, null, null));
        Length += CodedOutputStream.ComputeTagSize(number) + CodedOutputStream.ComputeInt64Size(value);
        return this;
    }

    public ProtoMessage Add(int number, float value)
    {
        _fields.Add((number, WireFormat.WireType.Fixed32, BitConverter.SingleToUInt32Bits(value), null, null));
        Length += CodedOutputStream.ComputeTagSize(number) + sizeof(float);
        return this;
    }

    /// <exception cref="EncoderFallbackException">The text has half a surrogate pair.</exception>
    public ProtoMessage Add(int number, string text) => Add(number, s_utf8.GetBytes(text));

    /// <summary>Adds bytes, which are not copied.</summary>
    public ProtoMessage Add(int number, ReadOnlyMemory<byte> bytes)
    {
        _fields.Add((number, WireFormat.WireType.LengthDelimited, 0, UnsafeByteOperations.UnsafeWrap(bytes), null));
        Length += CodedOutputStream.ComputeTagSize(number) + LengthWithPrefix(bytes.Length);
        return this;
    }

    /// <summary>Adds a message, to which nothing must be added afterwards.</summary>
    public ProtoMessage Add(int number, ProtoMessage message)
    {
        _fields.Add((number, WireFormat.WireType.LengthDelimited, 0, null, message));
        Length += CodedOutputStream.ComputeTagSize(number) + LengthWithPrefix(message.Length);
        return this;
    }

    /// <summary>Writes the message. The format's limit of 2 GiB must have been checked.</summary>
    public void WriteTo(CodedOutputStream stream)
    {
        foreach ((int number, WireFormat.WireType type, ulong bits, ByteString? bytes, ProtoMessage? message) in _fields)
        {
            stream.WriteTag(number, type);
            switch (type)
            {
                case WireFormat.WireType.Varint:
                    stream.WriteUInt64(bits);
                    break;
                case WireFormat.WireType.Fixed32:
                    stream.WriteFixed32((uint)bits);
                    break;
                default:
                    if (message is null)
                    {
                        stream.WriteBytes(bytes);
                    }
                    else
                    {
                        stream.WriteLength((int)message.Length);
                        message.WriteTo(stream);
                    }

                    break;
            }
        }
    }

    private static long LengthWithPrefix(long length) =>
        length + CodedOutputStream.ComputeLengthSize((int)Math.Min(length, int.MaxValue));
}
