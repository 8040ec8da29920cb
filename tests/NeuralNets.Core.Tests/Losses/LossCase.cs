using System.Numerics;
using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Data;
using NeuralNets.Core.Losses;
using NeuralNets.Core.Tests.Activations;

namespace NeuralNets.Core.Tests.Losses;

/// <summary>Every output function with every loss that goes with it, by name, with a formula of the cost that is written without the
/// library.</summary>
internal static class LossCase
{
    public static IReadOnlyList<string> Names { get; } =
    [
        "softmax", "softmax smoothed", "yes or no", "yes or no smoothed", "yes or no values", "multi-label", "multi-label weighted",
        "mean squared error", "mean absolute error", "huber",
    ];

    public static int OutputCount(string name) => name.StartsWith("yes", StringComparison.Ordinal) ? 1 : 3;

    public static ILayerActivation<T> Output<T>(string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => name[0] switch
        {
            's' => new Softmax<T>(),
            'y' => new Sigmoid<T>(),
            _ => name.StartsWith("multi", StringComparison.Ordinal) ? new Sigmoid<T>() : new Identity<T>(),
        };

    public static ILoss<T> Loss<T>(string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => name switch
        {
            "softmax" => new CrossEntropyLoss<T>(),
            "softmax smoothed" => new CrossEntropyLoss<T>(labelSmoothing: 0.1),
            "yes or no" or "yes or no values" or "multi-label" => new BinaryCrossEntropyLoss<T>(),
            "yes or no smoothed" => new BinaryCrossEntropyLoss<T>(0.2, [2.5]),
            "multi-label weighted" => new BinaryCrossEntropyLoss<T>(0.05, [0.5, 3, 1]),
            "mean squared error" => new MeanSquaredErrorLoss<T>(),
            "mean absolute error" => new MeanAbsoluteErrorLoss<T>(),
            "huber" => new HuberLoss<T>(0.7),
            _ => throw new ArgumentException(name),
        };

    /// <summary>A network of a number of layers.</summary>
    public static Network<T> Network<T>(string name, string hidden, int layers, int seed = 3)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new(
            [4, .. ((int[])[34, 5, 6]).Take(layers - 1), OutputCount(name)],
            HiddenActivations.Create<T>(hidden),
            Output<T>(name),
            seed);

    /// <summary>Labels for softmax and yes or no; values otherwise, from 0 to 1 for multi-label, where every third is 0 or 1.</summary>
    public static Dataset<T> Samples<T>(string name, Matrix<T> features, int seed = 8)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int outputs = OutputCount(name);
        var random = new Random(seed);
        if (name is "softmax" or "softmax smoothed" or "yes or no" or "yes or no smoothed")
        {
            int classes = Math.Max(outputs, 2);
            int[] labels = [.. Enumerable.Range(0, features.ColumnCount).Select(_ => random.Next(classes))];
            return Dataset<T>.FromMatrix(features, labels, classes);
        }

        T[] values = [.. Enumerable.Range(0, outputs * features.ColumnCount).Select(i => T.CreateChecked(
            Output<T>(name) is Identity<T> ? (4 * random.NextDouble()) - 2 : i % 3 == 0 ? random.Next(2) : random.NextDouble()))];
        return Dataset<T>.FromMatrix(features, Targets<T>.FromValues(values, outputs));
    }

    /// <summary>The cost of a sample by the formulas of textbooks, in double.</summary>
    /// <param name="name">The case.</param>
    /// <param name="z">The logits.</param>
    /// <param name="targets">The targets of the set.</param>
    /// <param name="sample">The sample.</param>
    public static double Cost<T>(string name, double[] z, Targets<T> targets, int sample)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int k = z.Length;
        double[] y = targets.AreLabels
            ? k == 1 ? [targets.Labels[sample]] : [.. Enumerable.Range(0, k).Select(i => targets.Labels[sample] == i ? 1.0 : 0)]
            : [.. targets.Values.Slice(sample * k, k).ToArray().Select(double.CreateChecked)];
        double LogSumExp() => Math.Log(z.Sum(Math.Exp));
        double Softplus(double x) => x > 30 ? x + Math.Exp(-x) : Math.Log(1 + Math.Exp(x));
        double Binary(double smoothing, params double[] weights) => Enumerable.Range(0, k).Average(i =>
        {
            double t = (y[i] * (1 - smoothing)) + (smoothing / 2);
            return ((weights.Length == 0 ? 1 : weights[i]) * t * Softplus(-z[i])) + ((1 - t) * Softplus(z[i]));
        });
        double Errors(Func<double, double> f) => Enumerable.Range(0, k).Average(i => f(z[i] - y[i]));
        return name switch
        {
            "softmax" => y.Zip(z, (t, x) => t * (LogSumExp() - x)).Sum(),
            "softmax smoothed" => y.Zip(z, (t, x) => ((0.9 * t) + (0.1 / k)) * (LogSumExp() - x)).Sum(),
            "yes or no" or "yes or no values" or "multi-label" => Binary(0),
            "yes or no smoothed" => Binary(0.2, 2.5),
            "multi-label weighted" => Binary(0.05, 0.5, 3, 1),
            "mean squared error" => Errors(e => e * e),
            "mean absolute error" => Errors(Math.Abs),
            "huber" => Errors(e => Math.Abs(e) <= 0.7 ? e * e / 2 : 0.7 * (Math.Abs(e) - 0.35)),
            _ => throw new ArgumentException(name),
        };
    }
}
