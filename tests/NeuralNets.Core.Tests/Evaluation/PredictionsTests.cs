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
        Action missing = () => _ = new Predictions<double>([0], null!);
        Action negative = () => s_predictions.FindMostConfidentMistakes(-1);

        number.Should().Throw<ArgumentException>().WithMessage("*3 x 5, but there were 2 labels.*");
        label.Should().Throw<ArgumentException>().WithMessage("Labels must be between 0 and 2, but sample 2 has label 3.*");
        noNumber.Should().Throw<ArgumentException>().WithMessage("Probabilities must be numbers, but sample 1 has NaN.*");
        missing.Should().Throw<ArgumentNullException>().WithParameterName("probabilities");
        negative.Should().Throw<ArgumentOutOfRangeException>().WithParameterName("count");
    }
}
