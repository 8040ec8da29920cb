using System.CommandLine;
using System.CommandLine.Parsing;
using NeuralNets.Mnist.Commands;

namespace NeuralNets.Mnist.Options;

/// <summary>The command line: the commands and what runs them.</summary>
internal static class CommandLine
{
    /// <summary>What the original's run is repeated with: the identity would not learn what the hidden layers are for.</summary>
    private static readonly string[] s_nonlinear = [.. Networks.ActivationNames.Where(name => name != "identity")];

    public static RootCommand Create(Terminal terminal)
    {
        var trainOptions = new TrainOptions();
        var root = new RootCommand("Trains networks on the MNIST digits. Without a command it trains one, as train does.");
        var train = new Command("train", "Train a network and evaluate it on the test images.");
        foreach (Command command in (Command[])[root, train])
        {
            trainOptions.AddTo(command);
            command.SetAction(parsed => TrainCommand.Run(trainOptions.Read(parsed), terminal));
        }

        root.Add(train);
        root.Add(Explore(terminal));
        root.Add(Reproduce(terminal));
        foreach (Command command in root.Subcommands)
        {
            command.Validators.Add(RefuseOptionsBefore);
        }

        return root;
    }

    private static Command Explore(Terminal terminal)
    {
        Option<int> digits = OptionKinds.Whole("--digits", 6, "Draw this many digits, chosen at random.", most: 100);
        Option<long> seed = OptionKinds.Seed("Decides which digits are drawn.");
        Option<FileInfo?> report = OptionKinds.OutputFile("--report", "Write the same as an HTML page there.");
        var data = new DataOptions();
        var command = new Command("explore", "Show the data: its dimensions, labels and pixels, and some digits.")
        {
            digits, seed, report,
        };
        data.AddTo(command);
        command.SetAction(parsed => ExploreCommand.Run(
            data.Read(parsed), parsed.GetValue(digits), parsed.GetValue(seed), parsed.GetValue(report), terminal));
        return command;
    }

    private static Command Reproduce(Terminal terminal)
    {
        Option<string> activation = OptionKinds.Choice(
            "--activation",
            [.. s_nonlinear, "all"],
            "Function of the hidden layers; all runs one after the other.");
        Option<int> samples = OptionKinds.Whole("--samples", 20_000, "Train on this many images, the first ones.");
        Option<int> epochs = OptionKinds.Whole("--epochs", 200, "Times through the training images.");
        Option<int> workers = OptionKinds.Whole(
            "--workers", Environment.ProcessorCount, "The maximum number of threads to train with. It does not change the result.");
        Option<FileInfo?> plot = OptionKinds.OutputFile("--plot", "Write the curves there, as SVG.", "reproduce.svg");
        Option<FileInfo?> report = OptionKinds.OutputFile("--report", "Write an HTML report there.");
        var data = new DataOptions();
        var command = new Command(
            "reproduce", "Repeat the run of the Python original: as it was published, as it was described, and as it should be.")
        {
            activation, samples, epochs, workers, plot, report,
        };
        data.AddTo(command);
        command.SetAction(parsed => ReproduceCommand.Run(
            new ReproduceSettings(
                data.Read(parsed),
                parsed.GetValue(activation) == "all" ? s_nonlinear : [parsed.GetValue(activation)!],
                parsed.GetValue(samples),
                parsed.GetValue(epochs),
                parsed.GetValue(workers),
                parsed.GetValue(plot),
                parsed.GetValue(report)),
            terminal));
        return command;
    }

    /// <summary>Refuses options before a command: the program has those of train, so they are understood there, too,
    /// where they would do nothing.</summary>
    private static void RefuseOptionsBefore(CommandResult result)
    {
        IEnumerable<OptionResult> before = ((CommandResult)result.Parent!).Children.OfType<OptionResult>();
        foreach (OptionResult option in before.Where(option => !option.Implicit))
        {
            result.AddError($"Options must follow the command {result.Command.Name}, but {option.Option.Name} comes before it.");
        }
    }
}
