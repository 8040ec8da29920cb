using NeuralNets.Core.Training;

namespace NeuralNets.Core.Tests.Readme;

/// <summary>What the README shows is true.</summary>
public sealed class ReadmeTests
{
    private static readonly string s_readme = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Readme", "README.md"));

    [Fact]
    public void FirstCodeBlock_IsTheCodeThatIsTested()
    {
        string[] source = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Readme", "FirstNetwork.cs"));
        int begin = Array.FindIndex(source, line => line.Trim() == "// begin");
        int end = Array.FindIndex(source, line => line.Trim() == "// end");
        IEnumerable<string> lines = source[(begin + 1)..end].Select(line => line.Length > 8 ? line[8..] : "");

        s_readme.Should().Contain($"```csharp\nusing MathNet.Numerics.LinearAlgebra;\nusing NeuralNets.Core;\nusing NeuralNets.Core.Activations;\nusing NeuralNets.Core.Data;\nusing NeuralNets.Core.Training;\n\n{string.Join('\n', lines)}\n```");
    }

    [Fact]
    public void FirstCodeBlock_Run_LearnsTheClasses()
    {
        (TrainingResult result, float[] probabilities) = FirstNetwork.Run();

        result.Epochs[^1].TrainingAccuracy.Should().BeGreaterThan(0.97);
        probabilities[0].Should().BeGreaterThan(0.95f);
    }
}
