using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Data;
using NeuralNets.Core.Evaluation;

namespace NeuralNets.Core.Tests.Evaluation;

public sealed class BinaryMetricsTests
{
    [Fact]
    public void Of_FourSamples_IsWhatIsComputedByHand()
    {
        BinaryMetrics metrics = BinaryMetrics.Of<double>([1, 0, 1, 0], [0.5, 0.25, 0.25, 0.75]);

        metrics.LogLoss.Should().BeApproximately((Math.Log(2) + Math.Log(4.0 / 3) + Math.Log(4) + Math.Log(4)) / 4, 1e-15);
        metrics.BrierScore.Should().Be((0.25 + 0.0625 + 0.5625 + 0.5625) / 4);
        metrics.Confusion[1, 1].Should().Be(1);
        metrics.Confusion[1, 0].Should().Be(1);
        metrics.Confusion[0, 1].Should().Be(1);
        metrics.Yes.Precision.Should().Be(0.5);
        metrics.RocAuc.Should().Be(0.375); // pairs: 0.5 > 0.25, 0.25 = 0.25
        metrics.AveragePrecision.Should().Be((0.5 * 0.5) + (0.5 * 0.5));
        metrics.Unweighted.Should().BeNull();
    }

    [Fact]
    public void Of_Threshold_DecidesWhatIsYes()
    {
        BinaryMetrics strict = BinaryMetrics.Of<double>([1, 0, 1, 0], [0.5, 0.25, 0.25, 0.75], threshold: 0.75);
        BinaryMetrics lenient = BinaryMetrics.Of<double>([1, 0, 1, 0], [0.5, 0.25, 0.25, 0.75], threshold: 0.25);

        strict.Yes.Recall.Should().Be(0);
        lenient.Yes.Recall.Should().Be(1);
        lenient.RocAuc.Should().Be(strict.RocAuc);
    }

    [Fact]
    public void Of_Weights_HasThePlainNumbersBeside()
    {
        int[] actual = [1, 0, 1, 0, 1];
        double[] probabilities = [0.5, 0.25, 0.25, 0.75, 1];
        double[] weights = [1, 2, 0, 3, 1];

        BinaryMetrics metrics = BinaryMetrics.Of<double>(actual, probabilities, weights);
        BinaryMetrics repeated = BinaryMetrics.Of<double>([1, 0, 0, 0, 0, 0, 1], [0.5, 0.25, 0.25, 0.75, 0.75, 0.75, 1]);
        BinaryMetrics plain = BinaryMetrics.Of<double>(actual, probabilities);

        CheckSame(metrics, repeated);
        CheckSame(metrics.Unweighted!, plain);
        metrics.Unweighted!.Unweighted.Should().BeNull();
        metrics.Confusion.SampleCount.Should().Be(5);
    }

    [Fact]
    public void Of_OneClassOnly_LeavesOutWhatIsUndefined()
    {
        BinaryMetrics yes = BinaryMetrics.Of<float>([1, 1], [0.5f, 0.25f]);
        BinaryMetrics no = BinaryMetrics.Of<float>([0, 0], [0.5f, 0.25f]);

        yes.RocAuc.Should().BeNull();
        yes.AveragePrecision.Should().Be(1);
        no.RocAuc.Should().BeNull();
        no.AveragePrecision.Should().BeNull();
        no.ToString().Should().Be(
            "ROC AUC undefined, average precision undefined, log loss 0.4904, Brier score 0.1563, accuracy 0.5000");
    }

    [Fact]
    public void LogLoss_WrongAndSure_IsThatOfTheEpsilon()
    {
        BinaryMetrics.Of<double>([1], [0]).LogLoss.Should().BeApproximately(52 * Math.Log(2), 1e-13);
        BinaryMetrics.Of<float>([1], [0]).LogLoss.Should().BeApproximately(23 * Math.Log(2), 1e-13);
        BinaryMetrics.Of<double>([0], [0]).LogLoss.Should().BeApproximately(0, 1e-15);
    }

