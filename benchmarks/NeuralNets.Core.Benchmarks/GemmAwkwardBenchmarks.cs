using System.Numerics;
using BenchmarkDotNet.Attributes;

namespace NeuralNets.Core.Benchmarks;

/// <summary>What do sizes cost that fill neither vectors nor tiles, or that are one or a few in some direction?</summary>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
public class GemmAwkwardBenchmarks<T>() : GemmContenders<T>(
    [
        new(7, 5, 3, false, false),
        new(33, 33, 33, false, false),
        new(100, 57, 333, false, false),
        new(127, 63, 785, false, false),
        new(129, 65, 783, true, true),
        new(128, 1, 784, false, false), // One sample through the first layer.
        new(1, 64, 784, false, false), // One unit.
        new(128, 784, 1, false, true), // The gradient from one sample.
        new(3, 2, 5000, false, false),
        new(513, 511, 509, false, false),
    ])
    where T : unmanaged, IBinaryFloatingPointIeee754<T>;
