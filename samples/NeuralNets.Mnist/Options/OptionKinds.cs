using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace NeuralNets.Mnist.Options;

/// <summary>Kinds of options that refuse a wrong value with a sentence that says what is allowed.</summary>
internal static class OptionKinds
{
    /// <summary>Creates an option with a whole number from 1 to <paramref name="most"/>.</summary>
    public static Option<int> Whole(string name, int value, string description, int most = int.MaxValue) => new(name)
    {
        Description = description,
        HelpName = "n",
        DefaultValueFactory = _ => value,
        CustomParser = result => ParseWhole(Text(result), most) ?? Refuse<int>(
            result, $"{name} must be a whole number {(most == int.MaxValue ? "of at least 1" : $"from 1 to {most}")}"),
    };

    /// <summary>Creates an option with a number from 0 to <paramref name="most"/>.</summary>
    public static Option<double> Number(string name, double value, string description, double most) => new(name)
    {
        Description = description,
        HelpName = "number",
        DefaultValueFactory = _ => value,
        CustomParser = result =>
            double.TryParse(Text(result), NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            && number >= 0 && number <= most
                ? number
                : Refuse<double>(result, string.Create(CultureInfo.InvariantCulture, $"{name} must be a number from 0 to {most}")),
    };

    public static Option<long> Seed(string description) => new("--seed")
    {
        Description = description,
        HelpName = "n",
        CustomParser = result => long.TryParse(Text(result), NumberStyles.None, CultureInfo.InvariantCulture, out long seed)
            ? seed
            : Refuse<long>(result, $"--seed must be a whole number from 0 to {long.MaxValue}"),
        DefaultValueFactory = _ => 1,
    };

    /// <summary>Creates an option with one of some values; the first is the default.</summary>
    public static Option<string> Choice(string name, string[] values, string description)
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

    /// <summary>Creates an option with a file to read.</summary>
    public static Option<FileInfo?> InputFile(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "file",
        CustomParser = result => Text(result) is { Length: > 0 } path
            ? new FileInfo(path)
            : Refuse<FileInfo>(result, $"{name} must be a file"),
    };

    /// <summary>Creates an option with a file to write; a missing folder is reported before the work, not after it.</summary>
    public static Option<FileInfo?> OutputFile(string name, string description, string? value = null) => new(name)
    {
        Description = description,
        HelpName = "file",
        DefaultValueFactory = _ => value is null ? null : new FileInfo(value),
        CustomParser = result => Text(result) switch
        {
            "" => Refuse<FileInfo>(result, $"{name} must be a file"),
            var path when Directory.Exists(path) => Refuse<FileInfo>(result, $"{name} must be a file, not a folder"),
            var path when new FileInfo(path).Directory is { Exists: true } => new FileInfo(path),
            _ => Refuse<FileInfo>(result, $"{name} must be a file in a folder that exists"),
        },
    };

    public static int? ParseWhole(string text, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= 1 && number <= most
            ? number
            : null;

    public static string Text(ArgumentResult result) => result.Tokens[0].Value;

    public static TValue? Refuse<TValue>(ArgumentResult result, string requirement)
    {
        result.AddError($"{requirement}, but was '{Text(result)}'.");
        return default;
    }
}
