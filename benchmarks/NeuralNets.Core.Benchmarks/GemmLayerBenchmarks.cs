using System.Numerics;
using BenchmarkDotNet.Attributes;

namespace NeuralNets.Core.Benchmarks;

/// <summary>
/// How fast are the products of training? Those of a 784-128-32-10 network on batches of 64, and the largest of them
/// with its operands stored in the other ways.
/// </summary>
[GenericTypeArguments(typeof(float))]
[GenericTypeArguments(typeof(double))]
public class GemmLayerBenchmarks<T>() : GemmContenders<T>(
    [
        // Forward, W·A.
        new(10, 64, 32, false, false),
        new(32, 64, 128, false, false),
        new(128, 64, 784, false, false),

        // The gradient of the weights, dZ·Aᵀ.
        new(10, 32, 64, false, true),
        new(32, 128, 64, false, true),
        new(128, 784, 64, false, true),

        // Backward, Wᵀ·dZ.
        new(32, 64, 10, true, false),
        new(128, 64, 32, true, false),

        new(128, 64, 784, true, false),
        new(128, 64, 784, false, true),
        new(128, 64, 784, true, true),
    ])
    where T : unmanaged, IBinaryFloatingPointIeee754<T>;
