using System.Numerics;
using BenchmarkDotNet.Attributes;

namespace NeuralNets.Core.Benchmarks;

/// <summary>How does the product's speed grow with the size of the matrices, from the first cache to memory?</summary>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
public class GemmSquareBenchmarks<T>() : GemmContenders<T>(
    [Square(64), Square(128), Square(256), Square(512), Square(1024), Square(2048)])
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static GemmShape Square(int size) => new(size, size, size, false, false);
}
