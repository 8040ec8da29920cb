using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace NeuralNets.Mnist;

/// <summary>What the run is to be, from the command line.</summary>
internal sealed record Settings(
    DirectoryInfo Data,
    int Samples,
    int[] Hidden,
    string Activation,
    string Initializer,
    int Epochs,
    double LearningRate,
    int? Batch,
    ulong Seed,
    int Workers);

/// <summary>The command line.</summary>
internal static class CommandLine
{
    public static readonly string[] Activations = ["relu", "leaky-relu", "sigmoid", "tanh", "identity"];
    public static readonly string[] Initializers = ["he-uniform", "he-normal", "glorot-uniform", "glorot-normal", "normal"];

    /// <summary>Creates the command, which calls <paramref name="train"/> with the settings and whether to compute in double.</summary>
    public static RootCommand Create(Func<Settings, bool, int> train)
    {
        var data = new Option<DirectoryInfo>("--data")
        {
            Description = "Folder with the four MNIST files in IDX format, plain or gzip.",
            DefaultValueFactory = _ => new DirectoryInfo(Path.Combine(AppContext.BaseDirectory, "data")),
        };
        Option<int> samples = Whole("--samples", 20_000, "Train on this many images, the first ones.");
        var hidden = new Option<int[]>("--hidden")
        {
            Description = "Units of the hidden layers, separated by commas.",
            CustomParser = ParseSizes,
            DefaultValueFactory = _ => [128, 32],
        };
        var activation = new Option<string>("--activation")
        {
            Description = "Function of the hidden layers.",
            DefaultValueFactory = _ => "relu",
        };
        activation.AcceptOnlyFromAmong(Activations);
        var initializer = new Option<string>("--initializer")
        {
            Description = "How the weights are drawn; normal is N(0, 0.01²).",
            DefaultValueFactory = _ => "he-uniform",
        };
        initializer.AcceptOnlyFromAmong(Initializers);
        Option<int> epochs = Whole("--epochs", 200, "Times through the training images.");
        var learningRate = new Option<double>("--learning-rate")
        {
            Description = "Step size.",
            CustomParser = ParseRate,
            DefaultValueFactory = _ => 0.03,
        };
        var batch = new Option<int?>("--batch")
        {
            Description = "Images a step, or full.",
            CustomParser = ParseBatch,
            DefaultValueFactory = _ => 32,
        };
        var seed = new Option<ulong>("--seed")
        {
            Description = "Decides the initial weights and the order of the images.",
            DefaultValueFactory = _ => 1,
        };
        Option<int> workers = Whole("--workers", Environment.ProcessorCount, "The most threads to train with. It does not change the result.");
        var precision = new Option<string>("--precision")
        {
            Description = "Number format.",
            DefaultValueFactory = _ => "float",
        };
        precision.AcceptOnlyFromAmong("float", "double");

        var command = new RootCommand("Trains a network on MNIST and evaluates it on the test images.")
        {
            samples, hidden, activation, initializer, epochs, learningRate, batch, seed, workers, precision, data,
        };
        command.SetAction(parsed => train(
            new Settings(
                parsed.GetValue(data)!,
                parsed.GetValue(samples),
                parsed.GetValue(hidden)!,
                parsed.GetValue(activation)!,
                parsed.GetValue(initializer)!,
                parsed.GetValue(epochs),
                parsed.GetValue(learningRate),
                parsed.GetValue(batch),
                parsed.GetValue(seed),
                parsed.GetValue(workers)),
            parsed.GetValue(precision) == "double"));
        return command;
    }

    private static Option<int> Whole(string name, int value, string description) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => value,
        CustomParser = result => ParseWhole(result, result.Tokens[0].Value, $"{name} must be a whole number of at least 1"),
    };

    private static int ParseWhole(ArgumentResult result, string text, string requirement)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= 1)
        {
            return number;
        }

        result.AddError($"{requirement}, but was '{text}'.");
        return 0;
    }

    private static int[] ParseSizes(ArgumentResult result) =>
        [.. result.Tokens[0].Value.Split(',').Select(size => ParseWhole(result, size, "--hidden must be whole numbers of at least 1, separated by commas"))];

    private static double ParseRate(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double rate) && rate > 0 && double.IsFinite(rate))
        {
            return rate;
        }

        result.AddError($"--learning-rate must be a positive number, but was '{text}'.");
        return 0;
    }

    private static int? ParseBatch(ArgumentResult result) => result.Tokens[0].Value == "full"
        ? null
        : ParseWhole(result, result.Tokens[0].Value, "--batch must be full or a whole number of at least 1");
}
