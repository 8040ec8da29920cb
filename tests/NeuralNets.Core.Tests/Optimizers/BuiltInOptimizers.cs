using NeuralNets.Core.Optimizers;

namespace NeuralNets.Core.Tests.Optimizers;

/// <summary>The optimizers that tests train with, by name.</summary>
internal static class BuiltInOptimizers
{
    public static TheoryData<string> Names => ["plain", "momentum", "nesterov", "rmsprop", "adam", "adamw", "custom"];

    /// <summary>Creates one, with numbers that are not the defaults: a divisor may not amplify the rounding of gradients near
    /// 0.</summary>
    public static Optimizer Create(string name) => name switch
    {
        "plain" => new Sgd(),
        "momentum" => new Sgd(momentum: 0.8),
        "nesterov" => new Sgd(momentum: 0.8, nesterov: true),
        "rmsprop" => new RmsProp(decay: 0.95, epsilon: 1e-3),
        "adam" => new Adam(beta1: 0.8, beta2: 0.99, epsilon: 1e-3),
        "adamw" => new AdamW(weightDecay: 0.3, beta1: 0.8, beta2: 0.99, epsilon: 1e-3),
        "custom" => new TestMomentum(),
        _ => throw new ArgumentException($"There is no optimizer '{name}'.", nameof(name)),
    };

    /// <summary>A rate at which a few steps change much and nothing runs away.</summary>
    public static double RateOf(string name) => name is "rmsprop" or "adam" or "adamw" ? 0.02 : 0.1;
}
