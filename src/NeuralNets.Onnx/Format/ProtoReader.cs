using System.Diagnostics.CodeAnalysis;
using System.Text;
using Google.Protobuf;

namespace NeuralNets.Onnx.Format;

/// <summary>A message that is read field by field. What is long, and what is not looked at, is not copied.</summary>
/// <remarks>
/// Untrusted: a length must end within the message that has it, and what becomes an object of its own counts against
/// <see cref="ReadBudget"/>, so that memory does not grow faster than the file. What the wire format forbids is an
/// <see cref="InvalidProtocolBufferException"/>, which the entry point turns into an <see cref="InvalidDataException"/>.
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "A coded stream over an array holds nothing to be released.")]
internal sealed class ProtoReader
{
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly byte[] _bytes;
    private readonly int _end;
    private readonly ReadBudget _budget;
    private CodedInputStream _input;
    private uint _tag;

    public ProtoReader(ArraySegment<byte> message, ReadBudget budget)
    {
        _bytes = message.Array!;
        _end = message.Offset + message.Count;
        _budget = budget;
        _input = new CodedInputStream(_bytes, message.Offset, message.Count);
    }

    /// <summary>The number of the field.</summary>
    public int Field => WireFormat.GetTagFieldNumber(_tag);

    /// <summary>Goes to the next field. What there is must be read or skipped before the next call.</summary>
    public bool Next()
    {
        _tag = _input.ReadTag();
        return _tag != 0;
    }

    public void Skip() => _input.SkipLastField();

    public long ReadInteger()
    {
        Require(WireFormat.WireType.Varint);
        return _input.ReadInt64();
    }

    public float ReadFloat()
    {
        Require(WireFormat.WireType.Fixed32);
        return _input.ReadFloat();
    }

    public string ReadString()
    {
        ArraySegment<byte> bytes = ReadBytes();
        _budget.TakeText(bytes.Count);
        try
        {
            return s_utf8.GetString(bytes);
        }
        catch (DecoderFallbackException exception)
        {
            throw new InvalidDataException($"a text must be UTF-8, but that of field {Field} at byte {bytes.Offset} is not.", exception);
        }
    }

    /// <summary>Returns the bytes of a field where they lie.</summary>
    public ArraySegment<byte> ReadBytes()
    {
        Require(WireFormat.WireType.LengthDelimited);
        int length = _input.ReadLength();
        int start = (int)_input.Position;
        if (length < 0 || length > _end - start)
        {
            throw new InvalidDataException(
                $"a length must end within its message, but that of field {Field} at byte {start} is {length} of {_end - start}.");
        }

        // The coded stream can skip bytes only by reading them.
        _input = new CodedInputStream(_bytes, start + length, _end - start - length);
        return new ArraySegment<byte>(_bytes, start, length);
    }

    /// <summary>Returns a reader of the message that a field is.</summary>
    public ProtoReader ReadMessage()
    {
        _budget.TakeItem();
        return new ProtoReader(ReadBytes(), _budget);
    }

    /// <summary>Adds the integers of a field to a list: one, or packed ones.</summary>
    public void ReadIntegers(List<long> values)
    {
        if (WireFormat.GetTagWireType(_tag) != WireFormat.WireType.LengthDelimited)
        {
            _budget.TakeItem();
            values.Add(ReadInteger());
            return;
        }

        ArraySegment<byte> packed = ReadBytes();
        var input = new CodedInputStream(packed.Array!, packed.Offset, packed.Count);
        while (!input.IsAtEnd)
        {
            _budget.TakeItem();
            values.Add(input.ReadInt64());
        }
    }

    /// <summary>Adds the little-endian bytes of the numbers of a field to those of earlier ones: one number, or packed ones.</summary>
    /// <param name="parts">The bytes where they lie.</param>
    /// <param name="size">The number of bytes of a number: 4 or 8.</param>
    public void ReadNumbers(List<ArraySegment<byte>> parts, int size)
    {
        _budget.TakeItem();
        if (WireFormat.GetTagWireType(_tag) == WireFormat.WireType.LengthDelimited)
        {
            ArraySegment<byte> packed = ReadBytes();
            if (packed.Count % size != 0)
            {
                throw new InvalidDataException(
                    $"numbers of {size} bytes must fill their field, but field {Field} at byte {packed.Offset} has {packed.Count} bytes.");
            }

            parts.Add(packed);
            return;
        }

        Require(size == sizeof(float) ? WireFormat.WireType.Fixed32 : WireFormat.WireType.Fixed64);
        int start = (int)_input.Position;
        Skip();
        parts.Add(new ArraySegment<byte>(_bytes, start, size));
    }

    private void Require(WireFormat.WireType type)
    {
        if (WireFormat.GetTagWireType(_tag) != type)
        {
            throw new InvalidDataException(
                $"field {Field} before byte {_input.Position} must have the wire type {type}, but has {WireFormat.GetTagWireType(_tag)}.");
        }
    }
}
