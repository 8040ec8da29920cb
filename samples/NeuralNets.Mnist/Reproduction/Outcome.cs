using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Data;
using NeuralNets.Core.Losses;
using NeuralNets.Core.Training;
using NeuralNets.Mnist.Commands;

namespace NeuralNets.Mnist.Reproduction;

/// <summary>How a recipe ended.</summary>
/// <param name="Recipe">The recipe.</param>
/// <param name="Activation">The function of the hidden layers.</param>
/// <param name="Epochs">The epochs that were completed.</param>
/// <param name="DivergedIn">The epoch in which the cost was not finite any more, or null.</param>
/// <param name="ConstantUnits">The number of units of each hidden layer whose output is the same for every test image looked
/// at.</param>
internal sealed record Outcome(
    Recipe Recipe, string Activation, IReadOnlyList<EpochResult> Epochs, int? DivergedIn, int[] ConstantUnits)
{
    private const int ImagesLookedAt = 1000;

    public string Name => $"{Recipe.Name}, {Activation}";

    public double Seconds => Epochs.Count == 0 ? 0 : Epochs[^1].TrainingTime.TotalSeconds;

    /// <summary>Why it ended there, from what was measured.</summary>
    public string Explanation
    {
        get
        {
            string constant = string.Join(" and ", ConstantUnits.Zip(Recipe.Hidden, (count, units) => $"{count} of {units}"))
                + " hidden units give the same for every image";
            double accuracy = Epochs.Count == 0 ? 0 : Epochs[^1].Training.Accuracy!.Value;
            string pace = accuracy < 0.5 ? "hardly under way" : "learns, but slowly";
            return Recipe switch
            {
                _ when DivergedIn is { } epoch =>
                    $"diverged in epoch {epoch}: the steps made the weights larger until they were no numbers any more.",
                { IsPublished: true } when ConstantUnits[^1] == Recipe.Hidden[^1] =>
                    $"stuck: {constant} and pass no gradient "
                    + "back: early steps, as large as pixels of up to 255 make them, pushed them there.",
                { IsPublished: true } when accuracy < 0.8 =>
                    $"between learned and stuck: {constant}; pixels of up to 255 make the steps too large for what is left.",
                { IsPublished: true } =>
                    $"a lucky draw: {constant}, the others survived the large steps that pixels of up to 255 make, and learned.",
                { Batch: null } =>
                    $"{pace}: {Epochs.Count} epochs are {Epochs.Count} steps only, each with the mean gradient of all images.",
                _ => $"the same passes over the images, but a step every {Recipe.Batch} of them: that many more steps, "
                    + $"and it gets as far as {100 * accuracy:F2} % of what it was trained on.",
            };
        }
    }

    /// <summary>Trains by a recipe.</summary>
    public static Outcome Of(
        Recipe recipe,
        string activation,
        Digits digits,
        ReproduceSettings settings,
        Terminal terminal,
        CancellationToken interruption)
    {
        Dataset<float> training = Dataset<float>.FromImages(digits.Training, scaling: recipe.Scaling);
        Dataset<float> test = Dataset<float>.FromImages(digits.Test, scaling: recipe.Scaling);
        IEnumerable<LayerSpec<float>> hidden = Recipe.Hidden.Select(
            units => new LayerSpec<float>(units, Networks.Activation<float>(activation), recipe.Initializer));
        var network = new Network<float>(
            training.FeatureCount,
            [.. hidden, new LayerSpec<float>(Digits.Classes, new Softmax<float>(), recipe.Initializer)],
            recipe.Seed);
        var trainer = new GradientDescentTrainer<float>(network)
        {
            LearningRate = Recipe.LearningRate,
            BatchSize = recipe.Batch,
            Seed = recipe.Seed,
            MaxDegreeOfParallelism = settings.Workers,
            Loss = new CrossEntropyLoss<float>(Original.Offset),
        };

        int? divergedIn = null;
        try
        {
            EpochDisplay.Show(terminal, settings.Epochs, training.Count, "test", linesBetween: 0, onEpoch =>
                trainer.Fit(training, settings.Epochs, test, onEpoch, interruption));
        }
        catch (NonFiniteCostException exception)
        {
            divergedIn = exception.Epoch;
        }

        IReadOnlyList<EpochResult> epochs = recipe.Batch is null && trainer.History.Count > 0
            ? CountAfterUpdates(trainer.History, network.Evaluate(training))
            : trainer.History;
        return new Outcome(recipe, activation, epochs, divergedIn, CountConstantUnits(network, test));
    }

    /// <summary>Moves the training accuracies by one epoch: the original counts after an update, a full-batch epoch before it.</summary>
    private static EpochResult[] CountAfterUpdates(IReadOnlyList<EpochResult> epochs, Score last) =>
        [.. epochs.Zip([.. epochs.Skip(1).Select(epoch => epoch.Training), last], (epoch, next) =>
            epoch with { Training = epoch.Training with { Accuracy = next.Accuracy } })];

    /// <summary>Counts the units of each hidden layer whose output is the same for every image, layer by layer.</summary>
    private static int[] CountConstantUnits(Network<float> network, Dataset<float> test)
    {
        List<int> counts = [];
        Matrix<float> outputs = test.Take(Math.Min(ImagesLookedAt, test.Count)).ToMatrix();
        foreach (DenseLayer<float> layer in network.Layers.SkipLast(1))
        {
            outputs = layer.Weights * outputs;
            float[] values = outputs.AsColumnMajorArray();
            for (int i = 0; i < values.Length; i++)
            {
                values[i] += layer.Biases[i % layer.OutputCount];
            }

            layer.Activation.Evaluate(values, values, layer.OutputCount);
            counts.Add(outputs.EnumerateRows().Count(unit => unit.Maximum() == unit.Minimum()));
        }

        return [.. counts];
    }
}
