using System.Xml.Linq;
using NeuralNets.Core.Losses;
using NeuralNets.Core.Tests.Data;
using NeuralNets.Core.Training;
using NeuralNets.Mnist.Reports;
using NeuralNets.Mnist.Reproduction;

namespace NeuralNets.Core.Tests.Samples;

public class ReproduceTests
{
    private static readonly string[] s_runs =
        ["as published (1)", "as published (2)", "as published (3)", "as described", "as it should be"];

    [Fact]
    public async Task Run_Reproduce_GivesATableAPlotAndAPageWithTheSameAccuraciesEveryTime()
    {
        using var folder = new TempDirectory();
        string plot = folder.File("plot.svg"), report = folder.File("report.html");
        string data = MnistFiles.WriteIdx(folder, 600, 300);
        string[] arguments =
            ["reproduce", "--data", data, "--samples", "600", "--epochs", "12", "--plot", plot, "--report", report];

        SampleProcess first = await SampleProcess.RunAsync([.. arguments, "--workers", "1"]);
        SampleProcess second = await SampleProcess.RunAsync([.. arguments, "--workers", "2"]);

        first.ExitCode.Should().Be(0);
        first.Error.Should().BeEmpty();
        first.Output.Should().ContainAll("46114.200", "46028.992", "19.066", "11.216", "3 min 14 s", "Its softmax");
        Row(first, "the original").Should().Equal("46114", "46029", "11.22", "-", "194");
        s_runs.Should().AllSatisfy(name =>
        {
            first.OutputLines.Should().ContainSingle(line => line.StartsWith(name + ": "), "every ending is explained");
            Row(first, name)[..^1].Should().Equal(Row(second, name)[..^1], "only the time may differ");
            double.Parse(Row(first, name)[^2], null).Should().BeInRange(0, 100);
        });
        double.Parse(Row(first, "as it should be")[2], null).Should()
            .BeGreaterThan(double.Parse(Row(first, "as described")[2], null), "of the accuracy on the training images");

        var svg = XElement.Load(plot);
        svg.Elements().Count(element => element.Name.LocalName == "svg")
            .Should().Be(6, "cost and two accuracies, by epochs and by seconds");
        HtmlPage page = HtmlPage.Load(report);
        page.Text.Should().Contain("Its softmax").And.Contain(Machine.Backend);
        HtmlPage.Cells(page.Tables.First()).Should().HaveCount(1 + s_runs.Length);
    }

    [Fact]
    public async Task Run_ReproduceAllActivations_HasATableForEach()
    {
        using var folder = new TempDirectory();

        SampleProcess run = await SampleProcess.RunAsync(
            "reproduce", "--data", MnistFiles.WriteIdx(folder, 64, 64), "--activation", "all", "--samples", "64", "--epochs", "1",
            "--plot", folder.File("plot.svg"));

        run.ExitCode.Should().Be(0);
        run.OutputLines.Should().Contain(["relu:", "leaky-relu:", "sigmoid:", "tanh:", "softplus:"]);
        run.OutputLines.Where(line => line.StartsWith("as it should be ")).Should().HaveCount(
            Activations.HiddenActivations.Names.Count - 1, "identity is not a function to compare");
        run.OutputLines.Should().ContainSingle(line => line.StartsWith("the original ") && line.Contains("46029"));
        XElement.Load(folder.File("plot.svg")).Elements().Count(element => element.Name.LocalName == "svg")
            .Should().Be(6 * (Activations.HiddenActivations.Names.Count - 1));
    }

    [Fact]
    public async Task Run_ReproduceInterruptedAtOnce_EndsWithoutAPlot()
    {
        if (OperatingSystem.IsWindows())
        {
            return; // There is no signal to send.
        }

        using var folder = new TempDirectory();

        SampleProcess run = await SampleProcess.InterruptAsync(
            "The original printed", "reproduce", "--plot", folder.File("plot.svg"));

        run.ExitCode.Should().Be(130);
        run.Error.Should().BeEmpty();
        File.Exists(folder.File("plot.svg")).Should().BeFalse();
    }

    [Fact]
    public async Task Run_ReproduceInterrupted_ShowsWhatIsDone()
    {
        if (OperatingSystem.IsWindows())
        {
            return; // There is no signal to send.
        }

        using var folder = new TempDirectory();

        SampleProcess run = await SampleProcess.InterruptAsync(
            "Done: as published (1)", "reproduce", "--samples", "2000", "--epochs", "60", "--plot", folder.File("plot.svg"));

        run.ExitCode.Should().Be(130);
        run.Error.Should().BeEmpty();
        run.OutputLines.Should().Contain(line => line.StartsWith("as published (1): "))
            .And.NotContain(line => line.StartsWith("as it should be: "));
    }

    [Fact]
    public void Rows_RunThatDiverged_IsARowThatSaysSo()
    {
        EpochResult epoch = FirstEpoch(0.2, 0.21, seconds: 0.5);
        Outcome[] outcomes =
        [
            new(Recipe.All[0], "relu", [epoch], DivergedIn: 2, [0, 0]),
            new(Recipe.All[1], "relu", [], DivergedIn: 1, [0, 0]),
        ];

        string[][] rows = [.. ReproductionReport.Rows("relu", outcomes)];

        rows[1].Should().Equal("as published (1)", "46114", "diverged", "20.00", "21.00", "0.5");
        rows[2].Should().Equal("as published (2)", "-", "diverged", "-", "-", "-");
        outcomes[0].Explanation.Should().StartWith("diverged in epoch 2:");
        ReproductionReport.Plot(outcomes).ToString().Should().Contain("as published (1) (diverged in epoch 2)");
    }

    [Theory]
    [InlineData(0, 0.11, 32, "stuck: 128 of 128 and 32 of 32 hidden units")]
    [InlineData(0, 0.4, 5, "between learned and stuck: 128 of 128 and 5 of 32")]
    [InlineData(0, 0.93, 5, "a lucky draw: ")]
    [InlineData(3, 0.87, 0, "learns, but slowly: 1 epochs are 1 steps")]
    [InlineData(3, 0.2, 0, "hardly under way: ")]
    [InlineData(4, 1, 0, "the same passes over the images, but a step every 32 ")]
    public void Explanation_Ending_IsToldFromWhatWasMeasured(int recipe, double accuracy, int constantUnits, string start)
    {
        EpochResult epoch = FirstEpoch(accuracy, accuracy, seconds: 1);

        new Outcome(Recipe.All[recipe], "relu", [epoch], null, [128, constantUnits]).Explanation.Should().StartWith(start);
    }

    private static EpochResult FirstEpoch(double trainingAccuracy, double validationAccuracy, double seconds) => new()
    {
        Epoch = 1,
        Training = new Score(new Cost(46114, 20_000), trainingAccuracy),
        Validation = new Score(new Cost(46114, 20_000), validationAccuracy),
        LearningRate = 0.1,
        TrainingTime = TimeSpan.FromSeconds(seconds),
    };

    /// <summary>The numbers in the table's row of a run.</summary>
    private static string[] Row(SampleProcess run, string name) => run.OutputLines
        .Single(line => line.StartsWith(name + " "))[name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
