using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Data;
using NeuralNets.Core.Evaluation;

namespace NeuralNets.Core.Tests.Evaluation;

public class PredictionsTests
{
    // Samples are columns: predicted are 1, 0, 2, 0, 0.
    private static readonly double[,] s_probabilities =
    {
        { 0.1, 0.5, 0.25, 0.9, 0.4 },
        { 0.7, 0.2, 0.25, 0.1, 0.2 },
        { 0.2, 0.3, 0.5, 0.0, 0.4 },
    };

    private static readonly Predictions<double> s_predictions =
        new([1, 2, 1, 2, 2], Matrix<double>.Build.DenseOfArray(s_probabilities));

    [Fact]
    public void Constructor_Probabilities_PredictsTheFirstMostProbableClassWithItsProbability()
    {
        s_predictions.Predicted.ToArray().Should().Equal(1, 0, 2, 0, 0);
        s_predictions.Confidences.ToArray().Should().Equal(0.7, 0.5, 0.5, 0.9, 0.4);
        s_predictions.Actual.ToArray().Should().Equal(1, 2, 1, 2, 2);
        s_predictions.Confusion.Accuracy.Should().Be(0.2);
        s_predictions.Confusion[2, 0].Should().Be(3);
    }

    [Theory]
    [InlineData(1, 0.2)] // sample 0
    [InlineData(2, 0.6)] // and 1 and 4; of sample 2's equal classes 0 and 1 the lower number is second
    [InlineData(3, 1.0)]
    public void ComputeTopKAccuracy_Classes_IsTheShareAmongTheMostProbable(int k, double expected) =>
        s_predictions.ComputeTopKAccuracy(k).Should().Be(expected);

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public void ComputeTopKAccuracy_NotANumberOfClasses_Throws(int k)
    {
        Action evaluate = () => s_predictions.ComputeTopKAccuracy(k);

        evaluate.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*between 1 and 3.*");
    }

    [Fact]
    public void FindMostConfidentMistakes_Samples_AreThoseByFallingConfidence()
    {
        s_predictions.FindMostConfidentMistakes(10).Should().Equal(3, 1, 2, 4);
        s_predictions.FindMostConfidentMistakes(2).Should().Equal(3, 1);
        s_predictions.FindMostConfidentMistakes(0).Should().BeEmpty();
    }

    [Fact]
    public void Constructor_NetworkOnData_AgreesWithItsOwnLabels()
    {
        Matrix<float> points = Matrix<float>.Build.Random(6, 500, seed: 2);
        int[] labels = [.. points.EnumerateColumns().Select(point => point.MaximumIndex())];
        var network = new Network<float>([6, 8, 6], new Relu<float>(), seed: 3);
        Dataset<float> set = Dataset<float>.FromMatrix(points, labels, 6);

        var predictions = new Predictions<float>(set.Labels, network.Predict(set));

        predictions.Predicted.ToArray().Should().Equal(network.PredictLabels(set));
        predictions.ComputeTopKAccuracy(1).Should().Be(predictions.Confusion.Accuracy);
        predictions.ComputeTopKAccuracy(6).Should().Be(1);
        predictions.ComputeTopKAccuracy(3).Should().BeInRange(predictions.ComputeTopKAccuracy(2), predictions.ComputeTopKAccuracy(4));
    }

    [Fact]
    public void Constructor_ManyClasses_TakesMemoryInProportionToThem()
    {
        const int Classes = 50_000;
        Matrix<float> probabilities = Matrix<float>.Build.Dense(Classes, 2, 1f / Classes);
        long before = GC.GetAllocatedBytesForCurrentThread();

        var predictions = new Predictions<float>([3, 0], probabilities);
        double topFive = predictions.ComputeTopKAccuracy(5);
        ClassMetrics macro = predictions.Confusion.ComputeMacroAverage();

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(2 * Classes * sizeof(float));
        topFive.Should().Be(1);
        macro.Recall.Should().Be(0.5);
    }

    [Fact]
    public void Constructor_SparseMatrix_IsReadColumnByColumn()
    {
        Matrix<double> probabilities = Matrix<double>.Build.Sparse(1000, 3);
        probabilities[999, 0] = 1;
        probabilities[5, 2] = 0.5;

        var predictions = new Predictions<double>([999, 1, 6], probabilities);

        predictions.Predicted.ToArray().Should().Equal(999, 0, 5);
        predictions.ComputeTopKAccuracy(2).Should().Be(2.0 / 3);
    }

