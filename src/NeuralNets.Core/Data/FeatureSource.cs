using System.Numerics;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Data;

/// <summary>Where a data set's features lie.</summary>
internal abstract class FeatureSource<T>(int count)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The number of features of a sample.</summary>
    public int Features { get; } = count;

    /// <summary>Writes the features of one sample.</summary>
    public abstract void Read(int position, Span<T> destination);
}

/// <summary>Features that are numbers already, (features × samples).</summary>
internal sealed class MatrixFeatures<T>(T[] values, int features) : FeatureSource<T>(features)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override void Read(int position, Span<T> destination) => values.AsSpan(position * Features, Features).CopyTo(destination);
}

/// <summary>Features that are bytes, one sample after the other.</summary>
internal sealed class ByteFeatures<T>(ReadOnlyMemory<byte> bytes, int features, PixelScaling scaling) : FeatureSource<T>(features)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override void Read(int position, Span<T> destination)
    {
        ReadOnlySpan<byte> sample = bytes.Span.Slice(position * Features, Features);
        if (scaling == PixelScaling.UnitInterval)
        {
            ByteConversion.ToUnitInterval(sample, destination);
        }
        else
        {
            ByteConversion.ToNumbers(sample, destination);
        }
    }
}
