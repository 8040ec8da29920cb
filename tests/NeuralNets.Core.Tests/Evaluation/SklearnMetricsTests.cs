using System.Numerics;
using System.Text.Json;
using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Evaluation;

namespace NeuralNets.Core.Tests.Evaluation;

/// <summary>The measures are those of scikit-learn 1.2.1: make_sklearn_metrics.py wrote the numbers.</summary>
public sealed class SklearnMetricsTests
{
    private static readonly JsonElement s_cases = JsonDocument.Parse(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Evaluation", "sklearn-metrics.json"))).RootElement;

    public static TheoryData<string> Binary => Names("binary");

    public static TheoryData<string> Classes => Names("classes");

    public static TheoryData<string> MultiLabel => Names("multiLabel");

    public static TheoryData<string> Regression => Names("regression");

    [Theory]
    [MemberData(nameof(Binary))]
    public void BinaryMetrics_Case_IsWhatScikitLearnComputes(string name)
    {
        CheckBinary<double>(Case("binary", name));
        CheckBinary<float>(Case("binary", name));
    }

    [Theory]
    [MemberData(nameof(Classes))]
    public void Predictions_Case_IsWhatScikitLearnComputes(string name)
    {
        JsonElement expected = Case("classes", name);
        var predictions = new Predictions<double>(
            Labels(expected), Samples<double>(expected, "probabilities", "classCount"), Weights(expected));
        ConfusionMatrix confusion = predictions.Confusion;

        Check(predictions.ComputeLogLoss(), expected, "logLoss");
        Check(predictions.ComputeTopKAccuracy(2), expected, "topTwo");
        Check(predictions.ComputeTopKAccuracy(1), expected, "accuracy");
        Check(confusion.Accuracy, expected, "accuracy");
        Check(confusion.BalancedAccuracy, expected, "balancedAccuracy");
        Check(confusion.MatthewsCorrelation, expected, "matthews");
        Check(confusion.ComputeMacroAverage(), expected, "macro");
        Check(confusion.ComputeWeightedAverage(), expected, "weighted");
    }

    [Theory]
    [MemberData(nameof(MultiLabel))]
    public void MultiLabelMetrics_Case_IsWhatScikitLearnComputes(string name)
    {
        CheckMultiLabel<double>(Case("multiLabel", name));
        CheckMultiLabel<float>(Case("multiLabel", name));
    }

    [Theory]
    [MemberData(nameof(Regression))]
    public void RegressionMetrics_Case_IsWhatScikitLearnComputes(string name)
    {
        CheckRegression<double>(Case("regression", name));
        CheckRegression<float>(Case("regression", name));
    }

    private static void CheckBinary<T>(JsonElement expected)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int[] actual = Labels(expected);
        T[] probabilities = Numbers<T>(expected, "probabilities");
        double[] weights = Weights(expected);

        BinaryMetrics metrics = BinaryMetrics.Of<T>(actual, probabilities, weights);

        if (typeof(T) == typeof(double) || probabilities.All(p => p > T.Zero && p < T.One))
        {
            Check(metrics.LogLoss, expected, "logLoss"); // with 0 and 1, the epsilon of the element type counts
        }

        Check(metrics.BrierScore, expected, "brier");
        Check(metrics.Confusion.Accuracy, expected, "accuracy");
        Check(metrics.Confusion.BalancedAccuracy, expected, "balancedAccuracy");
        Check(metrics.Confusion.MatthewsCorrelation, expected, "matthews");
        Check(metrics.Yes.Precision, expected, "precision");
        Check(metrics.Yes.Recall, expected, "recall");
        Check(metrics.Yes.F1, expected, "f1");
        CheckIfThere(metrics.RocAuc, expected, "rocAuc");
        CheckIfThere(metrics.AveragePrecision, expected, "averagePrecision");
        if (expected.TryGetProperty("roc", out JsonElement roc))
        {
            IReadOnlyList<RocPoint> points = RocCurve.Of<T>(actual, probabilities, weights).Points;
            CheckAll(points.Select(point => point.FalsePositiveRate), Numbers<double>(roc, "fpr"));
            CheckAll(points.Select(point => point.TruePositiveRate), Numbers<double>(roc, "tpr"));
            points.Skip(1).Select(point => point.Threshold).Should().Equal(Numbers<double>(roc, "thresholds"));
            points[0].Threshold.Should().Be(double.PositiveInfinity);
        }

        if (expected.TryGetProperty("curve", out JsonElement curve))
        {
            PrecisionRecallPoint[] points = [.. PrecisionRecallCurve.Of<T>(actual, probabilities, weights).Points.Reverse()];
            CheckAll(points.Select(point => point.Precision), Numbers<double>(curve, "precision"));
            CheckAll(points.Select(point => point.Recall), Numbers<double>(curve, "recall"));
            points[..^1].Select(point => point.Threshold).Should().Equal(Numbers<double>(curve, "thresholds"));
        }

        if (expected.TryGetProperty("calibration", out JsonElement calibration))
        {
            IReadOnlyList<CalibrationBin> bins = CalibrationCurve.Of<T>(actual, probabilities).Bins;
            CheckAll(bins.Select(bin => bin.MeanProbability), Numbers<double>(calibration, "mean"));
            CheckAll(bins.Select(bin => bin.YesFraction), Numbers<double>(calibration, "yes"));
        }
    }

