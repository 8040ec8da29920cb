using System.Globalization;
using System.Numerics;
using System.Xml.Linq;
using NeuralNets.Core;
using NeuralNets.Core.Data;
using NeuralNets.Core.Evaluation;
using NeuralNets.Core.Training;
using NeuralNets.Mnist.Options;
using NeuralNets.Mnist.Plots;

namespace NeuralNets.Mnist.Reports;

/// <summary>The page about a training run.</summary>
internal static class TrainingReport
{
    private const int Mistakes = 24;
    private const int MostUnits = 128; // so that the page stays small
    private const int DrawnDigits = 12;

    public static void Write<T>(string path, TrainedRun<T> run)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ConfusionMatrix confusion = run.Predictions.Confusion;
        Page.Write(
            path,
            $"MNIST: {Percent(confusion.Accuracy)} of the test images recognised",
            Page.Paragraph($"{run.Network}; {run.Network.ParameterCount:N0} parameters. {run.Summary}"),
            Page.Section("Training", Curves(run.Epochs, run.Settings.Patience is null ? "test images" : "validation images")),
            Page.Section("Confusion matrix", Confusion(confusion)),
            Page.Section("Every digit", Classes(run.Predictions)),
            MistakesSection(run),
            Weights(run.Network.Layers[0], run.Digits.Training),
            DataReport.Create(run.Digits, Digits.Choose(run.Digits.Training, DrawnDigits, run.Settings.Seed)),
            Page.Section("How to get this again", Page.Facts(Configuration(run))));
    }

    /// <summary>Draws the cost against the epochs.</summary>
    public static LineChart CostChart(IReadOnlyList<EpochResult> epochs) => new(
        "Cost",
        "epoch",
        "mean cross-entropy of the training images",
        [new Series("training cost", [.. epochs.Select(epoch => ((double)epoch.Epoch, epoch.Training.Cost.Mean))])],
        IsLogarithmic: true);

    private static XElement Curves(IReadOnlyList<EpochResult> epochs, string watched)
    {
        if (epochs.Count == 0)
        {
            return Page.Paragraph("Training was interrupted before the first epoch was complete.");
        }

        var accuracy = new LineChart(
            "Accuracy",
            "epoch",
            "recognised, %",
            [
                Line("training images", epoch => 100 * epoch.Training.Accuracy!.Value),
                Line(watched, epoch => 100 * epoch.Validation!.Accuracy!.Value),
            ]);
        return new XElement("div", new XAttribute("class", "pair"), CostChart(epochs).ToSvg("cost"), accuracy.ToSvg("accuracy"));

        Series Line(string name, Func<EpochResult, double> value) =>
            new(name, [.. epochs.Select(epoch => ((double)epoch.Epoch, value(epoch)))]);
    }

    private static XElement Confusion(ConfusionMatrix confusion)
    {
        long[,] counts = new long[confusion.ClassCount, confusion.ClassCount];
        for (int actual = 0; actual < confusion.ClassCount; actual++)
        {
            for (int predicted = 0; predicted < confusion.ClassCount; predicted++)
            {
                counts[actual, predicted] = confusion[actual, predicted];
            }
        }

        return HeatMap.Create(
            "Test images. Rows: the digit; columns: what it was taken for. On the diagonal, in bold, the right ones.",
            "digit",
            "taken for",
            counts);
    }

    private static object[] Classes<T>(Predictions<T> predictions)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ConfusionMatrix confusion = predictions.Confusion;
        return
        [
            Page.Table(
                "Precision: of those taken for the digit, how many are it. Recall: of its images, how many were recognised.",
                ["Digit", "Precision", "Recall", "F1", "Images"],
                [
                    .. Enumerable.Range(0, confusion.ClassCount).Select(digit => Row($"{digit}", confusion.GetMetrics(digit))),
                    Row("Mean of the digits", confusion.ComputeMacroAverage()),
                    Row("Mean of the images", confusion.ComputeWeightedAverage()),
                ]),
            Page.Paragraph(
                $"The right digit is the first guess for {Percent(predictions.ComputeTopKAccuracy(1))} of the images, "
                + $"among the first two for {Percent(predictions.ComputeTopKAccuracy(2))}, "
                + $"among the first three for {Percent(predictions.ComputeTopKAccuracy(3))}."),
        ];

        static object[] Row(string name, ClassMetrics metrics) =>
            [name, Percent(metrics.Precision), Percent(metrics.Recall), Percent(metrics.F1), $"{metrics.Support}"];
    }

    private static XElement MistakesSection<T>(TrainedRun<T> run)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        LabeledImages images = run.Digits.Test;
        Predictions<T> predictions = run.Predictions;
        return Page.Section(
            "The most confident mistakes",
            Page.Tiles("digits", predictions.FindMostConfidentMistakes(Mistakes).Select(image =>
            {
                (int actual, int predicted) = (predictions.Actual[image], predictions.Predicted[image]);
                string confidence = Percent(predictions.Confidences[image]);
                return (
                    GreyImage.Ink(images.Width, images.GetImage(image)),
                    $"Test image {image}: a {actual}, taken for a {predicted} with {confidence} confidence",
                    (string?)$"{actual} taken for {predicted}, {confidence}");
            })));
    }

    private static XElement Weights<T>(DenseLayer<T> layer, LabeledImages images)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int shown = Math.Min(layer.OutputCount, MostUnits);
        return Page.Section(
            $"The weights of the first layer{(shown < layer.OutputCount ? $", the first {shown} of {layer.OutputCount} units" : "")}",
            Page.Paragraph(
                "A unit's weights in the places of its pixels: ink on brown excites it, ink on blue inhibits it, white is 0. "
                + "Each picture has its own scale."),
            Page.Tiles("weights", Enumerable.Range(0, shown).Select(unit => (
                GreyImage.Signed(images.Width, [.. layer.Weights.Row(unit).Select(double.CreateChecked)]),
                $"Weights of unit {unit + 1}",
                (string?)null))));
    }

    private static (string Name, string Value)[] Configuration<T>(TrainedRun<T> run)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        TrainSettings settings = run.Settings;
        return
        [
            ("Hidden layers", $"{string.Join(", ", settings.Hidden)} units, {settings.Activation}"),
            ("Initial weights", $"{settings.Initializer}, seed {settings.Seed}"),
            ("Training", string.Create(
                CultureInfo.InvariantCulture,
                $"{settings.Samples} images, {settings.Epochs} epochs, {settings.TrainingText}")),
            ("Number format", settings.Precision),
            ("Backend", Machine.Backend),
            ("Processor", Machine.Processor),
            ("System", Machine.System),
            ("Parameters SHA-256", run.Network.ComputeParametersSha256()),
        ];
    }

    private static string Percent(double fraction) => $"{100 * fraction:F2} %";
}
