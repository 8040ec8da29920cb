using NeuralNets.Core.Data;
using NeuralNets.Mnist.Options;
using NeuralNets.Mnist.Reports;

namespace NeuralNets.Mnist.Commands;

/// <summary>Shows the data: dimensions, labels, pixels, and some digits.</summary>
internal static class ExploreCommand
{
    private const int LongestBar = 40;

    public static int Run(DataSettings data, int drawn, long seed, FileInfo? report, Terminal terminal)
    {
        var digits = Digits.Load(data);
        foreach ((string name, LabeledImages images) in new[] { ("Training", digits.Training), ("Test", digits.Test) })
        {
            foreach ((string fact, string value) in DataReport.Describe(name, images))
            {
                terminal.WriteText($"{fact}: {value}");
            }

            Terminal.WriteLine();
            WriteLabels(terminal, name, DataReport.Count(images));
            Terminal.WriteLine();
        }

        int[] chosen = Digits.Choose(digits.Training, drawn, seed);
        Terminal.WriteLine("Digits of the training set, chosen at random:");
        DigitDrawing.Write(terminal, digits.Training, chosen);
        if (report is not null)
        {
            Page.Write(report.FullName, "MNIST: the data", DataReport.Create(digits, chosen));
            Terminal.WriteLine($"Report: {report.FullName}");
        }

        return ExitCode.Done;
    }

    /// <summary>Draws one bar per digit; the most frequent one has the longest.</summary>
    private static void WriteLabels(Terminal terminal, string name, int[] counts)
    {
        Terminal.WriteLine($"{name} labels: images of each digit");
        for (int label = 0; label < counts.Length; label++)
        {
            int length = (int)Math.Round((double)LongestBar * counts[label] / counts.Max());
            string bar = new(terminal.HasUnicode ? '\u2588' : '#', length);
            Terminal.WriteLine($"{label} {counts[label],6} {100.0 * counts[label] / counts.Sum(),5:F1} %  {bar}".TrimEnd());
        }
    }
}
