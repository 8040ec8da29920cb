using NeuralNets.Core.Tests.Backends;
using NeuralNets.Core.Tests.Data;

namespace NeuralNets.Core.Tests.Samples;

/// <summary>The MNIST sample as a user runs it.</summary>
public class SampleTests
{
    [Theory]
    [InlineData("--help")]
    [InlineData("train", "--help")]
    public async Task Run_Help_ExplainsEveryOptionWithItsDefault(params string[] arguments)
    {
        SampleProcess run = await SampleProcess.RunAsync(arguments);

        run.ExitCode.Should().Be(0);
        run.Error.Trim().Should().BeEmpty();
        var options = new (string Name, string Default)[]
        {
            ("--data", "data"), ("--samples", "20000"), ("--hidden", "128,32"), ("--activation", "relu"),
            ("--initializer", "he-uniform"),
            ("--epochs", "200"), ("--optimizer", "sgd"), ("--schedule", "constant"), ("--l2", "0"), ("--dropout", "0"),
            ("--input-dropout", "0"),
            ("--batch", "32"), ("--seed", "1"),
            ("--workers", $"{Environment.ProcessorCount}"), ("--backend", "managed"), ("--precision", "float"),
        };
        string[] withoutDefault =
        [
            "--learning-rate", "--weight-decay", "--patience", "--report", "--plot", "--train-csv", "--test-csv", "--label-column",
        ];
        foreach ((string name, string value) in options)
        {
            run.OutputLines.Should().ContainSingle(line => line.StartsWith(name + " ")).Which.Should().EndWith(value + "]");
        }

        run.OutputLines.Where(line => line.StartsWith("--") && !line.StartsWith("--version"))
            .Should().HaveCount(options.Length + withoutDefault.Length);
        withoutDefault.Should().AllSatisfy(name => run.OutputLines.Should().ContainSingle(line => line.StartsWith(name + " ")));
    }

    [Fact]
    public async Task Run_TrainByName_DoesWhatItDoesWithout()
    {
        SampleProcess unnamed = await SampleProcess.RunAsync("--samples", "500", "--epochs", "2");
        SampleProcess named = await SampleProcess.RunAsync("train", "--samples", "500", "--epochs", "2");

        named.ExitCode.Should().Be(0);
        string[] WithoutTimes(SampleProcess run) =>
            [.. run.OutputLines.Where(line => !line.StartsWith("Trained in"))
                .Select(line => line.StartsWith("Epoch") ? line[..line.LastIndexOf(',')] : line)];
        WithoutTimes(named).Should().Equal(WithoutTimes(unnamed));
    }

    [Fact]
    public async Task Run_EverySettingOfTraining_SaysSoAndLearns()
    {
        SampleProcess run = await SampleProcess.RunAsync(
            "--samples", "2000", "--epochs", "30", "--hidden", "32", "--optimizer", "adamw", "--weight-decay", "0.05",
            "--schedule", "cosine", "--l2", "0.0001", "--dropout", "0.1", "--input-dropout", "0.05", "--patience", "2");

        run.ExitCode.Should().Be(0);
        run.OutputLines.Should().Contain(line => line.Contains(
            "learning rate 0.001, adamw, cosine schedule, L2 0.0001, weight decay 0.05, dropout 0.1, input dropout 0.05, patience 2"));
        run.OutputLines.Should().Contain(line => line.Contains("validation accuracy")).And.Contain(line => line.Contains("the best of"));
        string accuracy = run.OutputLines.Single(line => line.StartsWith("Test accuracy: "))["Test accuracy: ".Length..^2];
        double.Parse(accuracy, System.Globalization.CultureInfo.InvariantCulture).Should().BeGreaterThan(85);
    }

    [Theory]
    [InlineData("--optimizer", "adamm", "--optimizer must be one of sgd, momentum, nesterov, rmsprop, adam, adamw")]
    [InlineData("--schedule", "", "--schedule must be one of constant")]
    [InlineData("--l2", "-1", "--l2 must be a number from 0 to 1000000")]
    [InlineData("--dropout", "1", "--dropout must be a number from 0 to 0.99")]
    [InlineData("--input-dropout", "-1", "--input-dropout must be a number from 0 to 0.99")]
    [InlineData("--weight-decay", "2", "--weight-decay must be a number from 0 to 1")]
    [InlineData("--weight-decay", "0.1", "--weight-decay is a number of adamw, and sgd has none")]
    [InlineData("--patience", "0", "--patience must be a whole number of at least 1")]
    public async Task Run_SettingOfTrainingThatIsNone_IsRefused(string option, string value, string message)
    {
        SampleProcess run = await SampleProcess.RunAsync(option, value);

        run.ExitCode.Should().Be(1);
        run.Error.Should().Contain(message);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("12")]
    public async Task Run_TooFewImagesToHoldSomeBack_SaysSo(string samples)
    {
        SampleProcess run = await SampleProcess.RunAsync("--samples", samples, "--epochs", "1", "--patience", "1");

        run.ExitCode.Should().Be(1);
        run.Error.Should().Contain($"--patience holds back a tenth of the training images, with some of each digit, for which there are "
            + $"too few: {samples}.");
    }