    [Fact]
    public void Of_DataSet_TakesLabelsOrValuesAndTheirWeights()
    {
        Matrix<double> features = Matrix<double>.Build.Dense(2, 5, RandomValues.Create<double>(1, 10));
        double[] weights = [1, 2, 0, 3, 1];
        Dataset<double> labels = Dataset<double>.FromMatrix(features, [1, 0, 1, 0, 1], classCount: 2).WithWeights(weights);
        Dataset<double> values = Dataset<double>.FromMatrix(features, (ReadOnlySpan<double>)[1, 0, 1, 0, 1]).WithWeights(weights);
        Matrix<double> probabilities = new Network<double>([2, 1], new Relu<double>(), new Sigmoid<double>(), seed: 1).Predict(labels);
        BinaryMetrics expected = BinaryMetrics.Of<double>([1, 0, 1, 0, 1], probabilities.Row(0).ToArray(), weights);

        CheckSame(BinaryMetrics.Of(labels, probabilities), expected);
        CheckSame(BinaryMetrics.Of(values, probabilities), expected);
        CheckSame(BinaryMetrics.Of(labels, probabilities.InsertRow(0, 1 - probabilities.Row(0))), expected);
    }

    [Fact]
    public void Of_WrongDataSet_SaysWhatToUse()
    {
        Matrix<double> features = Matrix<double>.Build.Dense(2, 3, 0.5);
        Dataset<double> classes = Dataset<double>.FromMatrix(features, [0, 1, 2], classCount: 3);
        Dataset<double> values = Dataset<double>.FromMatrix(features, Matrix<double>.Build.Dense(2, 3));
        Dataset<double> numbers = Dataset<double>.FromMatrix(features, (ReadOnlySpan<double>)[0, 1, 0.5]);
        Dataset<double> labels = Dataset<double>.FromMatrix(features, [0, 1, 1], classCount: 2);
        Matrix<double> probabilities = Matrix<double>.Build.Dense(1, 3, 0.5);

        classes.Invoking(set => BinaryMetrics.Of(set, probabilities)).Should().Throw<ArgumentException>()
            .WithMessage("The samples must be yes or no*3 samples of 2 features in 3 classes: use Predictions.*");
        values.Invoking(set => BinaryMetrics.Of(set, probabilities)).Should().Throw<ArgumentException>()
            .WithMessage("*use MultiLabelMetrics.*");
        numbers.Invoking(set => BinaryMetrics.Of(set, probabilities)).Should().Throw<ArgumentException>()
            .WithMessage("Actual answers must be 0 or 1, but that of sample 2 is 0.5.*");
        labels.Invoking(set => BinaryMetrics.Of(set, probabilities.Transpose())).Should().Throw<ArgumentException>()
            .WithMessage("The probabilities must be 1 x 3, a column per sample, but were 3 x 1. A sample is a column*transpose.*");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(double.NaN)]
    public void Of_NoThreshold_Throws(double threshold)
    {
        Action evaluate = () => BinaryMetrics.Of<double>([0], [0.5], threshold: threshold);

        evaluate.Should().Throw<ArgumentOutOfRangeException>().WithParameterName(nameof(threshold));
    }

    [Fact]
    public void Of_BadProbabilities_SaysWhere()
    {
        Action noNumber = () => BinaryMetrics.Of<double>([0, 1], [0.5, double.NaN]);
        Action negative = () => BinaryMetrics.Of<double>([0, 1], [-0.5, 0.5]);
        Action none = () => BinaryMetrics.Of<double>([], []);

        noNumber.Should().Throw<ArgumentException>()
            .WithMessage("Probabilities must be numbers from 0 to 1, but that of sample 1 is NaN.*");
        negative.Should().Throw<ArgumentException>().WithMessage("*that of sample 0 is -0.5.*");
        none.Should().Throw<ArgumentException>().WithMessage("*at least one, but there were 0 actual and 0 probabilities.*");
    }

    private static void CheckSame(BinaryMetrics actual, BinaryMetrics expected)
    {
        double[] Numbers(BinaryMetrics metrics) =>
        [
            metrics.LogLoss, metrics.BrierScore, metrics.CalibrationError, metrics.RocAuc!.Value, metrics.AveragePrecision!.Value,
            metrics.Confusion.Accuracy, metrics.Confusion.BalancedAccuracy, metrics.Confusion.MatthewsCorrelation, metrics.Yes.F1,
        ];
        Numbers(actual).Should().Equal(Numbers(expected), (left, right) => Math.Abs(left - right) < 1e-15);
    }
}
