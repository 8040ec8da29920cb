using System.Xml.Linq;
using NeuralNets.Core.Training;
using NeuralNets.Mnist.Commands;
using NeuralNets.Mnist.Plots;
using NeuralNets.Mnist.Reproduction;

namespace NeuralNets.Mnist.Reports;

/// <summary>The runs of <c>reproduce</c> beside each other: as a table, as a plot and as a page.</summary>
internal static class ReproductionReport
{
    private const string OriginalName = "the original";

    public static readonly string[] Columns = ["Run", "Cost from", "to", "Train %", "Test %", "Seconds"];

    /// <summary>Returns the rows of the table: the original's printed figures where they belong, then one row per run.</summary>
    public static IEnumerable<string[]> Rows(string activation, IEnumerable<Outcome> outcomes)
    {
        if (activation == Original.Activation)
        {
            yield return
            [
                OriginalName,
                $"{Original.FirstCost:F0}",
                $"{Original.LastCost:F0}",
                $"{Original.LastAccuracy:F2}",
                "-",
                $"{Original.Seconds:F0}",
            ];
        }

        foreach (Outcome outcome in outcomes)
        {
            if (outcome.Epochs.Count == 0)
            {
                yield return [outcome.Recipe.Name, "-", "diverged", "-", "-", "-"];
                continue;
            }

            EpochResult last = outcome.Epochs[^1];
            yield return
            [
                outcome.Recipe.Name,
                $"{outcome.Epochs[0].Training.Cost.Sum:F0}",
                outcome.DivergedIn is null ? $"{last.Training.Cost.Sum:F0}" : "diverged",
                $"{100 * last.Training.Accuracy:F2}",
                $"{100 * last.Validation!.Accuracy:F2}",
                $"{outcome.Seconds:F1}",
            ];
        }
    }

    /// <summary>Draws cost, training and test accuracy against epochs and against seconds, in one drawing.</summary>
    public static XElement Plot(IReadOnlyList<Outcome> outcomes) => LineChart.Grid(
        "reproduce", "The original's run: as published, as described, as it should be", [.. outcomes
            .GroupBy(outcome => outcome.Activation)
            .SelectMany(group => Charts(group.Key, [.. group]))], columns: 2);

    public static void Write(string path, ReproduceSettings settings, IReadOnlyList<Outcome> outcomes) => Page.Write(
        path,
        "The original's run, three ways",
        Page.Paragraph(
            $"784-128-32-10, learning rate {Recipe.LearningRate}, {settings.Samples} images, {settings.Epochs} epochs. "
            + Original.Explanation),
        outcomes.GroupBy(outcome => outcome.Activation).Select(group => Section(group.Key, [.. group])),
        Page.Section("Where it ran", Page.Facts(
        [
            ("Backend", Machine.Backend),
            ("Processor", Machine.Processor),
            ("System", Machine.System),
        ])));

    private static XElement Section(string activation, Outcome[] outcomes) => Page.Section(
        activation,
        Page.Table(
            "Cost of the first and of the last epoch, accuracies after the last, training time",
            Columns,
            Rows(activation, outcomes)),
        new XElement("ul", outcomes.Select(outcome => new XElement(
            "li", new XElement("strong", outcome.Recipe.Name), $" ({outcome.Recipe.Description}): {outcome.Explanation}"))),
        new XElement(
            "div",
            new XAttribute("class", "pair"),
            Charts(activation, outcomes).Select((chart, i) => chart.ToSvg($"{activation}-{i + 1}"))));

    private static IEnumerable<LineChart> Charts(string activation, Outcome[] outcomes)
    {
        (string Title, string Label, bool IsLogarithmic, Func<EpochResult, double> Value, double First, double Last)[] measures =
        [
            ("Cost", "sum over the training images", true, epoch => epoch.Training.Cost.Sum, Original.FirstCost, Original.LastCost),
            ("Training accuracy", "recognised, %", false, epoch => 100 * epoch.Training.Accuracy!.Value,
                Original.FirstAccuracy, Original.LastAccuracy),
            ("Test accuracy", "recognised, %", false, epoch => 100 * epoch.Validation!.Accuracy!.Value, double.NaN, double.NaN),
        ];
        foreach (var measure in measures)
        {
            // The original's log tells nothing about the test images, and no times but the whole one.
            Series[] original = double.IsNaN(measure.First) || activation != Original.Activation
                ? []
                : [new Series(OriginalName, [(1, measure.First), (Original.LastEpoch, measure.Last)])];
            yield return new LineChart(
                $"{measure.Title}, {activation}, by epochs",
                "epoch",
                measure.Label,
                [.. Lines(epoch => epoch.Epoch), .. original],
                measure.IsLogarithmic);
            string time = activation == Original.Activation ? $" (the original: {Original.Seconds} s)" : string.Empty;
            yield return new LineChart(
                $"{measure.Title}, {activation}, by time{time}",
                "seconds of training",
                measure.Label,
                [.. Lines(epoch => epoch.TrainingTime.TotalSeconds)],
                measure.IsLogarithmic);

            IEnumerable<Series> Lines(Func<EpochResult, double> x) => outcomes.Select(outcome => new Series(
                outcome.Recipe.Name + (outcome.DivergedIn is { } epoch ? $" (diverged in epoch {epoch})" : string.Empty),
                [.. outcome.Epochs.Select(epoch => (x(epoch), measure.Value(epoch)))]));
        }
    }
}