    [MklFact]
    public async Task Run_ByMkl_TrainsAndNamesIt() => await TrainsBy("mkl", "Intel MKL 20");

    [Fact]
    public async Task Run_ByMathNet_TrainsAndNamesIt() => await TrainsBy("mathnet", @"Math\.NET \(");

    [Fact]
    public async Task Run_BackendThatIsMissing_SaysWhatWasTried()
    {
        using var folder = new TempDirectory();

        SampleProcess run = await SampleProcess.RunAsync(
            [("NEURALNETS_MKL", folder.File("nowhere"))], ["--samples", "200", "--epochs", "1", "--backend", "mkl"]);

        run.ExitCode.Should().Be(1);
        run.ErrorLines.Should().ContainSingle().Which.Should().StartWith("Intel MKL is not available.").And.Contain("nowhere");
    }

    [Fact]
    public async Task Run_OneEpoch_ReportsWhatItDidWithTheSameBitsForAnyWorkers()
    {
        SampleProcess one = await SampleProcess.RunAsync("--samples", "2000", "--epochs", "1", "--workers", "1");
        SampleProcess two = await SampleProcess.RunAsync("--samples", "2000", "--epochs", "1", "--workers", "2");

        one.ExitCode.Should().Be(0);
        one.Error.Should().BeEmpty();
        one.OutputLines.Should().Contain("Training set: 784 x 2000, test set: 784 x 10000")
            .And.Contain("Training labels: 0: 191  1: 220  2: 198  3: 191  4: 214  5: 180  6: 200  7: 224  8: 172  9: 210")
            .And.Contain("Test labels:     0: 980  1: 1135  2: 1032  3: 1010  4: 982  5: 892  6: 958  7: 1028  8: 974  9: 1009")
            .And.Contain("Network: 784-128-32-10, Relu; 104,938 parameters, he-uniform, Single");
        one.Output.Should()
            .MatchRegex(@"(?m)^Epoch +1: cost \d\.\d{6}, training accuracy \d\d\.\d\d %, test accuracy \d\d\.\d\d %, \d+\.\d s\r?$")
            .And.MatchRegex(@"(?m)^Test accuracy: \d\d\.\d\d %\r?$")
            .And.MatchRegex(@"(?m)^Trained in .*: [\d,]+ samples/s\r?$")
            .And.MatchRegex(@"(?m)^Parameters SHA-256: [0-9a-f]{64}\r?$");
        Accuracy(one).Should().BeGreaterThan(50);

        two.ExitCode.Should().Be(0);
        Hash(two).Should().Be(Hash(one));
        Accuracy(two).Should().Be(Accuracy(one));
    }

    [Fact]
    public async Task Run_EveryOption_TakesIt()
    {
        SampleProcess run = await SampleProcess.RunAsync(
            "--samples", "300", "--epochs", "2", "--batch", "full", "--hidden", "20,15,12", "--activation", "leaky-relu",
            "--initializer", "glorot-normal", "--learning-rate", "0.25", "--seed", "9223372036854775807",
            "--precision", "double");

        run.ExitCode.Should().Be(0);
        run.Error.Should().BeEmpty();
        run.OutputLines.Should()
            .Contain("Network: 784-20-15-12-10, LeakyRelu(0.01); 16,337 parameters, glorot-normal, Double")
            .And.Contain("Training: 2 epochs, full batch, learning rate 0.25");
        run.OutputLines.Where(line => line.StartsWith("Epoch")).Should().HaveCount(2);
        Hash(run).Should().MatchRegex("^[0-9a-f]{64}$");
    }

