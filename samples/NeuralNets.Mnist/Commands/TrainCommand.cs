using System.Numerics;
using NeuralNets.Core;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Data;
using NeuralNets.Core.Evaluation;
using NeuralNets.Core.Initialization;
using NeuralNets.Core.Training;
using NeuralNets.Mnist.Options;
using NeuralNets.Mnist.Reports;
using Spectre.Console;

namespace NeuralNets.Mnist.Commands;

/// <summary>Trains a network: load the images, build the network, fit it, evaluate it.</summary>
internal static class TrainCommand
{
    private const double HeldBack = 0.1;

    public static int Run(TrainSettings settings, Terminal terminal) =>
        settings.Precision == "double" ? Run<double>(settings, terminal) : Run<float>(settings, terminal);

    private static int Run<T>(TrainSettings settings, Terminal terminal)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var digits = Digits.Load(settings.Data, settings.Samples);
        Dataset<T> training = Dataset<T>.FromImages(digits.Training);
        Dataset<T> test = Dataset<T>.FromImages(digits.Test);
        Dataset<T> watched = test;
        if (settings.Patience is not null)
        {
            // What decides when to stop must not be what the result is measured on.
            (training, watched) = HoldBack(training, settings.Seed);
        }

        IActivation<T> activation = Networks.Activation<T>(settings.Activation);
        IWeightInitializer initializer = Networks.Initializer(settings.Initializer);
        IEnumerable<LayerSpec<T>> hidden = settings.Hidden.Select(units => new LayerSpec<T>(units, activation, initializer));
        var network = new Network<T>(
            training.FeatureCount, [.. hidden, new LayerSpec<T>(Digits.Classes, new Softmax<T>(), initializer)], settings.Seed);
        GradientDescentTrainer<T> trainer = Trainings.Create(network, settings);
        PrintTask(terminal, settings, training, test, network);

        string summary;
        bool wasInterrupted = false;
        try
        {
            using var interruption = new Interruption();
            string watchedName = settings.Patience is null ? "test" : "validation";
            TrainingResult result = EpochDisplay.Show(terminal, settings.Epochs, training.Count, watchedName, linesBetween: 10, onEpoch =>
                trainer.Fit(training, settings.Epochs, watched, onEpoch, interruption.Token));
            summary = $"Trained in {result.TrainingTime.TotalSeconds:F2} s on {result.WorkerCount} threads by {result.Backend}: "
                + $"{result.SamplesPerSecond:N0} samples/s"
                + (result.BestEpoch is { } best ? $"; the best of {result.Epochs.Count} epochs was {best}" : string.Empty);
        }
        catch (OperationCanceledException)
        {
            wasInterrupted = true;
            summary =
                $"Interrupted in epoch {trainer.EpochsCompleted + 1} of {settings.Epochs}; the network keeps what it learned.";
        }
        catch (NonFiniteCostException exception)
        {
            throw new UserException(exception.Message);
        }

        var predictions = new Predictions<T>(test.Labels, network.Predict(test, settings.Workers, trainer.Backend));
        PrintEvaluation(terminal, predictions);
        terminal.WriteText(summary);
        Terminal.WriteLine($"Test accuracy: {100 * predictions.Confusion.Accuracy:F2} %");
        Terminal.WriteLine($"Parameters SHA-256: {network.ComputeParametersSha256()}");
        Save(new TrainedRun<T>(settings, digits, network, trainer.History, predictions, summary));
        return wasInterrupted ? ExitCode.Interrupted : ExitCode.Done;
    }

    private static (Dataset<T> Training, Dataset<T> Validation) HoldBack<T>(Dataset<T> images, long seed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        try
        {
            return images.Split(HeldBack, seed, stratify: true);
        }
        catch (ArgumentException)
        {
            throw new UserException(
                "--patience holds back a tenth of the training images, with some of each digit, for which there are too few: "
                + $"{images.Count}. Use more of them, or leave --patience out.");
        }
    }

    private static void PrintTask<T>(
        Terminal terminal, TrainSettings settings, Dataset<T> training, Dataset<T> test, Network<T> network)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        terminal.WriteText($"Training set: {training.FeatureCount} x {training.Count}, test set: {test.FeatureCount} x {test.Count}");
        terminal.WriteText($"Training labels: {Distribution(training)}");
        terminal.WriteText($"Test labels:     {Distribution(test)}");
        terminal.WriteText(
            $"Network: {network}; {network.ParameterCount:N0} parameters, {settings.Initializer}, {typeof(T).Name}");
        terminal.WriteText($"Training: {settings.Epochs} epochs, {settings.TrainingText}");
    }

    private static string Distribution<T>(Dataset<T> set)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        string.Join("  ", set.CountLabels().Select((count, label) => $"{label}: {count}"));

    private static void PrintEvaluation<T>(Terminal terminal, Predictions<T> predictions)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ConfusionMatrix confusion = predictions.Confusion;
        terminal.WriteText("Confusion matrix (rows: the digit, columns: what it was taken for)");
        Terminal.WriteLine("     " + string.Concat(Enumerable.Range(0, confusion.ClassCount).Select(label => $"{label,5}")));
        for (int actual = 0; actual < confusion.ClassCount; actual++)
        {
            IEnumerable<string> row = Enumerable.Range(0, confusion.ClassCount)
                .Select(predicted => $"{confusion[actual, predicted],5}");
            Terminal.WriteLine($"{actual,5}" + string.Concat(row));
        }

        Table table = terminal.CreateTable("Digit", "Precision", "Recall", "F1", "Images");
        for (int label = 0; label < confusion.ClassCount; label++)
        {
            AddRow($"{label}", confusion.GetMetrics(label));
        }

        AddRow("Mean", confusion.ComputeMacroAverage());
        AddRow("Weighted", confusion.ComputeWeightedAverage());
        terminal.Write(table);
        Terminal.WriteLine(
            $"Among the first two guesses: {100 * predictions.ComputeTopKAccuracy(2):F2} %, "
            + $"first three: {100 * predictions.ComputeTopKAccuracy(3):F2} %");

        void AddRow(string name, ClassMetrics metrics) => table.AddRow(
            name,
            $"{100 * metrics.Precision:F2} %",
            $"{100 * metrics.Recall:F2} %",
            $"{100 * metrics.F1:F2} %",
            $"{metrics.Support}");
    }

    private static void Save<T>(TrainedRun<T> run)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (run.Settings.Report is { } report)
        {
            TrainingReport.Write(report.FullName, run);
            Terminal.WriteLine($"Report: {report.FullName}");
        }

        if (run.Settings.Plot is { } plot)
        {
            Page.WriteSvg(plot.FullName, TrainingReport.CostChart(run.Epochs).ToSvg("cost"));
            Terminal.WriteLine($"Plot: {plot.FullName}");
        }
    }
}
