using FsCheck;
using FsCheck.Fluent;
using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Data;
using NeuralNets.Core.Evaluation;

namespace NeuralNets.Core.Tests.Evaluation;

public sealed class RegressionMetricsTests
{
    [Fact]
    public void Of_FourValues_IsWhatIsComputedByHand()
    {
        // Errors −1, 1, 0, 4; the mean of the values is 3 and of the errors 1.
        RegressionMetrics metrics = RegressionMetrics.Of<double>([1, 2, 3, 6], [2, 1, 3, 2]);

        metrics.Average.Should().Be(new OutputMetrics
        {
            RSquared = 1 - (18.0 / 14),
            ExplainedVariance = 1 - ((4 + 0 + 1 + 9) / 14.0),
            MeanAbsoluteError = 1.5,
            MeanSquaredError = 4.5,
            RootMeanSquaredError = Math.Sqrt(4.5),
            MedianAbsoluteError = 1,
        });
        metrics.Outputs.Should().Equal(metrics.Average);
        metrics.Unweighted.Should().BeNull();
    }

    [Fact]
    public void Of_Matrices_TakesASampleForAColumn()
    {
        Matrix<float> actual = Matrix<float>.Build.DenseOfColumnArrays([1f, 10f], [2f, 30f], [3f, 20f]);
        Matrix<float> predicted = Matrix<float>.Build.DenseOfColumnArrays([1f, 11f], [2f, 31f], [3f, 21f]);

        RegressionMetrics metrics = RegressionMetrics.Of(actual, predicted);

        metrics.Outputs.Select(output => output.MeanAbsoluteError).Should().Equal(0, 1);
        metrics.Outputs.Select(output => output.RSquared).Should().Equal(1, 1 - (3.0 / 200));
        metrics.Outputs.Select(output => output.ExplainedVariance).Should().Equal(1, 1);
        metrics.Average.MeanAbsoluteError.Should().Be(0.5);
        metrics.Average.RSquared.Should().BeApproximately(1 - (1.5 / 200), 1e-15);
    }

    [Fact]
    public void Of_ValuesThatAreAllTheSame_IsRightWhateverTheirMeanRoundsTo()
    {
        // The mean of three times 0.1 is not 0.1: the variance must be 0 all the same.
        RegressionMetrics exact = RegressionMetrics.Of<double>([0.1, 0.1, 0.1], [0.1, 0.1, 0.1]);
        RegressionMetrics wrong = RegressionMetrics.Of<double>([0.1, 0.1, 0.1], [0.1, 0.1, 0.2]);

        exact.Average.RSquared.Should().Be(1);
        exact.Average.ExplainedVariance.Should().Be(1);
        wrong.Average.RSquared.Should().Be(0);
        wrong.Average.ExplainedVariance.Should().Be(0);
    }

    [Fact]
    public void Of_OneSample_HasNoRSquared()
    {
        RegressionMetrics metrics = RegressionMetrics.Of<double>([2], [5]);

        metrics.Average.RSquared.Should().BeNull();
        metrics.Average.MeanAbsoluteError.Should().Be(3);
        metrics.ToString().Should().Be("R² undefined, MAE 3, RMSE 3, median error 3, explained variance 1.0000");
    }

