using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace NeuralNets.Mnist.Options;

/// <summary>Where the images come from: two CSV files if they are given, the folder of IDX files otherwise.</summary>
internal sealed record DataSettings(DirectoryInfo Folder, FileInfo? TrainCsv, FileInfo? TestCsv, LabelColumn LabelColumn);

/// <summary>The column of the labels in a CSV file: its name in the header, or its position; neither if that is left to the
/// reader.</summary>
internal sealed record LabelColumn(string? Name, Index? Position);

/// <summary>The options about the data, which every command has.</summary>
internal sealed class DataOptions
{
    private readonly Option<DirectoryInfo> _folder = new("--data")
    {
        Description = "Folder with the four MNIST files in IDX format, plain or gzip.",
        HelpName = "folder",
        CustomParser = result => OptionKinds.Text(result) is { Length: > 0 } path
            ? new DirectoryInfo(path)
            : OptionKinds.Refuse<DirectoryInfo>(result, "--data must be a folder"),
        DefaultValueFactory = _ => new DirectoryInfo(Path.Combine(AppContext.BaseDirectory, "data")),
    };

    private readonly Option<FileInfo?> _trainCsv = OptionKinds.InputFile(
        "--train-csv", "Training images in a CSV file, instead of --data: a row an image, a label and the pixels from 0 to 255.");

    private readonly Option<FileInfo?> _testCsv = OptionKinds.InputFile(
        "--test-csv", "Test images in a CSV file of the same form.");

    private readonly Option<LabelColumn?> _labelColumn = new("--label-column")
    {
        Description = "Column of the labels in the CSV files: its position, counted from 0 or, as ^1, ^2, from the end; "
            + "or its name in the header. Unless given, the one called label, or else the first.",
        HelpName = "column",
        CustomParser = ParseColumn,
    };

    public void AddTo(Command command)
    {
        command.Add(_folder);
        command.Add(_trainCsv);
        command.Add(_testCsv);
        command.Add(_labelColumn);
        command.Validators.Add(Validate);
    }

    public DataSettings Read(ParseResult parsed) => new(
        parsed.GetValue(_folder)!,
        parsed.GetValue(_trainCsv),
        parsed.GetValue(_testCsv),
        parsed.GetValue(_labelColumn) ?? new LabelColumn(null, null));

    private void Validate(CommandResult result)
    {
        bool IsGiven(Option option) => result.GetResult(option) is { Implicit: false };
        if (IsGiven(_trainCsv) != IsGiven(_testCsv))
        {
            result.AddError("--train-csv and --test-csv must be given together.");
        }
        else if (IsGiven(_trainCsv) && IsGiven(_folder))
        {
            result.AddError("The data must come from --data or from --train-csv and --test-csv, not from both.");
        }
        else if (!IsGiven(_trainCsv) && IsGiven(_labelColumn))
        {
            result.AddError("--label-column must come with --train-csv and --test-csv.");
        }
    }

    private static LabelColumn? ParseColumn(ArgumentResult result)
    {
        string text = OptionKinds.Text(result);
        bool isFromEnd = text.StartsWith('^');
        return text.Length == 0
            ? OptionKinds.Refuse<LabelColumn>(
                result, "--label-column must be a position such as 0 or ^1, or a name in the header")
            : !int.TryParse(isFromEnd ? text[1..] : text, NumberStyles.None, CultureInfo.InvariantCulture, out int position)
                ? new LabelColumn(text, null)
            : isFromEnd && position == 0
                ? OptionKinds.Refuse<LabelColumn>(result, "--label-column must count from ^1, the last column")
                : new LabelColumn(null, new Index(position, isFromEnd));
    }
}
