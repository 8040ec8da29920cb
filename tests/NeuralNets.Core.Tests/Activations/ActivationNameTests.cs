using System.Globalization;
using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Data;
using NeuralNets.Core.Serialization;
using NeuralNets.Core.Tests.Data;
using NeuralNets.Core.Tests.Serialization;
using NeuralNets.Core.Training;

namespace NeuralNets.Core.Tests.Activations;

/// <summary>The names of custom activations: the same under every culture, and refused on saving if they cannot be saved.</summary>
public sealed class ActivationNameTests
{
    // Not the data of a theory: there, half a surrogate pair becomes another character.
    private static readonly (string? Name, string Reason)[] s_namesThatCannotBeSaved =
    [
        (null, "returns none"),
        ("", "returns none"),
        (" \u00a0", "returns none"),
        ("Elu\n(1)", "control character U+000A at 3"),
        ("\0", "control character U+0000 at 0"),
        ("Elu\u007f", "control character U+007F at 3"),
        ("Elu\u0085", "control character U+0085 at 3"),
        ("Elu\ud83d", "half a surrogate pair at 3, U+D83D"),
        ("\ude00Elu", "half a surrogate pair at 0, U+DE00"),
        ("\ude00\ud83d", "half a surrogate pair at 0, U+DE00"),
        (new string('x', 1001), "returns 1001 characters, more than 1000"),
    ];

    public static TheoryData<string> NamesThatCanBeSaved =>
        ["Elu(0.5)", "Elu(0,5)", "Größe", "活性化", "\ud83d\ude00", "a \"quoted\" \\name\\", "\ufffd", "\ufeff", new string('x', 1000)];

    [Fact]
    public void Save_NameWithNumbers_IsTheSameUnderEveryCulture()
    {
        var network = new Network<float>([2, 3, 3, 2], new Elu(-1234.5), seed: 1);
        var similar = new Network<float>([2, 3, 2], new Swish(0.5), seed: 1);
        byte[] expected = Save(network);
        byte[] expectedOfRecord = Save(similar);

        using var culture = new ForeignCulture();
        Save(network).Should().Equal(expected);
        Save(similar).Should().Equal(expectedOfRecord);
        Load(expected, new Elu(-1234.5)).Layers[1].Activation.Should().BeOfType<Elu>();
        Load(expectedOfRecord, new Swish(0.5)).Layers[0].Activation.Should().BeOfType<Swish>();
        FluentActions.Invoking(() => Load(expected, new Elu(0.5))).Should().Throw<InvalidDataException>()
            .WithMessage("*\"Elu(-1234.5)\"*only Elu(0.5) was.");
    }

    [Fact]
    public void Save_CheckpointUnderAnotherCulture_ContinuesElsewhere()
    {
        using var folder = new TempDirectory();
        string path = folder.File("checkpoint");
        using (new ForeignCulture())
        {
            var network = new Network<float>([2, 3, 2], new Elu(0.5), seed: 1);
            CheckpointFile.Save(path, new GradientDescentTrainer<float>(network) { LearningRate = 0.25 });
        }

        CheckpointFile.Load<float>(path, [new Elu(0.5)]).LearningRate.Should().Be(0.25);
    }

    [Fact]
    public void Save_AnyName_LeavesTheCultureOfTheThread()
    {
        using var culture = new ForeignCulture();
        CultureInfo before = CultureInfo.CurrentCulture;
        CultureInfo beforeOfTexts = CultureInfo.CurrentUICulture;

        Save(new Network<float>([2, 3, 2], new Elu(0.5), seed: 1));
        Action throwing = () => Save(new Network<float>([2, 3, 2], new Nameless(), seed: 1));

        throwing.Should().Throw<NotImplementedException>();
        CultureInfo.CurrentCulture.Should().BeSameAs(before);
        CultureInfo.CurrentUICulture.Should().BeSameAs(beforeOfTexts);
    }

