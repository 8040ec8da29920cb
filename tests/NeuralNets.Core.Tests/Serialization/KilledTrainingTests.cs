using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using NeuralNets.Core.Optimizers;
using NeuralNets.Core.Tests.ChildProcess;
using NeuralNets.Core.Tests.Data;
using NeuralNets.Core.Tests.Docs;
using NeuralNets.Core.Training;
using Xunit.Abstractions;

namespace NeuralNets.Core.Tests.Serialization;

/// <summary>
/// A real process that trains is killed (SIGKILL where there are signals) and started again, time after time: the checkpoint is always
/// whole and at least as far as what was reported, and its bits are those of training that was never interrupted. What a killed
/// process leaves beside it, the next one deletes. The moments are seeded; wherever they fall, the outcome must be the same.
/// </summary>
[Trait("Kind", "Sweep")]
public sealed class KilledTrainingTests(ITestOutputHelper output)
{
    private const int Unreachable = 1_000_000;
    private const int RecipeEpochs = 10;
    private const int Kills = 4;
    private const int ExhaustiveKills = 170;

    [Fact]
    public void Fit_KilledInMiniBatches_ContinuesWithTheBitsOfARunInOnePiece() => KillAndCompare<float>(batchSize: 37, seed: 1);

    [Fact]
    public void Fit_KilledInFullBatches_ContinuesWithTheBitsOfARunInOnePiece() => KillAndCompare<double>(batchSize: null, seed: 2);

    /// <summary>The program of docs/saving.md as a reader pastes it: killed after checkpoints, and started again. In CI after the first
    /// ones, otherwise after each of them, the last one included.</summary>
    [Fact]
    public void Recipe_KilledAfterCheckpoints_EndsWithTheBitsOfARunInOnePiece()
    {
        int kills = LocalRun.Cases(always: 3, exhaustive: RecipeEpochs);
        using var folder = new TempDirectory();
        var page = new MarkdownPage("docs/saving.md");
        CodeBlock recipe = page.Blocks.Single(
            block => string.Concat(block.Lines).Contains("new CheckpointSchedule(", StringComparison.Ordinal));
        string program = folder.File("recipe.dll");
        PageProgram.Compile(page, program, recipe);
        DocsTests.CopyData(folder);
        string path = folder.File("digits.checkpoint");
        var completed = new List<int> { 0 };
        while (completed[^1] < RecipeEpochs && completed.Count <= kills)
        {
            RunUntilItSaves(program, path);
            GradientDescentTrainer<float> loaded = CheckpointFile.Load<float>(path);
            loaded.EpochsCompleted.Should().BeGreaterThan(completed[^1]);
            completed.Add(loaded.EpochsCompleted);
        }

        Child.Run(["page", program])[0].Should().Be($"{RecipeEpochs} epochs, rate 0.1");
        byte[] last = File.ReadAllBytes(path);
        Child.Run(["page", program])[0].Should().Be($"{RecipeEpochs} epochs, rate 0.1", "nothing is left to do");
        File.ReadAllBytes(path).Should().Equal(last);
        File.Delete(path);
        Child.Run(["page", program])[0].Should().Be($"{RecipeEpochs} epochs, rate 0.1");
        File.ReadAllBytes(path).Should().Equal(last, "that is the run in one piece");
        output.WriteLine($"killed after {string.Join(", ", completed.Skip(1))} epochs");
    }

    /// <summary>Starts the recipe, and kills it as soon as there is another checkpoint.</summary>
    private static void RunUntilItSaves(string program, string path)
    {
        DateTime before = File.GetLastWriteTimeUtc(path);
        using Process process = Child.Start(["page", program]);
        try
        {
            while (File.GetLastWriteTimeUtc(path) == before && !process.HasExited)
            {
                Thread.Sleep(1);
            }
        }
        finally
        {
            process.Kill();
            process.WaitForExit();
        }
    }

