using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Data;
using NeuralNets.Core.Evaluation;

namespace NeuralNets.Core.Tests.Evaluation;

public sealed class MultiLabelMetricsTests
{
    // Samples are columns. By a threshold of one half, label 0 has one correct yes and one that is none, label 1 one correct and one
    // missed, label 2 neither.
    private static readonly Matrix<double> s_actual = Matrix<double>.Build.DenseOfArray(
        new double[,] { { 1, 0, 0 }, { 1, 1, 0 }, { 0, 0, 0 } });

    private static readonly Matrix<double> s_probabilities = Matrix<double>.Build.DenseOfArray(
        new[,] { { 0.75, 0.5, 0.25 }, { 0.75, 0.25, 0 }, { 0.25, 0.25, 0.25 } });

    [Fact]
    public void Of_ThreeLabels_IsWhatIsCountedByHand()
    {
        MultiLabelMetrics metrics = MultiLabelMetrics.Of(s_actual, s_probabilities);

        metrics.Labels.Select(label => label.Yes.F1).Should().Equal(2.0 / 3, 2.0 / 3, 0);
        metrics.MicroAverage.Should().Be(new ClassMetrics { Precision = 2.0 / 3, Recall = 2.0 / 3, F1 = 4.0 / 6, Support = 3 });
        metrics.MacroAverage.Precision.Should().BeApproximately((0.5 + 1 + 0) / 3, 1e-15);
        metrics.MacroAverage.Recall.Should().BeApproximately((1 + 0.5 + 0) / 3, 1e-15);
        metrics.WeightedAverage.Recall.Should().BeApproximately((1 + (2 * 0.5)) / 3, 1e-15);
        metrics.SubsetAccuracy.Should().BeApproximately(2.0 / 3, 1e-15);
        metrics.HammingLoss.Should().BeApproximately(2.0 / 9, 1e-15);
        metrics.Unweighted.Should().BeNull();
        metrics.ToString().Should().Be("micro F1 0.6667, macro F1 0.4444, subset accuracy 0.6667 of 3 labels");
    }

    [Fact]
    public void Of_DataSetWithWeights_CountsSamplesByThemAndHasThePlainNumbersBeside()
    {
        Dataset<double> set = Dataset<double>.FromMatrix(Matrix<double>.Build.Dense(2, 3, 0.5), s_actual).WithWeights([1, 2, 1]);
        int[] repeated = [0, 1, 1, 2];

        MultiLabelMetrics metrics = MultiLabelMetrics.Of(set, s_probabilities);
        MultiLabelMetrics expected = MultiLabelMetrics.Of(
            Matrix<double>.Build.DenseOfColumnVectors(repeated.Select(s_actual.Column)),
            Matrix<double>.Build.DenseOfColumnVectors(repeated.Select(s_probabilities.Column)));

        (metrics.MicroAverage.F1, metrics.MacroAverage.F1, metrics.WeightedAverage.F1, metrics.SubsetAccuracy)
            .Should().Be((expected.MicroAverage.F1, expected.MacroAverage.F1, expected.WeightedAverage.F1, expected.SubsetAccuracy));
        metrics.HammingLoss.Should().BeApproximately(expected.HammingLoss, 1e-15);
        metrics.MicroAverage.Support.Should().Be(3);
        MultiLabelMetrics plain = MultiLabelMetrics.Of(s_actual, s_probabilities);
        metrics.Unweighted!.MicroAverage.Should().Be(plain.MicroAverage);
        metrics.Unweighted.SubsetAccuracy.Should().Be(plain.SubsetAccuracy);
        metrics.Unweighted.HammingLoss.Should().BeApproximately(plain.HammingLoss, 1e-15);
    }

    [Fact]
    public void Of_BadArguments_SaysWhere()
    {
        Matrix<double> half = s_actual.Clone();
        half[2, 1] = 0.5;
        Matrix<double> noNumber = s_probabilities.Clone();
        noNumber[1, 2] = double.NaN;
        Dataset<double> classes = Dataset<double>.FromMatrix(s_actual, [0, 1, 2], classCount: 3);
        Action soft = () => MultiLabelMetrics.Of(half, s_probabilities);
        Action probability = () => MultiLabelMetrics.Of(s_actual, noNumber);
        Action shape = () => MultiLabelMetrics.Of(s_actual, s_probabilities.RemoveColumn(0));
        Action threshold = () => MultiLabelMetrics.Of(s_actual, s_probabilities, threshold: 1);
        Action weights = () => MultiLabelMetrics.Of(s_actual, s_probabilities, weights: [1, 2]);

        soft.Should().Throw<ArgumentException>().WithMessage("Actual answers must be 0 or 1, but that of sample 1 for output 2 is 0.5.*");
        classes.Invoking(set => MultiLabelMetrics.Of(Dataset<double>.FromMatrix(s_actual, half), s_probabilities))
            .Should().Throw<ArgumentException>().WithParameterName("samples");
        probability.Should().Throw<ArgumentException>().WithMessage("*but that of sample 2 for output 1 is NaN.*");
        shape.Should().Throw<ArgumentException>().WithMessage("*the labels are 3 x 3 and the probabilities 3 x 2.*");
        threshold.Should().Throw<ArgumentOutOfRangeException>().WithParameterName("threshold");
        weights.Should().Throw<ArgumentException>().WithMessage("*3 samples, but 2 weights.*");
        classes.Invoking(set => MultiLabelMetrics.Of(set, s_probabilities)).Should().Throw<ArgumentException>()
            .WithMessage("*their targets are classes: use Predictions*");
    }

    [Fact]
    public void Of_ManyLabels_TakesMemoryInProportionToThem()
    {
        const int Labels = 2000;
        Matrix<float> actual = Matrix<float>.Build.Dense(Labels, 20, (i, j) => (i + j) % 3 == 0 ? 1 : 0);
        Matrix<float> probabilities = Matrix<float>.Build.Dense(Labels, 20, (i, j) => (i + j) % 4 / 4f);
        long before = GC.GetAllocatedBytesForCurrentThread();

        MultiLabelMetrics metrics = MultiLabelMetrics.Of(actual, probabilities);

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(20_000L * Labels);
        metrics.Labels.Should().HaveCount(Labels);
    }
}