    [Theory]
    [InlineData("--epochs", "0", "--epochs must be a whole number of at least 1, but was '0'.")]
    [InlineData("--batch", "x", "--batch must be full or a whole number of at least 1, but was 'x'.")]
    [InlineData("--hidden", "12,a,b", "--hidden must be whole numbers from 1 to 10000, separated by commas, but was '12,a,b'.")]
    [InlineData("--learning-rate", "-1", "--learning-rate must be a positive number of at most 1E+30, but was '-1'.")]
    [InlineData("--learning-rate", "1e300", "--learning-rate must be a positive number of at most 1E+30, but was '1e300'.")]
    [InlineData("--activation", "foo", "--activation must be one of relu, leaky-relu, sigmoid, tanh, identity, *, but was 'foo'.")]
    [InlineData("--seed", "-1", "--seed must be a whole number from 0 to 9223372036854775807, but was '-1'.")]
    [InlineData("--samples", "70000", "--samples must be at most 60000, the number of training images, but was 70000.")]
    [InlineData("--data", "there is no such folder", "*there is no such folder*")]
    [InlineData("--batch", "0", "--batch must be full or a whole number of at least 1, but was '0'.")]
    [InlineData("--workers", "0", "--workers must be a whole number of at least 1, but was '0'.")]
    [InlineData("--samples", "many", "--samples must be a whole number of at least 1, but was 'many'.")]
    [InlineData("--initializer", "ones", "--initializer must be one of he-uniform, *, normal, but was 'ones'.")]
    [InlineData("--precision", "half", "--precision must be one of float, double, but was 'half'.")]
    [InlineData("--report", "no such folder/report.html", "--report must be a file in a folder that exists, but was 'no such*")]
    [InlineData("--plot", ".", "--plot must be a file, not a folder, but was '.'.")]
    [InlineData("--train-csv", "a.csv", "--train-csv and --test-csv must be given together.")]
    [InlineData("--label-column", "3", "--label-column must come with --train-csv and --test-csv.")]
    [InlineData("--data", "", "--data must be a folder, but was ''.")]
    [InlineData("--epochs", null, "*--epochs*")]
    [InlineData("--nonsense", null, "*--nonsense*")]
    public async Task Run_WrongValue_EndsWithOneClearLine(string option, string? value, string message)
    {
        SampleProcess run = await SampleProcess.RunAsync(value is null ? [option] : [option, value]);

        run.ExitCode.Should().Be(1);
        run.ErrorLines.Should().ContainSingle().Which.Should().Match(message);
        run.Output.Trim().Should().BeEmpty();
    }

    [Fact]
    public async Task Run_CostThatOverflows_SaysWhatToTry()
    {
        SampleProcess run = await SampleProcess.RunAsync("--samples", "500", "--epochs", "1", "--learning-rate", "1e10");

        run.ExitCode.Should().Be(1);
        run.ErrorLines.Should().ContainSingle().Which.Should().Match("*epoch 1, step *learning rate*");
    }

    [Theory]
    [InlineData(10, 4, "*train-labels-idx1-ubyte: labels must be between 0 and 9, but image 1 has label 10.")]
    [InlineData(9, 6, "Test images must be as large as training images, 1 x 4, but are 1 x 6.")]
    public async Task Run_UnusableData_EndsWithOneClearLine(int label, int testPixels, string message)
    {
        using var folder = new TempDirectory();
        Write("train", 4, (byte)label);
        Write("t10k", testPixels, 0);

        SampleProcess run = await SampleProcess.RunAsync("--data", folder.File("."), "--samples", "1");

        run.ExitCode.Should().Be(1);
        run.ErrorLines.Should().ContainSingle().Which.Should().Match(message);

        void Write(string prefix, int pixels, byte of)
        {
            folder.Write($"{prefix}-images-idx3-ubyte", IdxFile.Write(new byte[pixels], 1, 1, pixels));
            folder.Write($"{prefix}-labels-idx1-ubyte", IdxFile.Write([of], 1));
        }
    }

    [Theory]
    [InlineData("explore", "--digits", "0", "--digits must be a whole number from 1 to 100, but was '0'.")]
    [InlineData("explore", "--seed", "x", "--seed must be a whole number from 0 to 9223372036854775807, but was 'x'.")]
    [InlineData("reproduce", "--activation", "identity", "--activation must be one of relu, *, tanh, *, all, but was *")]
    [InlineData("--epochs", "3", "explore", "Options must follow the command explore, but --epochs comes before it.")]
    [InlineData("explore", "--epochs", "3", "*--epochs*")]
    public async Task Run_WrongCommandLine_EndsWithAClearLine(string first, string second, string third, string message)
    {
        SampleProcess run = await SampleProcess.RunAsync(first, second, third);

        run.ExitCode.Should().Be(1);
        run.ErrorLines[0].Should().Match(message);
        run.Error.Should().NotContain("   at ");
        run.Output.Trim().Should().BeEmpty();
    }