    [Fact]
    public void Constructor_WrongArguments_SaysWhatIsRequired()
    {
        Matrix<double> probabilities = Matrix<double>.Build.DenseOfArray(s_probabilities);
        Action number = () => _ = new Predictions<double>([0, 1], probabilities);
        Action label = () => _ = new Predictions<double>([0, 1, 3, 0, 0], probabilities);
        Matrix<double> withNaN = Matrix<double>.Build.Dense(2, 2, [0.5, 0.5, 0.5, double.NaN]);
        Action noNumber = () => _ = new Predictions<double>([0, 1], withNaN);
        Matrix<double> features = Matrix<double>.Build.Dense(4, 2);
        Action tooLarge = () => _ = new Predictions<double>([0], Matrix<double>.Build.Dense(2, 1, 1.5));
        Action single = () => _ = new Predictions<double>([0, 1], Matrix<double>.Build.Dense(1, 2));
        Action values = () => _ = new Predictions<double>(
            Dataset<double>.FromMatrix(features, features), Matrix<double>.Build.Dense(4, 2));
        Action rows = () => _ = new Predictions<double>(
            Dataset<double>.FromMatrix(features, [0, 1], classCount: 3), Matrix<double>.Build.Dense(2, 3));
        Action missing = () => _ = new Predictions<double>([0], null!);
        Action negative = () => s_predictions.FindMostConfidentMistakes(-1);

        number.Should().Throw<ArgumentException>().WithMessage("*3 x 5, but there were 2 labels.*");
        label.Should().Throw<ArgumentException>().WithMessage("Labels must be between 0 and 2, but sample 2 has label 3.*");
        noNumber.Should().Throw<ArgumentException>().WithMessage("Probabilities must be numbers from 0 to 1, but sample 1 has NaN.*");
        tooLarge.Should().Throw<ArgumentException>().WithMessage("*but sample 0 has 1.5.*");
        single.Should().Throw<ArgumentException>().WithMessage("*at least two classes*1 x 2*BinaryMetrics.*");
        values.Should().Throw<ArgumentException>().WithMessage("*class labels*values: use RegressionMetrics*");
        rows.Should().Throw<ArgumentException>()
            .WithMessage("The probabilities must be 3 x 2, a column per sample, but were 2 x 3.*transpose.*");
        missing.Should().Throw<ArgumentNullException>().WithParameterName("probabilities");
        negative.Should().Throw<ArgumentOutOfRangeException>().WithParameterName("count");
    }

    [Fact]
    public void Constructor_DataSetWithWeights_CountsSamplesByThemAndHasThePlainNumbersBeside()
    {
        int[] labels = [1, 2, 1, 2, 2];
        double[] weights = [1, 2, 0, 3, 1];
        Matrix<double> probabilities = Matrix<double>.Build.DenseOfArray(s_probabilities);
        int[] repeated = [0, 1, 1, 3, 3, 3, 4];
        Dataset<double> set = Dataset<double>.FromMatrix(Matrix<double>.Build.Dense(2, 5), labels, classCount: 3).WithWeights(weights);

        var weighted = new Predictions<double>(set, probabilities);
        var expected = new Predictions<double>(
            [.. repeated.Select(i => labels[i])], Matrix<double>.Build.DenseOfColumnVectors(repeated.Select(probabilities.Column)));

        double[] Numbers(Predictions<double> predictions) =>
        [
            predictions.ComputeLogLoss(), predictions.ComputeTopKAccuracy(2), predictions.ComputeCalibration().ExpectedError,
            predictions.Confusion.Accuracy, predictions.Confusion.BalancedAccuracy, predictions.Confusion.MatthewsCorrelation,
            predictions.Confusion.ComputeMacroAverage().F1, predictions.Confusion.ComputeWeightedAverage().Precision,
        ];
        Numbers(weighted).Should().Equal(Numbers(expected), (left, right) => Math.Abs(left - right) < 1e-14);
        Numbers(weighted.Unweighted!).Should().Equal(Numbers(s_predictions));
        weighted.Unweighted!.Unweighted.Should().BeNull();
        s_predictions.Unweighted.Should().BeNull();
        weighted.Confusion[2, 0].Should().Be(3);
    }

    [Fact]
    public void ComputeLogLoss_Samples_IsTheMeanOfTheLogarithms()
    {
        double[] own = [0.7, 0.3, 0.25, 0.0, 0.4];

        // The probability of 0 counts as 2⁻⁵².
        s_predictions.ComputeLogLoss().Should().BeApproximately(
            (own.Where(p => p > 0).Sum(p => -Math.Log(p)) + (52 * Math.Log(2))) / 5, 1e-14);
    }

    [Fact]
    public void ComputeCalibration_Samples_ComparesConfidenceWithAccuracy()
    {
        // One correct with 0.7, and wrong with 0.5 twice, 0.9 and 0.4.
        CalibrationCurve curve = s_predictions.ComputeCalibration(binCount: 2);

        curve.Bins.Should().HaveCount(2);
        curve.Bins[0].MeanProbability.Should().BeApproximately(1.4 / 3, 1e-15);
        curve.Bins[0].YesFraction.Should().Be(0);
        curve.Bins[1].MeanProbability.Should().BeApproximately(0.8, 1e-15);
        curve.Bins[1].YesFraction.Should().Be(0.5);
        curve.ExpectedError.Should().BeApproximately((0.6 * 1.4 / 3) + (0.4 * 0.3), 1e-15);
    }
}