    /// <summary>Adam, a schedule, a reduction on plateau, early stopping and dropout: whatever a checkpoint holds. What training would
    /// return is the best network, so the files are compared.</summary>
    [Fact]
    public void Fit_KilledWithStateOfEveryKind_ContinuesWithTheBitsOfARunInOnePiece()
    {
        int kills = LocalRun.Cases(always: Kills, exhaustive: ExhaustiveKills);
        using var folder = new TempDirectory();
        string path = folder.File("checkpoint.safetensors");
        var random = new Random(3);
        int completed = 0;
        for (int kill = 0; kill < kills; kill++)
        {
            int reported = TrainAndKill("state", path, random);
            if (!File.Exists(path))
            {
                reported.Should().Be(0, "what was reported is saved");
                continue;
            }

            GradientDescentTrainer<float> loaded = CheckpointFile.Load<float>(path);
            loaded.EpochsCompleted.Should().BeGreaterThanOrEqualTo(Math.Max(reported, completed));
            completed = loaded.EpochsCompleted;
            loaded.Optimizer.Should().BeOfType<Adam>();
        }

        int epochs = completed + 3;
        using Process last = Child.Start(["checkpoint", "state", path, epochs.ToString(CultureInfo.InvariantCulture)]);
        last.StandardOutput.ReadToEnd().Should().EndWith($"{epochs}{Environment.NewLine}");
        last.WaitForExit();
        GradientDescentTrainer<float> whole = CheckpointScenario.CreateWithState();
        whole.Checkpoints = new CheckpointSchedule(folder.File("whole.safetensors"), everyEpochs: int.MaxValue);
        whole.Fit(CheckpointScenario.Samples<float>(), epochs);

        File.ReadAllBytes(path).Should().Equal(File.ReadAllBytes(folder.File("whole.safetensors")));
        output.WriteLine($"{kills} kills of training with state; {epochs} epochs in all");
    }

    private void KillAndCompare<T>(int? batchSize, int seed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        string type = typeof(T) == typeof(float) ? "float" : "double";
        int kills = LocalRun.Cases(always: Kills, exhaustive: ExhaustiveKills);
        using var folder = new TempDirectory();
        string path = folder.File("checkpoint.safetensors");
        GradientDescentTrainer<T> reference = CheckpointScenario.Create<T>(batchSize);
        var random = new Random(seed);
        int unfinished = 0;
        for (int kill = 0; kill < kills; kill++)
        {
            string[] leftBefore = Temporaries();
            int reported = TrainAndKill(type, path, random);
            string[] left = Temporaries();
            unfinished += left.Except(leftBefore).Count();
            if (reported > 0)
            {
                left.Intersect(leftBefore).Should().BeEmpty("the process has saved the file since they were left");
            }

            if (!File.Exists(path))
            {
                reported.Should().Be(0, "what was reported is saved");
                continue;
            }

            GradientDescentTrainer<T> loaded = CheckpointFile.Load<T>(path);
            loaded.EpochsCompleted.Should().BeGreaterThanOrEqualTo(Math.Max(reported, reference.EpochsCompleted));
            TrainTo(reference, loaded.EpochsCompleted);
            loaded.Network.ComputeParametersSha256().Should().Be(reference.Network.ComputeParametersSha256(), $"after kill {kill}");
        }

        int epochs = reference.EpochsCompleted + 3;
        using Process last = Child.Start(["checkpoint", type, path, epochs.ToString(CultureInfo.InvariantCulture)]);
        last.StandardOutput.ReadToEnd().Should().EndWith($"{epochs}{Environment.NewLine}");
        last.WaitForExit();
        Temporaries().Should().BeEmpty();
        TrainTo(reference, epochs);
        string expected = folder.File("reference.safetensors");
        CheckpointFile.Save(expected, reference);

        File.ReadAllBytes(path).Should().Equal(File.ReadAllBytes(expected), "state and parameters are those of a run in one piece");
        output.WriteLine($"{kills} kills of training in {type}, {unfinished} of them within the writing of a file; {epochs} epochs in all");

        string[] Temporaries() => Directory.GetFiles(Path.GetDirectoryName(path)!, "*.tmp");
    }

    /// <summary>Lets a process report some epochs, or none, and a little more happen, and kills it.</summary>
    /// <returns>The last epoch that was reported, or 0.</returns>
    private static int TrainAndKill(string type, string path, Random random)
    {
        int lines = random.Next(4);
        int microseconds = random.Next(lines == 0 ? 250_000 : 6_000);
        int reported = 0;
        using Process process = Child.Start(["checkpoint", type, path, $"{Unreachable}"]);
        try
        {
            for (int i = 0; i < lines; i++)
            {
                string line = process.StandardOutput.ReadLine() ?? throw new InvalidOperationException(process.StandardError.ReadToEnd());
                reported = int.Parse(line, CultureInfo.InvariantCulture);
            }

            long start = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(start).TotalMicroseconds < microseconds)
            {
                Thread.Yield();
            }

            process.HasExited.Should().BeFalse("it trains until it is killed");
        }
        finally
        {
            process.Kill();
            process.WaitForExit();
        }

        // What it had reported by then counts, too, unless the last line is cut.
        string[] rest = process.StandardOutput.ReadToEnd().Split('\n')[..^1];
        return rest.Length == 0 ? reported : int.Parse(rest[^1], CultureInfo.InvariantCulture);
    }

    private static void TrainTo<T>(GradientDescentTrainer<T> trainer, int epochs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (epochs > trainer.EpochsCompleted)
        {
            trainer.Fit(CheckpointScenario.Samples<T>(), epochs - trainer.EpochsCompleted);
        }
    }
}
