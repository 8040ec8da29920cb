using NeuralNets.Core.Evaluation;

namespace NeuralNets.Core.Tests.Evaluation;

public class ClassMetricsTests
{
    [Fact]
    public void ToString_AnyCulture_IsTheMeasuresWithPoints()
    {
        using var culture = new DecimalComma();

        new ClassMetrics { Precision = 2.0 / 3, Recall = 1, F1 = 0.00004, Support = 12345 }.ToString()
            .Should().Be("precision 0.6667, recall 1.0000, F1 0.0000, support 12345");
    }
}
