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
    private const int MostUnits = 10_000;
    private const double HighestRate = 1e30;

    /// <summary>Creates the command, which calls <paramref name="train"/> with the settings and whether to compute in
    /// double.</summary>
    public static RootCommand Create(Func<Settings, bool, int> train)
    {
        var data = new Option<DirectoryInfo>("--data")
        {
            Description = "Folder with the four MNIST files in IDX format, plain or gzip.",
            DefaultValueFactory = _ => new DirectoryInfo(Path.Combine(AppContext.BaseDirectory, "data")),
        };
        Option<int> samples = Whole("--samples", 20_000, "Train on this many images, the first ones.");
        var hidden = new Option<Sizes>("--hidden")
        {
            Description = "Units of the hidden layers, separated by commas.",
            CustomParser = ParseSizes,
            DefaultValueFactory = _ => new Sizes([128, 32]),
        };
        Option<string> activation = Choice(
            "--activation", ["relu", "leaky-relu", "sigmoid", "tanh", "identity"], "Function of the hidden layers.");
        Option<string> initializer = Choice(
            "--initializer",
            ["he-uniform", "he-normal", "glorot-uniform", "glorot-normal", "normal"],
            "How the weights are drawn; normal is N(0, 0.01²).");
        Option<int> epochs = Whole("--epochs", 200, "Times through the training images.");
        var learningRate = new Option<double>("--learning-rate")
        {
            Description = "Step size.",
            CustomParser = ParseRate,
            DefaultValueFactory = _ => 0.03,
        };
        var batch = new Option<Batch>("--batch")
        {
            Description = "Images a step, or full.",
            CustomParser = ParseBatch,
            DefaultValueFactory = _ => new Batch(32),
        };
        var seed = new Option<ulong>("--seed")
        {
            Description = "Decides the initial weights and the order of the images.",
            CustomParser = ParseSeed,
            DefaultValueFactory = _ => 1,
        };
        Option<int> workers = Whole(
            "--workers", Environment.ProcessorCount, "The most threads to train with. It does not change the result.");
        Option<string> precision = Choice("--precision", ["float", "double"], "Number format.");

        var command = new RootCommand("Trains a network on MNIST and evaluates it on the test images.")
        {
            samples, hidden, activation, initializer, epochs, learningRate, batch, seed, workers, precision, data,
        };
        command.SetAction(parsed => train(
            new Settings(
                parsed.GetValue(data)!,
                parsed.GetValue(samples),
                parsed.GetValue(hidden)!.Units,
                parsed.GetValue(activation)!,
                parsed.GetValue(initializer)!,
                parsed.GetValue(epochs),
                parsed.GetValue(learningRate),
                parsed.GetValue(batch)!.Size,
                parsed.GetValue(seed),
                parsed.GetValue(workers)),
            parsed.GetValue(precision) == "double"));
        return command;
    }

    private static Option<int> Whole(string name, int value, string description) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => value,
        CustomParser = result => ParseWhole(Text(result), int.MaxValue)
            ?? Refuse<int>(result, $"{name} must be a whole number of at least 1"),
    };

    /// <summary>An option with one of some values; the first is the default.</summary>
    private static Option<string> Choice(string name, string[] values, string description)
    {
        var option = new Option<string>(name)
        {
            Description = description,
            HelpName = string.Join('|', values),
            DefaultValueFactory = _ => values[0],
            CustomParser = result => values.Contains(Text(result))
                ? Text(result)
                : Refuse<string>(result, $"{name} must be one of {string.Join(", ", values)}"),
        };
        option.CompletionSources.Add(values);
        return option;
    }

    private static Sizes? ParseSizes(ArgumentResult result)
    {
        int?[] units = [.. Text(result).Split(',').Select(size => ParseWhole(size, MostUnits))];
        return units.Contains(null)
            ? Refuse<Sizes>(result, $"--hidden must be whole numbers from 1 to {MostUnits}, separated by commas")
            : new Sizes([.. units.OfType<int>()]);
    }

    private static double ParseRate(ArgumentResult result) =>
        double.TryParse(Text(result), NumberStyles.Float, CultureInfo.InvariantCulture, out double rate)
        && rate is > 0 and <= HighestRate
            ? rate
            : Refuse<double>(result, $"--learning-rate must be a positive number of at most {HighestRate}");

    private static Batch? ParseBatch(ArgumentResult result) =>
        Text(result) == "full" ? new Batch(null)
        : ParseWhole(Text(result), int.MaxValue) is { } size ? new Batch(size)
        : Refuse<Batch>(result, "--batch must be full or a whole number of at least 1");

    private static ulong ParseSeed(ArgumentResult result) =>
        ulong.TryParse(Text(result), NumberStyles.None, CultureInfo.InvariantCulture, out ulong seed)
            ? seed
            : Refuse<ulong>(result, $"--seed must be a whole number from 0 to {ulong.MaxValue}");

    private static int? ParseWhole(string text, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= 1 && number <= most
            ? number
            : null;

    private static string Text(ArgumentResult result) => result.Tokens[0].Value;

    private static TValue? Refuse<TValue>(ArgumentResult result, string requirement)
    {
        result.AddError($"{requirement}, but was '{Text(result)}'.");
        return default;
    }

    /// <summary>The units of the hidden layers, as they are written.</summary>
    private sealed record Sizes(int[] Units)
    {
        public override string ToString() => string.Join(',', Units);
    }

    /// <summary>The images of a step, or null for all of them, as they are written.</summary>
    private sealed record Batch(int? Size)
    {
        public override string ToString() => Size?.ToString(CultureInfo.InvariantCulture) ?? "full";
    }
}
