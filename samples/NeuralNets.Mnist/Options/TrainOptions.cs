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
    double? LearningRate,
    string Optimizer,
    string Schedule,
    double L2,
    double? WeightDecay,
    double Dropout,
    double InputDropout,
    int? Patience,
    int? Batch,
    long Seed,
    int Workers,
    string Backend,
    string Precision,
    FileInfo? Report,
    FileInfo? Plot)
{
    /// <summary>What training does, as far as it is not the default.</summary>
    public string TrainingText => string.Join(", ", ((string?[])[
        BatchText,
        $"learning rate {Trainings.LearningRate(this)}",
        Optimizer == "sgd" ? null : Optimizer,
        Schedule == "constant" ? null : $"{Schedule} schedule",
        L2 == 0 ? null : $"L2 {L2}",
        WeightDecay is null ? null : $"weight decay {WeightDecay}",
        Dropout == 0 ? null : $"dropout {Dropout}",
        InputDropout == 0 ? null : $"input dropout {InputDropout}",
        Patience is null ? null : $"patience {Patience}"]).OfType<string>());

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

    private readonly Option<double?> _learningRate = new("--learning-rate")
    {
        Description = "Step size; unless given, that of the optimizer: 0.03 of sgd, momentum and nesterov, 0.001 of the others.",
        HelpName = "rate",
        CustomParser = ParseRate,
    };

    private readonly Option<string> _optimizer = OptionKinds.Choice("--optimizer", Trainings.OptimizerNames, "Rule of the update.");

    private readonly Option<string> _schedule = OptionKinds.Choice(
        "--schedule",
        Trainings.ScheduleNames,
        "How the step size changes: not at all, to a tenth after each third, by 5 % per epoch, along half a cosine to 0, or up and down.");

    private readonly Option<double> _l2 = OptionKinds.Number("--l2", 0, "Factor of the L2 penalty of the weights.", most: 1e6);

    private readonly Option<double> _dropout = OptionKinds.Number(
        "--dropout", 0, "Probability of leaving out a hidden unit in a step.", most: 0.99);

    private readonly Option<double> _inputDropout = OptionKinds.Number(
        "--input-dropout", 0, "Probability of leaving out a pixel in a step.", most: 0.99);

    private readonly Option<double?> _weightDecay = new("--weight-decay")
    {
        Description = "By which share of the step size adamw makes weights smaller in each step; 0.01 unless given.",
        HelpName = "factor",
        CustomParser = ParseWeightDecay,
    };

    private readonly Option<int?> _patience = new("--patience")
    {
        Description = "Hold back a tenth of the training images, stop when their cost has not fallen for this many epochs, and take the "
            + "best network.",
        HelpName = "n",
        CustomParser = result => OptionKinds.ParseWhole(OptionKinds.Text(result), int.MaxValue)
            ?? OptionKinds.Refuse<int?>(result, "--patience must be a whole number of at least 1"),
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
            _samples, _hidden, _activation, _initializer, _epochs, _learningRate, _optimizer, _schedule,
            _l2, _weightDecay, _dropout, _inputDropout, _patience, _batch,
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
        parsed.GetValue(_optimizer)!,
        parsed.GetValue(_schedule)!,
        parsed.GetValue(_l2),
        parsed.GetValue(_weightDecay),
        parsed.GetValue(_dropout),
        parsed.GetValue(_inputDropout),
        parsed.GetValue(_patience),
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

    private static double? ParseRate(ArgumentResult result) =>
        double.TryParse(OptionKinds.Text(result), NumberStyles.Float, CultureInfo.InvariantCulture, out double rate)
        && rate is > 0 and <= HighestRate
            ? rate
            : OptionKinds.Refuse<double?>(result, $"--learning-rate must be a positive number of at most {HighestRate}");

    private static double? ParseWeightDecay(ArgumentResult result) =>
        double.TryParse(OptionKinds.Text(result), NumberStyles.Float, CultureInfo.InvariantCulture, out double decay)
        && decay is >= 0 and <= 1
            ? decay
            : OptionKinds.Refuse<double?>(result, "--weight-decay must be a number from 0 to 1");

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