    [Fact]
    public void Save_NameThatCannotBeSaved_IsRefusedWithTheReason()
    {
        foreach ((string? name, string reason) in s_namesThatCannotBeSaved)
        {
            using var folder = new TempDirectory();
            string path = folder.File("network");
            var network = new Network<float>([2, 3, 2], new Softsign<float>(name), seed: 1);
            Action[] refused =
            [
                () => Save(network),
                () => NetworkFile.Save(path, network),
                () => CheckpointFile.Save(path, new GradientDescentTrainer<float>(network)),
                () => Load(Save(new Network<float>([2, 2], new Relu<float>(), seed: 1)), new Softsign<float>(name)),
            ];

            foreach (Action action in refused)
            {
                action.Should().Throw<ArgumentException>()
                    .WithMessage($"An activation needs a name, which ToString returns, but * {reason}*");
            }

            Directory.GetFileSystemEntries(Path.GetDirectoryName(path)!).Should().BeEmpty();
        }
    }

    [Theory]
    [MemberData(nameof(NamesThatCanBeSaved))]
    public void Save_AnyOtherName_Loads(string name)
    {
        byte[] file = Save(new Network<float>([2, 3, 2], new Softsign<float>(name), seed: 1));

        Load(file, new Softsign<float>(name)).Layers[0].Activation!.ToString().Should().Be(name);
    }

    /// <summary>Not after the first epochs, which can take hours.</summary>
    [Fact]
    public void Fit_WithCheckpointsAndNameThatCannotBeSaved_ThrowsBeforeTraining()
    {
        using var folder = new TempDirectory();
        var network = new Network<float>([2, 3, 2], new Softsign<float>("a\tb"), seed: 1);
        string before = network.ComputeParametersSha256();
        Dataset<float> set = Dataset<float>.FromMatrix(Matrix<float>.Build.Dense(2, 4, 1), [0, 1, 0, 1], 2);
        var trainer = new GradientDescentTrainer<float>(network)
        {
            Checkpoints = new CheckpointSchedule(folder.File("checkpoint"), everyEpochs: 100),
        };

        Action fit = () => trainer.Fit(set, 1);

        fit.Should().Throw<ArgumentException>().WithMessage("*control character*");
        network.ComputeParametersSha256().Should().Be(before);
    }

    private static byte[] Save(Network<float> network)
    {
        var stream = new MemoryStream();
        NetworkFile.Save(stream, network);
        return stream.ToArray();
    }

    private static Network<float> Load(byte[] file, params IActivation<float>[] own) =>
        NetworkFile.Load(new MemoryStream(file), "the file", own);

    /// <summary>An activation whose name is formed as most are, under the culture of the thread.</summary>
    private sealed class Elu(double alpha) : IActivation<float>
    {
        public void Evaluate(ReadOnlySpan<float> z, Span<float> a) => z.CopyTo(a);

        public void MultiplyByDerivative(ReadOnlySpan<float> z, ReadOnlySpan<float> a, Span<float> gradient)
        {
        }

        public override string ToString() => $"Elu({alpha})";
    }

    /// <summary>The compiler's name of a record is formed under the culture of the thread, too.</summary>
    private sealed record Swish(double Beta) : IActivation<float>
    {
        public void Evaluate(ReadOnlySpan<float> z, Span<float> a) => z.CopyTo(a);

        public void MultiplyByDerivative(ReadOnlySpan<float> z, ReadOnlySpan<float> a, Span<float> gradient)
        {
        }
    }

    private sealed class Nameless : IActivation<float>
    {
        public void Evaluate(ReadOnlySpan<float> z, Span<float> a) => z.CopyTo(a);

        public void MultiplyByDerivative(ReadOnlySpan<float> z, ReadOnlySpan<float> a, Span<float> gradient)
        {
        }

        public override string ToString() => throw new NotImplementedException();
    }
}
