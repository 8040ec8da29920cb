using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace NeuralNets.Mnist.Options;

/// <summary>The settings of a training run.</summary>
internal sealed record TrainSettings(
    DataSettings Data,
    int Samples,
    int[] Hidden,
    string Activation,
    string Initializer,
    int Epochs,
    double LearningRate,
    int? Batch,
    long Seed,
    int Workers,
    string Backend,
    string Precision,
    FileInfo? Report,
    FileInfo? Plot)
{
    public string BatchText => Batch is { } batch ? $"batches of {batch}" : "full batch";
}

/// <summary>The options of <c>train</c>, on the command itself and on the program, whose default it is.</summary>
internal sealed class TrainOptions
{
    private const int MostUnits = 10_000;
    private const double HighestRate = 1e30;

    private readonly Option<int> _samples = OptionKinds.Whole("--samples", 20_000, "Train on this many images, the first ones.");

    private readonly Option<Sizes> _hidden = new("--hidden")
    {
        Description = "Units of the hidden layers, separated by commas.",
        HelpName = "n,n",
        CustomParser = ParseSizes,
        DefaultValueFactory = _ => new Sizes([128, 32]),
    };

    private readonly Option<string> _activation = OptionKinds.Choice(
        "--activation", Networks.ActivationNames, "Function of the hidden layers.");

    private readonly Option<string> _initializer = OptionKinds.Choice(
        "--initializer",
        ["he-uniform", "he-normal", "glorot-uniform", "glorot-normal", "normal"],
        "How the weights are drawn; normal is N(0, 0.01²).");

    private readonly Option<int> _epochs = OptionKinds.Whole("--epochs", 200, "Times through the training images.");

    private readonly Option<double> _learningRate = new("--learning-rate")
    {
        Description = "Step size.",
        HelpName = "rate",
        CustomParser = ParseRate,
        DefaultValueFactory = _ => 0.03,
    };

    private readonly Option<Batch> _batch = new("--batch")
    {
        Description = "Images a step, or full.",
        HelpName = "n|full",
        CustomParser = ParseBatch,
        DefaultValueFactory = _ => new Batch(32),
    };

    private readonly Option<long> _seed = OptionKinds.Seed("Decides the initial weights and the order of the images.");

    private readonly Option<int> _workers = OptionKinds.Whole(
        "--workers", Environment.ProcessorCount, "The maximum number of threads to train with. It does not change the result.");

    private readonly Option<string> _backend = OptionKinds.Choice(
        "--backend",
        ["managed", "mkl", "mathnet"],
        "What multiplies matrices: this library, Intel MKL, or Math.NET's provider. Only the first gives the same bits everywhere.");

    private readonly Option<string> _precision = OptionKinds.Choice("--precision", ["float", "double"], "Number format.");

    private readonly Option<FileInfo?> _report = OptionKinds.OutputFile(
        "--report", "Write an HTML report there: the training, the mistakes, the weights, the data.");

    private readonly Option<FileInfo?> _plot = OptionKinds.OutputFile(
        "--plot", "Write the cost against the epochs there, as SVG.");

    private readonly DataOptions _data = new();

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[
            _samples, _hidden, _activation, _initializer, _epochs, _learningRate, _batch,
            _seed, _workers, _backend, _precision, _report, _plot])
        {
            command.Add(option);
        }

        _data.AddTo(command);
    }

    public TrainSettings Read(ParseResult parsed) => new(
        _data.Read(parsed),
        parsed.GetValue(_samples),
        parsed.GetValue(_hidden)!.Units,
        parsed.GetValue(_activation)!,
        parsed.GetValue(_initializer)!,
        parsed.GetValue(_epochs),
        parsed.GetValue(_learningRate),
        parsed.GetValue(_batch)!.Size,
        parsed.GetValue(_seed),
        parsed.GetValue(_workers),
        parsed.GetValue(_backend)!,
        parsed.GetValue(_precision)!,
        parsed.GetValue(_report),
        parsed.GetValue(_plot));

    private static Sizes? ParseSizes(ArgumentResult result)
    {
        int?[] units = [.. OptionKinds.Text(result).Split(',').Select(size => OptionKinds.ParseWhole(size, MostUnits))];
        return units.Contains(null)
            ? OptionKinds.Refuse<Sizes>(result, $"--hidden must be whole numbers from 1 to {MostUnits}, separated by commas")
            : new Sizes([.. units.OfType<int>()]);
    }

    private static double ParseRate(ArgumentResult result) =>
        double.TryParse(OptionKinds.Text(result), NumberStyles.Float, CultureInfo.InvariantCulture, out double rate)
        && rate is > 0 and <= HighestRate
            ? rate
            : OptionKinds.Refuse<double>(result, $"--learning-rate must be a positive number of at most {HighestRate}");

    private static Batch? ParseBatch(ArgumentResult result) =>
        OptionKinds.Text(result) == "full" ? new Batch(null)
        : OptionKinds.ParseWhole(OptionKinds.Text(result), int.MaxValue) is { } size ? new Batch(size)
        : OptionKinds.Refuse<Batch>(result, "--batch must be full or a whole number of at least 1");

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