    [Fact]
    public void Of_WholeWeights_IsThatOfRepeatedSamples() =>
        Prop.ForAll(Samples().ToArbitrary(), given =>
        {
            RegressionMetrics weighted = Measure(given, sample => sample.Weight);
            (double, double, int)[] repeated = [.. given.SelectMany(sample => Enumerable.Repeat(sample, sample.Weight))];
            RegressionMetrics plain = Measure(given, _ => 1);
            return Same(weighted, RegressionMetrics.Of<double>(
                    repeated.Select(sample => sample.Item1).ToArray(), repeated.Select(sample => sample.Item2).ToArray()), 1e-12)
                && Same(weighted, Measure(given, sample => 2 * sample.Weight), 0)
                && Same(weighted.Unweighted!, plain, 0)
                && Same(plain.Unweighted!, plain, 0);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void MedianAbsoluteError_AnyErrors_IsTheMedian() =>
        Prop.ForAll(Samples().ToArbitrary(), given =>
        {
            double[] errors = [.. given.Select(sample => Math.Abs(sample.Actual - sample.Predicted)).Order()];
            double expected = (errors[(errors.Length - 1) / 2] + errors[errors.Length / 2]) / 2;
            return Measure(given, _ => 1).Average.MedianAbsoluteError == expected;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void Of_DataSet_TakesItsValuesAndWeights()
    {
        Matrix<double> targets = Matrix<double>.Build.Dense(3, 7, RandomValues.Create<double>(1, 21));
        Matrix<double> predicted = Matrix<double>.Build.Dense(3, 7, RandomValues.Create<double>(2, 21));
        double[] weights = [1, 2, 0, 3, 1, 0.5, 1];
        Dataset<double> set = Dataset<double>.FromMatrix(Matrix<double>.Build.Dense(2, 7, 0.5), targets);

        Same(RegressionMetrics.Of(set, predicted), RegressionMetrics.Of(targets, predicted), 0).Should().BeTrue();
        RegressionMetrics weighted = RegressionMetrics.Of(set.WithWeights(weights), predicted);
        Same(weighted, RegressionMetrics.Of(targets, predicted, weights), 0).Should().BeTrue();
        Same(weighted.Unweighted!, RegressionMetrics.Of(set, predicted), 0).Should().BeTrue();
    }

    [Fact]
    public void Of_BadArguments_SaysWhere()
    {
        Matrix<double> actual = Matrix<double>.Build.Dense(2, 3, 0.5);
        Matrix<double> predicted = Matrix<double>.Build.Dense(2, 3, 0.5);
        predicted[1, 2] = double.NaN;
        Dataset<double> labels = Dataset<double>.FromMatrix(actual, [0, 1, 1], classCount: 2);
        Dataset<double> values = Dataset<double>.FromMatrix(actual, actual);
        Action noNumber = () => RegressionMetrics.Of(actual, predicted);
        Action shape = () => RegressionMetrics.Of(actual, predicted.Transpose());
        Action none = () => RegressionMetrics.Of<double>([], []);
        Action count = () => RegressionMetrics.Of<double>([1], [1, 2]);
        Action infinite = () => RegressionMetrics.Of<float>([1, float.NegativeInfinity], [1, 2]);

        noNumber.Should().Throw<ArgumentException>()
            .WithMessage("Predicted values must be finite, but that of sample 2 for output 1 is NaN.*");
        shape.Should().Throw<ArgumentException>().WithMessage("*2 x 3 and the predicted 3 x 2.*");
        none.Should().Throw<ArgumentException>().WithMessage("*at least one, but there were 0 actual and 0 predicted.*");
        count.Should().Throw<ArgumentException>().WithMessage("*1 actual and 2 predicted.*");
        infinite.Should().Throw<ArgumentException>()
            .WithMessage("Actual values must be finite, but that of sample 1 is -Infinity.*");
        labels.Invoking(set => RegressionMetrics.Of(set, actual)).Should().Throw<ArgumentException>()
            .WithMessage("*their targets are class labels*BinaryMetrics.*");
        values.Invoking(set => RegressionMetrics.Of(set, actual.Transpose())).Should().Throw<ArgumentException>()
            .WithMessage("The predicted values must be 2 x 3, a column per sample, but were 3 x 2. A sample is a column*");
        values.Invoking(set => RegressionMetrics.Of(set, null!)).Should().Throw<ArgumentNullException>().WithParameterName("predicted");
    }

    [Fact]
    public void ToString_AnyCulture_HasPoints()
    {
        using var culture = new DecimalComma();

        RegressionMetrics.Of<double>([1, 2, 3, 6], [2, 1, 3, 2]).ToString()
            .Should().Be("R² -0.2857, MAE 1.5, RMSE 2.121, median error 1, explained variance 0.0000");
    }

    /// <summary>At least two samples, at least one of which counts.</summary>
    private static Gen<(double Actual, double Predicted, int Weight)[]> Samples() =>
        from rest in (
            from actual in Gen.Choose(-9, 9)
            from predicted in Gen.Choose(-9, 9)
            from weight in Gen.Choose(0, 3)
            select (actual / 4.0, predicted / 4.0, weight)).ArrayOf()
        select ((double, double, int)[])[(0.25, 1.5, 2), .. rest, (0.75, 1.5, 1)];

    private static RegressionMetrics Measure(
        (double Actual, double Predicted, int Weight)[] samples, Func<(double Actual, double Predicted, int Weight), double> weight) =>
        RegressionMetrics.Of<double>(
            samples.Select(sample => sample.Actual).ToArray(),
            samples.Select(sample => sample.Predicted).ToArray(),
            samples.Select(weight).ToArray());

    private static bool Same(RegressionMetrics left, RegressionMetrics right, double tolerance)
    {
        double[] Numbers(RegressionMetrics metrics) => [.. metrics.Outputs.Append(metrics.Average).SelectMany(output => new[]
        {
            output.RSquared!.Value, output.ExplainedVariance, output.MeanAbsoluteError, output.MeanSquaredError,
            output.RootMeanSquaredError, output.MedianAbsoluteError,
        })];
        return Numbers(left).Zip(Numbers(right)).All(pair =>
            Math.Abs(pair.First - pair.Second) <= tolerance * Math.Max(1, Math.Abs(pair.First)));
    }
}
