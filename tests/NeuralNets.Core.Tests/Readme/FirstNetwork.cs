using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Data;
using NeuralNets.Core.Training;

namespace NeuralNets.Core.Tests.Readme;

/// <summary>The README's first code block; <see cref="ReadmeTests"/> compares the two and runs it.</summary>
internal static class FirstNetwork
{
    public static (TrainingResult Result, float[] Probabilities) Run()
    {
        // begin
        // 1000 points in the plane, features x samples; the class says whether a point's coordinates have the same sign.
        Matrix<float> points = Matrix<float>.Build.Random(2, 1000, seed: 1);
        int[] labels = [.. points.EnumerateColumns().Select(point => point[0] * point[1] > 0 ? 1 : 0)];

        var network = new Network<float>([2, 16, 2], new Tanh<float>(), seed: 1);
        var trainer = new GradientDescentTrainer<float>(network) { LearningRate = 0.3, BatchSize = 32 };
        TrainingResult result = trainer.Fit(Dataset<float>.FromMatrix(points, labels, classes: 2), epochs: 50);
        Console.WriteLine($"cost {result.Epochs[^1].Cost.Mean:F3}, accuracy {result.Epochs[^1].TrainingAccuracy:P1}");

        float[] probabilities = new float[2];
        network.Predict([0.5f, -0.8f], probabilities); // different signs: nearly (1, 0)
        // end
        return (result, probabilities);
    }
}
