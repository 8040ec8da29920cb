using NeuralNets.Mnist.Options;
using NeuralNets.Mnist.Reports;
using NeuralNets.Mnist.Reproduction;
using Spectre.Console;

namespace NeuralNets.Mnist.Commands;

/// <summary>What to repeat.</summary>
internal sealed record ReproduceSettings(
    DataSettings Data, string[] Activations, int Samples, int Epochs, int Workers, FileInfo? Plot, FileInfo? Report);

/// <summary>Repeats the run of the Python original three ways, and shows them side by side.</summary>
internal static class ReproduceCommand
{
    public static int Run(ReproduceSettings settings, Terminal terminal)
    {
        var digits = Digits.Load(settings.Data, settings.Samples);
        terminal.WriteText(Original.Explanation);
        List<Outcome> outcomes = [];
        bool wasInterrupted = !RunAll(settings, digits, terminal, outcomes);
        if (outcomes.Count == 0)
        {
            return ExitCode.Interrupted;
        }

        foreach (string activation in settings.Activations)
        {
            Print(terminal, activation, [.. outcomes.Where(outcome => outcome.Activation == activation)]);
        }

        if (settings.Plot is { } plot)
        {
            Page.WriteSvg(plot.FullName, ReproductionReport.Plot(outcomes));
            Terminal.WriteLine($"Plot: {plot.FullName}");
        }

        if (settings.Report is { } report)
        {
            ReproductionReport.Write(report.FullName, settings, outcomes);
            Terminal.WriteLine($"Report: {report.FullName}");
        }

        return wasInterrupted ? ExitCode.Interrupted : ExitCode.Done;
    }

    /// <summary>Trains by every recipe.</summary>
    /// <returns>Whether all of them were completed: false after Ctrl-C.</returns>
    private static bool RunAll(ReproduceSettings settings, Digits digits, Terminal terminal, List<Outcome> outcomes)
    {
        using var interruption = new Interruption();
        try
        {
            foreach (string activation in settings.Activations)
            {
                foreach (Recipe recipe in Recipe.All)
                {
                    outcomes.Add(Outcome.Of(recipe, activation, digits, settings, terminal, interruption.Token));
                    Terminal.WriteLine($"Done: {outcomes[^1].Name}, {outcomes[^1].Seconds:F1} s");
                }
            }

            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private static void Print(Terminal terminal, string activation, Outcome[] outcomes)
    {
        Table table = terminal.CreateTable(ReproductionReport.Columns);
        foreach (string[] row in ReproductionReport.Rows(activation, outcomes))
        {
            table.AddRow([.. row.Select(Markup.Escape)]);
        }

        Terminal.WriteLine();
        Terminal.WriteLine($"{activation}:");
        terminal.Write(table);
        foreach (Outcome outcome in outcomes)
        {
            terminal.WriteText($"{outcome.Recipe.Name}: {outcome.Explanation}");
        }
    }
}
