using System.Numerics;
using System.Security.Cryptography;
using NeuralNets.Core.Data;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Serialization;

/// <summary>A pass over all features of a file, in a buffer of fixed size.</summary>
/// <param name="file">The file.</param>
/// <param name="tensors">Its tensors.</param>
internal sealed class FeatureScan(SafetensorsReader file, DatasetTensors tensors)
{
    private const int PieceBytes = 1 << 20;

    /// <summary>Returns the largest absolute value of features that are numbers, and adds their bytes to a hash.</summary>
    /// <returns>0 for features that are bytes.</returns>
    /// <exception cref="InvalidDataException">A feature is NaN or infinite.</exception>
    public double Run(IncrementalHash? hash) => tensors.Features.Dtype switch
    {
        "U8" => hash is null ? 0 : RunBytes(hash),
        "F32" => Run<float>(hash),
        _ => Run<double>(hash),
    };

    /// <summary>Checks that no feature that is a byte is above the maximum of a scaling; reads nothing where that cannot be.</summary>
    /// <exception cref="InvalidDataException">One is.</exception>
    public void Check(PixelScaling scaling)
    {
        if (scaling.Maximum is null or byte.MaxValue)
        {
            return;
        }

        Pieces<byte>((piece, start) =>
        {
            int wrong = scaling.FindAbove(piece);
            if (wrong >= 0)
            {
                (long image, long pixel) = Math.DivRem(start + wrong, tensors.FeatureCount);
                file.Throw(scaling.Above(image, pixel, piece[wrong]));
            }
        });
    }

    private double RunBytes(IncrementalHash hash)
    {
        Pieces<byte>((piece, _) => hash.AppendData(piece));
        return 0;
    }

    private double Run<TFile>(IncrementalHash? hash)
        where TFile : unmanaged, IBinaryFloatingPointIeee754<TFile>
    {
        double largest = 0;
        Pieces<TFile>((piece, start) =>
        {
            double max = Magnitude.Max<TFile>(piece);
            if (!double.IsFinite(max))
            {
                ThrowNotFinite(piece, start);
            }

            largest = Math.Max(largest, max);
            if (hash is not null)
            {
                LittleEndian.Append<TFile>(hash, piece);
            }
        });
        return largest;
    }

    private void Pieces<TFile>(Action<ReadOnlySpan<TFile>, long> take)
        where TFile : unmanaged
    {
        long count = (long)tensors.Count * tensors.FeatureCount;
        TFile[] buffer = new TFile[Math.Min(count, PieceBytes / (SafetensorsEntry.BitsOf(tensors.Features.Dtype) / 8))];
        Stream stream = file.Seek(tensors.Features);
        for (long start = 0; start < count; start += buffer.Length)
        {
            Span<TFile> piece = buffer.AsSpan(0, (int)Math.Min(buffer.Length, count - start));
            LittleEndian.Read(stream, piece);
            take(piece, start);
        }
    }

    private void ThrowNotFinite<TFile>(ReadOnlySpan<TFile> piece, long start)
        where TFile : unmanaged, IBinaryFloatingPointIeee754<TFile>
    {
        int i = 0;
        while (TFile.IsFinite(piece[i]))
        {
            i++;
        }

        long position = start + i;
        (long sample, long feature) = Math.DivRem(position, tensors.FeatureCount);
        file.Throw(FormattableString.Invariant($"features must be finite, but feature {feature} of sample {sample} is {piece[i]}."));
    }
}
