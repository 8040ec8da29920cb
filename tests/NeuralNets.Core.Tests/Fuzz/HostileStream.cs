namespace NeuralNets.Core.Tests.Fuzz;

/// <summary>
/// A file that gives as few bytes at a time as it likes, cannot be read at once, and notices a reader that does not stop at its end.
/// </summary>
internal sealed class HostileStream(byte[] content, int step) : Stream
{
    private const int PatienceAtEnd = 100;

    private int _position;
    private int _readsAtEnd;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => content.Length;

    public override long Position
    {
        get => _position;
        set => _position = checked((int)value);
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        int length = Math.Min(Math.Min(buffer.Length, step), content.Length - _position);
        if (length == 0 && ++_readsAtEnd > PatienceAtEnd)
        {
            throw new InvalidOperationException("The reader goes on and on at the end of the file.");
        }

        content.AsSpan(_position, length).CopyTo(buffer);
        _position += length;
        return length;
    }

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
