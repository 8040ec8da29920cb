namespace NeuralNets.Core.Data;

/// <summary>Cuts the bytes of a source into lines, in a buffer that is reused.</summary>
internal sealed class LineReader(ByteSource source)
{
    /// <summary>The longest line, in bytes: a limit, so that a file without line ends does not fill the memory.</summary>
    public const int MaxLength = 1 << 24;

    private byte[] _buffer = GC.AllocateUninitializedArray<byte>(1 << 16);
    private int _start;
    private int _end;

    /// <summary>The number of the line that was read last, counted from 1.</summary>
    public int Number { get; private set; }

    /// <summary>Reads the next line.</summary>
    /// <param name="line">The line without its end (LF or CR LF), valid until the next call.</param>
    /// <returns>False at the end of the source.</returns>
    /// <exception cref="InvalidDataException">The line is longer than <see cref="MaxLength"/>, or the source is
    /// corrupt.</exception>
    public bool TryRead(out ReadOnlySpan<byte> line)
    {
        int searched = 0;
        while (true)
        {
            int length = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            if (length >= 0)
            {
                line = Take(searched + length);
                _start++;
                return true;
            }

            searched = _end - _start;
            if (!Fill())
            {
                line = searched == 0 ? default : Take(searched);
                return searched > 0;
            }
        }
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        ReadOnlySpan<byte> line = _buffer.AsSpan(_start, length);
        _start += length;
        Number++;
        return line.EndsWith("\r"u8) ? line[..^1] : line;
    }

    private bool Fill()
    {
        int length = _end - _start;
        if (length > MaxLength)
        {
            throw new InvalidDataException(
                $"{source.Name}: row {Number + 1} must be at most {MaxLength} bytes long, but it is longer.");
        }

        byte[] target = length > _buffer.Length / 2 ? GC.AllocateUninitializedArray<byte>(2 * _buffer.Length) : _buffer;
        _buffer.AsSpan(_start, length).CopyTo(target);
        _buffer = target;
        _start = 0;
        _end = length + source.Read(_buffer.AsSpan(length));
        return _end > length;
    }
}