    private static void CheckMultiLabel<T>(JsonElement expected)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        MultiLabelMetrics metrics = MultiLabelMetrics.Of(
            Samples<T>(expected, "actual", "labelCount"), Samples<T>(expected, "probabilities", "labelCount"), Weights(expected));

        Check(metrics.MicroAverage, expected, "micro");
        Check(metrics.MacroAverage, expected, "macro");
        Check(metrics.WeightedAverage, expected, "weighted");
        Check(metrics.SubsetAccuracy, expected, "subsetAccuracy");
        Check(metrics.HammingLoss, expected, "hammingLoss");
        CheckAll(metrics.Labels.Select(label => label.Yes.F1), Numbers<double>(expected, "f1"));
        metrics.Labels[^1].RocAuc.Should().BeNull();
    }

    private static void CheckRegression<T>(JsonElement expected)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        RegressionMetrics metrics = RegressionMetrics.Of(
            Samples<T>(expected, "actual", "outputCount"), Samples<T>(expected, "predicted", "outputCount"), Weights(expected));

        void CheckMeasure(string key, Func<OutputMetrics, double> measure)
        {
            if (expected.TryGetProperty(key, out JsonElement numbers))
            {
                Check(measure(metrics.Average), numbers, "average");
                CheckAll(metrics.Outputs.Select(measure), Numbers<double>(numbers, "outputs"));
            }
        }

        CheckMeasure("rSquared", output => output.RSquared!.Value);
        CheckMeasure("explainedVariance", output => output.ExplainedVariance);
        CheckMeasure("meanAbsoluteError", output => output.MeanAbsoluteError);
        CheckMeasure("meanSquaredError", output => output.MeanSquaredError);
        CheckMeasure("rootMeanSquaredError", output => output.RootMeanSquaredError);
        CheckMeasure("medianAbsoluteError", output => output.MedianAbsoluteError);
    }

    private static TheoryData<string> Names(string kind) =>
        [.. s_cases.GetProperty(kind).EnumerateArray().Select(item => item.GetProperty("name").GetString()!)];

    private static JsonElement Case(string kind, string name) =>
        s_cases.GetProperty(kind).EnumerateArray().Single(item => item.GetProperty("name").GetString() == name);

    private static int[] Labels(JsonElement item) => [.. item.GetProperty("actual").EnumerateArray().Select(label => label.GetInt32())];

    private static T[] Numbers<T>(JsonElement item, string key)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        [.. item.GetProperty(key).EnumerateArray().Select(number => T.CreateChecked(number.GetDouble()))];

    /// <summary>The samples of the file, one after the other: the columns of a matrix.</summary>
    private static Matrix<T> Samples<T>(JsonElement item, string key, string rowsKey)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] numbers = Numbers<T>(item, key);
        int rows = item.GetProperty(rowsKey).GetInt32();
        return Matrix<T>.Build.Dense(rows, numbers.Length / rows, numbers);
    }

    private static double[] Weights(JsonElement item) =>
        item.GetProperty("weights").ValueKind == JsonValueKind.Null ? [] : Numbers<double>(item, "weights");

    private static void Check(ClassMetrics actual, JsonElement expected, string key) =>
        CheckAll([actual.Precision, actual.Recall, actual.F1], Numbers<double>(expected, key));

    private static void CheckIfThere(double? actual, JsonElement expected, string key)
    {
        if (expected.TryGetProperty(key, out _))
        {
            Check(actual!.Value, expected, key);
        }
        else
        {
            actual.Should().BeNull();
        }
    }

    private static void Check(double actual, JsonElement expected, string key) =>
        CheckAll([actual], [expected.GetProperty(key).GetDouble()]);

    private static void CheckAll(IEnumerable<double> actual, double[] expected)
    {
        double[] numbers = [.. actual];
        numbers.Should().HaveSameCount(expected);
        for (int i = 0; i < numbers.Length; i++)
        {
            // Sums of at most a few hundred terms in another order.
            numbers[i].Should().BeApproximately(expected[i], 1e-13 * Math.Max(1, Math.Abs(expected[i])));
        }
    }
}
