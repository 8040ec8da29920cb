using NeuralNets.Core.Data;
using NeuralNets.Core.Tests.Data;
using NeuralNets.Mnist;
using NeuralNets.Mnist.Reports;

namespace NeuralNets.Core.Tests.Samples;

public class ExploreTests
{
    [Fact]
    public void PixelStatistics_Images_AreWhatLinqFinds()
    {
        LabeledImages images = MnistFiles.Training.Take(500);
        double[] pixels = [.. images.Pixels.ToArray().Select(pixel => (double)pixel)];

        var statistics = PixelStatistics.Of(images);

        double mean = pixels.Average();
        statistics.Minimum.Should().Be(0);
        statistics.Maximum.Should().Be((byte)pixels.Max());
        statistics.Mean.Should().BeApproximately(mean, 1e-9);
        double variance = pixels.Average(pixel => (pixel - mean) * (pixel - mean));
        statistics.StandardDeviation.Should().BeApproximately(Math.Sqrt(variance), 1e-9);
        statistics.Background.Should().BeApproximately(pixels.Count(pixel => pixel == 0) / (double)pixels.Length, 1e-15);
        statistics.UnusedPixels.Should().Be(
            Enumerable.Range(0, 784).Count(pixel => Enumerable.Range(0, 500).All(image => images.GetImage(image)[pixel] == 0)));
    }

    [Fact]
    public void PixelStatistics_OneTone_HasNoDeviation()
    {
        var statistics = PixelStatistics.Of(new LabeledImages(new byte[] { 7, 7, 7, 7 }, new byte[] { 1, 2 }, 1, 2));

        statistics.Should().Be(new PixelStatistics(7, 7, 7, 0, 0, 0));
    }

    [Fact]
    public void Count_Images_IsTheNumberOfEachDigit() =>
        DataReport.Count(MnistFiles.Test).Should().Equal(
            Enumerable.Range(0, 10).Select(digit => MnistFiles.Test.Labels.ToArray().Count(label => label == digit)));

    [Fact]
    public void Choose_Seed_DecidesWhichImages()
    {
        int[] first = Digits.Choose(MnistFiles.Test, 20, 1);

        first.Should().HaveCount(20).And.OnlyHaveUniqueItems().And.OnlyContain(image => image >= 0 && image < 10_000);
        Digits.Choose(MnistFiles.Test, 20, 1).Should().Equal(first);
        Digits.Choose(MnistFiles.Test, 20, 2).Should().NotEqual(first);
        Digits.Choose(MnistFiles.Test.Take(3), 20, 1).Should().BeEquivalentTo([0, 1, 2]);
    }

    /// <summary>Mean 0.1307 and deviation 0.3081 are what everyone scales MNIST with.</summary>
    [Fact]
    public async Task Run_Explore_ShowsTheData()
    {
        using var folder = new TempDirectory();

        SampleProcess run = await SampleProcess.RunAsync(
            "explore", "--digits", "2", "--seed", "5", "--report", folder.File("data.html"));

        run.ExitCode.Should().Be(0);
        run.Error.Should().BeEmpty();
        run.OutputLines.Should().Contain("Training set: 784 x 60000 (60,000 images of 28 x 28 pixels)")
            .And.Contain("Test set: 784 x 10000 (10,000 images of 28 x 28 pixels)")
            .And.Contain(line => line.EndsWith("scaled by 255: mean 0.1307, standard deviation 0.3081"))
            .And.Contain(line => line.StartsWith("0   5923   9.9 %  "))
            .And.Contain(line => line.StartsWith("5    892   8.9 %  "));
        int[] drawn = Digits.Choose(MnistFiles.Training, 2, 5);
        string[] labels = [.. drawn.Select(image => $"{MnistFiles.Training.Labels.Span[image]} (image {image})")];
        run.OutputLines.Should().Contain(line => line.StartsWith(labels[0]) && line.EndsWith(labels[1]));
        HtmlPage.Load(folder.File("data.html")).Images.Should().HaveCount(2);
    }

    [Fact]
    public async Task Run_ImagesWiderThanTheTerminal_AreNotDrawn()
    {
        using var folder = new TempDirectory();
        string csv = folder.Write("wide.csv", MnistFiles.ToCsv(new LabeledImages(new byte[97], new byte[] { 3 }, 1, 97)));

        SampleProcess run = await SampleProcess.RunAsync(
            "explore", "--train-csv", csv, "--test-csv", csv, "--label-column", "^1");

        run.ExitCode.Should().Be(0);
        run.OutputLines.Should().Contain("Images 97 pixels wide do not fit a terminal 80 columns wide.");
    }
}
