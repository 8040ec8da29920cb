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
    public void TopKAccuracy_Classes_IsTheShareAmongTheMostProbable(int k, double expected) =>
        s_predictions.TopKAccuracy(k).Should().Be(expected);

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public void TopKAccuracy_NotANumberOfClasses_Throws(int k)
    {
        Action evaluate = () => s_predictions.TopKAccuracy(k);

        evaluate.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*between 1 and 3.*");
    }

    [Fact]
    public void MostConfidentMistakes_Samples_AreThoseByFallingConfidence()
    {
        s_predictions.MostConfidentMistakes(10).Should().Equal(3, 1, 2, 4);
        s_predictions.MostConfidentMistakes(2).Should().Equal(3, 1);
        s_predictions.MostConfidentMistakes(0).Should().BeEmpty();
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
        predictions.TopKAccuracy(1).Should().Be(predictions.Confusion.Accuracy);
        predictions.TopKAccuracy(6).Should().Be(1);
        predictions.TopKAccuracy(3).Should().BeInRange(predictions.TopKAccuracy(2), predictions.TopKAccuracy(4));
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
        Action negative = () => s_predictions.MostConfidentMistakes(-1);

        number.Should().Throw<ArgumentException>().WithMessage("*3 x 5, but there were 2 labels.*");
        label.Should().Throw<ArgumentException>().WithMessage("Labels must be between 0 and 2, but sample 2 has label 3.*");
        noNumber.Should().Throw<ArgumentException>().WithMessage("Probabilities must be numbers, but sample 1 has NaN.*");
        missing.Should().Throw<ArgumentNullException>().WithParameterName("probabilities");
        negative.Should().Throw<ArgumentOutOfRangeException>().WithParameterName("count");
    }
}
