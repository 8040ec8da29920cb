using System.Globalization;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Data;
using NeuralNets.Core.Evaluation;
using NeuralNets.Core.Losses;
using NeuralNets.Core.Tests.Data;
using NeuralNets.Core.Training;
using NeuralNets.Mnist;
using NeuralNets.Mnist.Options;
using NeuralNets.Mnist.Reports;

namespace NeuralNets.Core.Tests.Samples.Reports;

/// <summary>The page about a network, against figures found without the evaluation of the library.</summary>
public sealed class TrainingReportTests : IDisposable
{
    private const int TestImages = 300;

    private readonly TempDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Write_Run_ShowsWhatItsLabelsCount()
    {
        Network<float> network = Network(20);
        HtmlPage page = Write(network, epochs: 3);
        (int[] actual, int[] predicted) = Labels(network);

        string[][] confusion = Cells("Test images.");
        string[][] classes = Cells("Precision: ");
        double macroF1 = 0;
        for (int digit = 0; digit < 10; digit++)
        {
            for (int other = 0; other < 10; other++)
            {
                confusion[digit][other].Should().Be($"{Count(digit, other)}");
            }

            double correct = Count(digit, digit);
            double precision = correct / Math.Max(1, predicted.Count(label => label == digit));
            double recall = correct / actual.Count(label => label == digit);
            double f1 = correct == 0 ? 0 : 2 * precision * recall / (precision + recall);
            macroF1 += f1 / 10;
            classes[digit][..3].Should().Equal(Percent(precision), Percent(recall), Percent(f1));
            classes[digit][3].Should().Be($"{actual.Count(label => label == digit)}");
        }

        classes[10][2].Should().Be(Percent(macroF1));
        double accuracy = actual.Zip(predicted).Count(pair => pair.First == pair.Second) / (double)TestImages;
        page.Root.Descendants("h1").Single().Value.Should().Be($"MNIST: {Percent(accuracy)} of the test images recognised");

        string[][] Cells(string caption) =>
            HtmlPage.Cells(page.Tables.Single(table => table.Element("caption")?.Value.StartsWith(caption) == true));
        int Count(int digit, int other) => actual.Zip(predicted).Count(pair => pair == (digit, other));
    }

    [Fact]
    public void Write_Run_ShowsTheMistakesByConfidence()
    {
        Network<float> network = Network(20);
        HtmlPage page = Write(network, epochs: 3);
        (int[] actual, int[] predicted) = Labels(network);
        float[] image = new float[784], probabilities = new float[10];
        var mistakes = new List<(int Image, float Confidence)>();
        for (int i = 0; i < TestImages; i++)
        {
            for (int p = 0; p < 784; p++)
            {
                image[p] = MnistFiles.Test.GetImage(i)[p] / 255f;
            }

            network.Predict(image, probabilities);
            if (actual[i] != predicted[i])
            {
                mistakes.Add((i, probabilities.Max()));
            }
        }

        string[] expected = [.. mistakes.OrderByDescending(mistake => mistake.Confidence).Take(24).Select(mistake =>
            $"Test image {mistake.Image}: a {actual[mistake.Image]}, taken for a {predicted[mistake.Image]} "
            + $"with {Percent(mistake.Confidence)} confidence")];

        page.Images.Select(element => element.Attribute("alt")!.Value).Where(text => text.StartsWith("Test image"))
            .Should().Equal(expected);
    }

    [Fact]
    public void Write_Run_SaysHowToGetItAgain()
    {
        Network<float> network = Network(20);

        HtmlPage page = Write(network, epochs: 3);

        page.Text.Should().Contain(network.ComputeParametersSha256()).And.Contain(Machine.Backend)
            .And.Contain("200 images, 3 epochs, batches of 32, learning rate 0.03").And.Contain("he-uniform, seed 9");
        page.Root.Descendants().Where(element => element.Name.LocalName == "svg").Should().HaveCount(2);
        page.Images.Where(image => image.Attribute("alt")!.Value.StartsWith("Weights of unit ")).Should().HaveCount(20);
    }

    [Fact]
    public void Write_WideNetworkAndManyEpochs_StaysSmall()
    {
        HtmlPage page = Write(Network(500), epochs: 20_000);

        page.Images.Where(image => image.Attribute("alt")!.Value.StartsWith("Weights of unit ")).Should().HaveCount(128);
        page.Text.Should().Contain("The weights of the first layer, the first 128 of 500 units");
    }

    [Fact]
    public void Write_InterruptedBeforeAnEpoch_SaysSo() =>
        Write(Network(5), epochs: 0).Text.Should().Contain("interrupted before the first epoch");

    [Fact]
    public void Write_FolderThatIsGone_IsTheUsersMistake()
    {
        Action write = () => Page.Write(_folder.File("gone/r.html"), "title");

        write.Should().Throw<UserException>().WithMessage("*gone*");
    }

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:F2} %");

    private static Network<float> Network(int units) => new([784, units, 10], new Relu<float>(), seed: 9);

    private static (int[] Actual, int[] Predicted) Labels(Network<float> network)
    {
        LabeledImages images = MnistFiles.Test.Take(TestImages);
        return ([.. images.Labels.ToArray()], network.PredictLabels(Dataset<float>.FromImages(images)));
    }

    private HtmlPage Write(Network<float> network, int epochs)
    {
        var digits = new Digits(MnistFiles.Training.Take(200), MnistFiles.Test.Take(TestImages));
        Dataset<float> test = Dataset<float>.FromImages(digits.Test);
        var data = new DataSettings(new DirectoryInfo("."), null, null, new LabelColumn(null, 0));
        var settings = new TrainSettings(
            data, 200, [network.Layers[0].OutputCount], "relu", "he-uniform", 3, 0.03, "sgd", "constant", 0, null, 0, 0, null,
            32, 9, 1, "managed", "float", null, null);
        EpochResult[] results = [.. Enumerable.Range(1, epochs).Select(epoch =>
            new EpochResult
            {
                Epoch = epoch,
                Training = new Score(new Cost(400.0 / epoch, 200), 1 - (0.5 / epoch)),
                Validation = new Score(new Cost(500.0 / epoch, 200), 1 - (0.6 / epoch)),
                LearningRate = 0.1,
                TrainingTime = TimeSpan.FromSeconds(epoch),
            })];
        var predictions = new Predictions<float>(test.Labels, network.Predict(test));
        string path = _folder.File("report.html");
        TrainingReport.Write(path, new TrainedRun<float>(
            settings, digits, network, results, predictions, "Trained & <tested>."));
        return HtmlPage.Load(path);
    }
}
