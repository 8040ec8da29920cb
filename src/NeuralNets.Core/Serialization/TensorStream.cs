using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace NeuralNets.Core.Serialization;

/// <summary>Writes the elements of one tensor in pieces of any size, little-endian, and keeps their SHA-256.</summary>
/// <param name="stream">Receives the bytes.</param>
internal sealed class TensorStream(Stream stream) : IDisposable
{
    private const int BufferLength = 1 << 16;

    private readonly byte[] _buffer = new byte[BufferLength];
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private int _used;

    /// <summary>What receives the bytes.</summary>
    public Stream Stream => stream;

    /// <summary>Adds elements. Does not allocate.</summary>
    public void Append<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        int size = Unsafe.SizeOf<T>();
        while (!values.IsEmpty)
        {
            if (BufferLength - _used < size)
            {
                Flush();
            }

            ReadOnlySpan<T> piece = values[..Math.Min(values.Length, (BufferLength - _used) / size)];
            Span<byte> bytes = _buffer.AsSpan(_used, piece.Length * size);
            MemoryMarshal.AsBytes(piece).CopyTo(bytes);
            LittleEndian.Swap(MemoryMarshal.Cast<byte, T>(bytes));
            _used += bytes.Length;
            values = values[piece.Length..];
        }
    }

    /// <summary>Writes what was added to the stream.</summary>
    public void Flush()
    {
        ReadOnlySpan<byte> bytes = _buffer.AsSpan(0, _used);
        _used = 0;
        _hash.AppendData(bytes);
        stream.Write(bytes);
    }

    /// <summary>Writes all that was added, and returns its SHA-256 in lower-case hexadecimal digits.</summary>
    public string Finish()
    {
        Flush();
        return Convert.ToHexStringLower(_hash.GetHashAndReset());
    }

    public void Dispose() => _hash.Dispose();
}
