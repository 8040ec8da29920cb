using System.Numerics;
using System.Security.Cryptography;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Data;

/// <summary>Features that are bytes in a mapped file.</summary>
internal sealed class MappedBytes<T>(MappedRows rows, int features, PixelScaling scaling) : FeatureSource<T>(features)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override PixelScaling? Scaling => scaling;

    public override double Largest => scaling.Largest;

    public override void Read(int position, Span<T> destination)
    {
        scaling.Apply(rows[position], destination);
        GC.KeepAlive(this);
    }

    public override void ReadBytes(int position, Span<byte> destination)
    {
        rows[position].CopyTo(destination);
        GC.KeepAlive(this);
    }

    public override void Prefetch(int position)
    {
        Cache.Prefetch(rows[position]);
        GC.KeepAlive(this);
    }

    public override void Append(IncrementalHash hash, int position, int count) => rows.Append(hash, position, count);
}
