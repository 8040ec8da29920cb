using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Data;

/// <summary>Features that are numbers in a mapped file, little-endian.</summary>
/// <remarks>
/// Only who wrote the file has seen all of them. So each sample is held against the bound whenever it is read, which costs a small part of
/// the copy: no NaN and no infinity comes out of a file that is damaged, or was changed after it was opened.
/// </remarks>
/// <typeparam name="T">The type that the numbers are to have.</typeparam>
/// <typeparam name="TFile">The type that they have in the file: the same, or float where double is asked for.</typeparam>
internal sealed class MappedNumbers<T, TFile>(MappedRows rows, int features, double largest) : FeatureSource<T>(features)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TFile : unmanaged, IBinaryFloatingPointIeee754<TFile>
{
    private const int PieceLength = 1 << 10;

    public override double Largest => largest;

    public override void Read(int position, Span<T> destination)
    {
        Copy(rows[position], destination);
        GC.KeepAlive(this);
        if (!(Magnitude.Max<T>(destination) <= largest))
        {
            Throw(position, destination);
        }
    }

    public override void Prefetch(int position)
    {
        Cache.Prefetch(rows[position]);
        GC.KeepAlive(this);
    }

    public override void Append(IncrementalHash hash, int position, int count)
    {
        if (typeof(T) == typeof(TFile))
        {
            rows.Append(hash, position, count);
            return;
        }

        T[] sample = new T[FeatureCount];
        for (int i = 0; i < count; i++)
        {
            Copy(rows[position + i], sample);
            LittleEndian.Append<T>(hash, sample);
        }

        GC.KeepAlive(this);
    }

    /// <summary>Copies a row byte by byte, since it may begin anywhere in the file. Does not allocate.</summary>
    private static void Copy(ReadOnlySpan<byte> row, Span<T> destination)
    {
        if (typeof(T) == typeof(TFile))
        {
            row.CopyTo(MemoryMarshal.AsBytes(destination));
            LittleEndian.Swap(destination);
            return;
        }

        Span<TFile> buffer = stackalloc TFile[Math.Min(PieceLength, destination.Length)];
        while (!destination.IsEmpty)
        {
            Span<TFile> piece = buffer[..Math.Min(buffer.Length, destination.Length)];
            Span<byte> bytes = MemoryMarshal.AsBytes(piece);
            row[..bytes.Length].CopyTo(bytes);
            LittleEndian.Swap(piece);
            for (int i = 0; i < piece.Length; i++)
            {
                destination[i] = T.CreateTruncating(piece[i]); // Exact: never to a narrower type.
            }

            row = row[bytes.Length..];
            destination = destination[piece.Length..];
        }
    }

    [DoesNotReturn]
    private void Throw(int position, ReadOnlySpan<T> sample)
    {
        int feature = 0;
        while (double.Abs(double.CreateChecked(sample[feature])) <= largest)
        {
            feature++;
        }

        throw new InvalidDataException(FormattableString.Invariant(
            $"{rows.Name}: features must be from {-largest} to {largest}, as was found when the file was written or opened, but feature ")
            + FormattableString.Invariant(
            $"{feature} of sample {position} of the file is {sample[feature]}: the file is damaged, or was changed."));
    }
}