    [Fact]
    public async Task Run_Csv_TrainsOnTheSameImagesAsFromIdx()
    {
        using var folder = new TempDirectory();
        string train = folder.Write("train.csv", MnistFiles.ToCsv(MnistFiles.Training.Take(60)));
        string test = folder.Write("test.csv", MnistFiles.ToCsv(MnistFiles.Test.Take(20)));

        SampleProcess csv = await SampleProcess.RunAsync(
            "train", "--train-csv", train, "--test-csv", test, "--label-column", "^1", "--samples", "60", "--epochs", "1");
        SampleProcess idx = await SampleProcess.RunAsync("train", "--samples", "60", "--epochs", "1");

        csv.Error.Should().BeEmpty();
        csv.ExitCode.Should().Be(0);
        csv.OutputLines.Should().Contain("Training set: 784 x 60, test set: 784 x 20");
        Hash(csv).Should().Be(Hash(idx));
    }

    [Fact]
    public async Task Run_WrongCsv_NamesFileRowAndColumn()
    {
        using var folder = new TempDirectory();
        string train = folder.Write("train.csv", "label,a,b\n1,0,255\n2,0,256\n"u8.ToArray());
        string test = folder.Write("test.csv", "label,a,b\n1,0,255\n"u8.ToArray());

        SampleProcess run = await SampleProcess.RunAsync("--train-csv", train, "--test-csv", test, "--label-column", "label");
        SampleProcess missing = await SampleProcess.RunAsync("--train-csv", train, "--test-csv", test, "--label-column", "digit");

        SampleProcess beyond = await SampleProcess.RunAsync("--train-csv", train, "--test-csv", test, "--label-column", "^0");

        beyond.ExitCode.Should().Be(1);
        beyond.ErrorLines.Should().Equal("--label-column must count from ^1, the last column, but was '^0'.");
        run.ExitCode.Should().Be(1);
        run.ErrorLines.Should().ContainSingle().Which.Should().Match("*train.csv, line 3, column 3: *256*");
        missing.ExitCode.Should().Be(1);
        missing.ErrorLines.Should().ContainSingle().Which.Should().Match("*train.csv, line 1: *\"digit\"*");
    }

    [Fact]
    public async Task Run_CtrlC_KeepsEvaluatesAndReportsWhatWasLearned()
    {
        if (OperatingSystem.IsWindows())
        {
            return; // There is no signal to send.
        }

        using var folder = new TempDirectory();
        SampleProcess run = await SampleProcess.InterruptAsync(
            "Epoch    1", "--samples", "2000", "--epochs", "1000000", "--report", folder.File("r.html"));

        run.Error.Should().BeEmpty();
        run.ExitCode.Should().Be(130);
        run.OutputLines.Should().ContainSingle(line => line.StartsWith("Interrupted in epoch "))
            .Which.Should().Contain(" of 1000000;");
        Accuracy(run).Should().BeGreaterThan(50);
        Hash(run).Should().MatchRegex("^[0-9a-f]{64}$");
        File.Exists(folder.File("r.html")).Should().BeTrue();
    }

    [Theory]
    [InlineData("NO_COLOR", "1")]
    [InlineData("TERM", "dumb")]
    [InlineData("TERM", "xterm-256color")]
    public async Task Run_RedirectedOutput_IsPlainText(string variable, string value)
    {
        SampleProcess explore = await SampleProcess.RunAsync([(variable, value)], ["explore", "--digits", "3"]);
        SampleProcess train = await SampleProcess.RunAsync([(variable, value)], ["--samples", "100", "--epochs", "1"]);

        explore.Output.Should().NotContain("\e");
        explore.OutputLines.Should().Contain(line => line.Contains("%%"), "digits are drawn with plain characters");
        train.Output.Should().NotContain("\e");
        train.OutputLines.Should().Contain(line => line.StartsWith("Epoch    1: "));
        if (value == "dumb")
        {
            (explore.Output + train.Output).Where(c => c > 126).Should().BeEmpty();
        }
    }

    private static string Hash(SampleProcess run) => Value(run, "Parameters SHA-256: ");

    private static double Accuracy(SampleProcess run) =>
        double.Parse(Value(run, "Test accuracy: ")[..^2], System.Globalization.CultureInfo.InvariantCulture);

    private static string Value(SampleProcess run, string name) =>
        run.OutputLines.Single(line => line.StartsWith(name))[name.Length..];

    private static async Task TrainsBy(string backend, string name)
    {
        SampleProcess run = await SampleProcess.RunAsync("--samples", "500", "--epochs", "3", "--hidden", "32", "--backend", backend);

        run.ExitCode.Should().Be(0, run.Error);
        run.Output.Should().MatchRegex($@"(?m)^Trained in .* by {name}.*: [\d,]+ samples/s\r?$").And.MatchRegex(@"Test accuracy: [67]\d\.");
    }
}
