using System.Numerics;
using System.Security.Cryptography;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Data;

/// <summary>Where a data set's features lie.</summary>
internal abstract class FeatureSource<T>(int count)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The number of features of a sample.</summary>
    public int FeatureCount { get; } = count;

    /// <summary>What becomes of the bytes that the features are kept as; null if they are kept as numbers.</summary>
    public virtual PixelScaling? Scaling => null;

    /// <summary>No feature is larger in absolute value.</summary>
    public abstract double Largest { get; }

    /// <summary>Writes the features of one sample.</summary>
    public abstract void Read(int position, Span<T> destination);

    /// <summary>Writes the bytes that the features of one sample are kept as.</summary>
    /// <exception cref="NotSupportedException">They are kept as numbers.</exception>
    public virtual void ReadBytes(int position, Span<byte> destination) => throw new NotSupportedException();

    /// <summary>Asks for a sample that will be read soon to be brought into the cache.</summary>
    public abstract void Prefetch(int position);

    /// <summary>A number for how the features are kept, for a hash: equal bytes under another one are other features.</summary>
    public int Form => Scaling is { } scaling ? 1 + scaling.Form : 0;

    /// <summary>Adds consecutive samples to a hash, as they are kept.</summary>
    public abstract void Append(IncrementalHash hash, int position, int count);
}

/// <summary>Features that are numbers already, (features × samples).</summary>
internal sealed class MatrixFeatures<T>(T[] values, int features) : FeatureSource<T>(features)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override double Largest { get; } = Magnitude.Max<T>(values);

    public override void Read(int position, Span<T> destination) => Sample(position).CopyTo(destination);

    public override void Prefetch(int position) => Cache.Prefetch<T>(Sample(position));

    public override void Append(IncrementalHash hash, int position, int count) =>
        LittleEndian.Append<T>(hash, values.AsSpan(position * FeatureCount, count * FeatureCount));

    private Span<T> Sample(int position) => values.AsSpan(position * FeatureCount, FeatureCount);
}

/// <summary>Features that are bytes, one sample after the other.</summary>
internal sealed class ByteFeatures<T>(ReadOnlyMemory<byte> bytes, int features, PixelScaling scaling) : FeatureSource<T>(features)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override PixelScaling? Scaling => scaling;

    public override double Largest => scaling.Largest;

    public override void Read(int position, Span<T> destination) => scaling.Apply(Sample(position), destination);

    public override void ReadBytes(int position, Span<byte> destination) => Sample(position).CopyTo(destination);

    public override void Prefetch(int position) => Cache.Prefetch(Sample(position));

    public override void Append(IncrementalHash hash, int position, int count) =>
        hash.AppendData(bytes.Span.Slice(position * FeatureCount, count * FeatureCount));

    private ReadOnlySpan<byte> Sample(int position) => bytes.Span.Slice(position * FeatureCount, FeatureCount);
}
