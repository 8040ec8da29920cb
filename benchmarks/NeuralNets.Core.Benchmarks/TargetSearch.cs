using System.Text.Json;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Data;
using NeuralNets.Core.Training;

namespace NeuralNets.Core.Benchmarks;

/// <summary>
/// Looks for the sizes, batch size and learning rate that reach an accuracy soonest, on 50,000 of the training images with the
/// other 10,000 for validation: the test images have no say. Prints one JSON line a setting: seconds of training until the
/// accuracy was reached, for each seed, or −1.
/// </summary>
internal static class TargetSearch
{
    private const double Target = 0.98;
    private const int MostEpochs = 14;

    private static readonly int[][] s_hidden = [[128, 32], [256, 32], [128], [256], [192, 48], [512]];
    private static readonly int[] s_batches = [16, 32, 64];
    private static readonly double[] s_rates = [0.1, 0.2, 0.3, 0.5];
    private static readonly ulong[] s_seeds = [101, 102, 103];

    public static int Run(string[] args)
    {
        if (args is not ["--data", var folder])
        {
            Console.Error.WriteLine("usage: search --data DIR");
            return 2;
        }

        (Dataset<float> training, Dataset<float> validation) = Race.Load<float>(folder, "train").Split(1.0 / 6, seed: 1);
        foreach (int[] hidden in s_hidden)
        {
            foreach (int batch in s_batches)
            {
                foreach (double rate in s_rates)
                {
                    double[] seconds = [.. s_seeds.Select(seed => SecondsToTarget(training, validation, [784, .. hidden, 10], batch, rate, seed))];
                    Console.WriteLine(JsonSerializer.Serialize(new { hidden, batch, rate, seconds }));
                }
            }
        }

        return 0;
    }

    private static double SecondsToTarget(
        Dataset<float> training, Dataset<float> validation, int[] sizes, int batch, double rate, ulong seed)
    {
        var network = new Network<float>(sizes, new Relu<float>(), seed);
        var trainer = new GradientDescentTrainer<float>(network) { LearningRate = rate, BatchSize = batch, Seed = seed };
        using var recorder = new Race.Recorder(Target);
        try
        {
            trainer.Fit(training, MostEpochs, validation, recorder, recorder.TargetReached);
        }
        catch (OperationCanceledException)
        {
            // The accuracy was reached.
        }

        return recorder.TimeTo(Target);
    }
}
