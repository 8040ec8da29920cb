namespace NeuralNets.Core.Data.Csv;

/// <summary>A source of bytes as a stream that is read from first to last, of which the first bytes can be looked at before.</summary>
internal sealed class ByteSourceStream : ForwardStream
{
    private const int HeadLength = 4;

    private readonly ByteSource _source;
    private readonly byte[] _head = new byte[HeadLength];
    private readonly int _headLength;
    private int _position;

    public ByteSourceStream(ByteSource source)
    {
        _source = source;
        _headLength = source.Read(_head);
    }

    /// <summary>The first four bytes, or as many as there are.</summary>
    public ReadOnlySpan<byte> Head => _head.AsSpan(0, _headLength);

    public override int Read(Span<byte> buffer)
    {
        if (_position == _headLength)
        {
            return _source.Read(buffer);
        }

        int length = Math.Min(_headLength - _position, buffer.Length);
        _head.AsSpan(_position, length).CopyTo(buffer);
        _position += length;
        return length;
    }
}
