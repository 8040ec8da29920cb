using System.Text.Json;
using NeuralNets.Core.Data;
using NeuralNets.Core.Training;

namespace NeuralNets.Core.Benchmarks;

/// <summary>
/// Looks for the sizes, batch size and learning rate that are most accurate after a given time of training, on 50,000 of the training
/// images with the other 10,000 for validation: the test images are not used. Prints one JSON line per setting, and the best last.
/// </summary>
/// <remarks>The rate falls linearly over six epochs, as many steps as five epochs of all 60,000 images.</remarks>
internal static class TargetSearch
{
    private const int Epochs = 6;

    /// <summary>Seconds of training. A process that trains once has to compile, too, which takes some 0.2 s.</summary>
    private const double Budget = 0.8;

    private static readonly int[][] s_hidden = [[128, 32], [192, 48], [256, 32], [256, 64]];
    private static readonly int[] s_batches = [32, 64];
    private static readonly double[] s_rates = [0.3, 0.4, 0.5];
    private static readonly long[] s_seeds = [101, 102, 103];

    private sealed record Outcome(int[] Sizes, int Batch, double Rate, double[] Accuracies, double Seconds);

    public static int Run(string[] args)
    {
        if (args is not ["--data", var folder])
        {
            Console.Error.WriteLine("usage: search --data DIR");
            return 2;
        }

        (Dataset<float> training, Dataset<float> validation) = Race.Load<float>(folder, "train").Split(1.0 / 6, seed: 1);
        Train(training, validation, [784, .. s_hidden[0], 10], s_batches[0], s_rates[0], s_seeds[0]); // compiles
        List<Outcome> outcomes = [];
        foreach (int[] hidden in s_hidden)
        {
            foreach (int batch in s_batches)
            {
                foreach (double rate in s_rates)
                {
                    int[] sizes = [784, .. hidden, 10];
                    EpochResult[] last = [.. s_seeds.Select(seed => Train(training, validation, sizes, batch, rate, seed))];
                    outcomes.Add(new(
                        sizes,
                        batch,
                        rate,
                        [.. last.Select(epoch => epoch.Validation!.Accuracy!.Value)],
                        Race.Median([.. last.Select(epoch => epoch.TrainingTime.TotalSeconds)])));
                    Console.WriteLine(JsonSerializer.Serialize(outcomes[^1]));
                }
            }
        }

        Outcome? best = outcomes.Where(outcome => outcome.Seconds <= Budget).MaxBy(outcome => outcome.Accuracies.Average());
        Console.WriteLine(JsonSerializer.Serialize(new { Settings = outcomes.Count, Budget, Best = best }));
        return 0;
    }

    private static EpochResult Train(Dataset<float> training, Dataset<float> validation, int[] sizes, int batch, double rate, long seed)
    {
        var trainer = new GradientDescentTrainer<float>(Race.CreateNetwork<float>(sizes, seed))
        {
            LearningRate = rate,
            BatchSize = batch,
            Seed = seed,
        };
        using var recorder = new Race.Recorder(target: null);
        Race.Fit(trainer, training, Epochs, decay: true, validation, recorder);
        return recorder.Epochs[^1];
    }
}
