using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Data;
using NeuralNets.Core.Kernels;
using NeuralNets.Core.Losses;

namespace NeuralNets.Core.Tests.Losses;

[Collection(SimdWidthCollection.Name)]
public abstract class CrossEntropyLossTests<T>
    where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
{
    private static readonly CrossEntropyLoss<T> s_loss = new();

    private static double Epsilon => typeof(T) == typeof(float) ? 1.1920928955078125e-7 : 2.220446049250313e-16;

    [Fact]
    public void Evaluate_ProbabilitiesByHand_IsTheSumOfTheirLogarithms()
    {
        // The columns have the probabilities (1/4, 3/4) and (1/2, 1/2).
        Cost cost = s_loss.Evaluate(Logits(2, 0, Math.Log(3), 5, 5), [1, 0]);

        cost.Sum.Should().BeApproximately(Math.Log(4.0 / 3) + Math.Log(2), 4 * Epsilon);
        cost.SampleCount.Should().Be(2);
        cost.Mean.Should().Be(cost.Sum / 2);
    }

    [Fact]
    public void ComputeGradient_ProbabilitiesByHand_IsPMinusY()
    {
        Matrix<T> gradient = new CrossEntropyLoss<T>().ComputeGradient(Logits(2, 0, Math.Log(3), 5, 5), [1, 0]);

        gradient.RowCount.Should().Be(2);
        gradient.ColumnCount.Should().Be(2);
        Require(gradient, 4 * Epsilon, 0.25, -0.25, -0.5, 0.5);
    }

    [Fact]
    public void Evaluate_RandomLogits_IsMinusLogOfTheSoftmaxInDouble()
    {
        const int Classes = 10;
        const int Samples = 50;
        T[] logits = RandomValues.Create<T>(1, Classes * Samples, limit: 6);
        int[] labels = [.. Enumerable.Range(0, Samples).Select(j => (j * 7) % Classes)];

        double sum = 0;
        for (int j = 0; j < Samples; j++)
        {
            double[] z = [.. logits.Skip(j * Classes).Take(Classes).Select(double.CreateChecked)];
            sum -= Math.Log(Math.Exp(z[labels[j]]) / z.Sum(Math.Exp));
        }

        // Each cost has the rounding errors of a sum of ten exponentials.
        Cost cost = s_loss.Evaluate(Matrix<T>.Build.Dense(Classes, Samples, logits), labels);
        cost.Sum.Should().BeApproximately(sum, 20 * Epsilon * Samples);
    }

    [Fact]
    public void Evaluate_ProbabilityThatUnderflows_IsFinite()
    {
        s_loss.Evaluate(Logits(2, 1000, -1000), [1]).Sum.Should().Be(2000);
        s_loss.Evaluate(Logits(2, 1000, -1000), [0]).Sum.Should().Be(0);
        s_loss.Evaluate(Logits(2, 1e30, -1e30), [1]).Sum.Should().BeApproximately(2e30, 1e24);
        s_loss.Evaluate(Logits(3, 90, 2, -2), [2]).Sum.Should().BeApproximately(92, 4 * Epsilon);

        Require(new CrossEntropyLoss<T>().ComputeGradient(Logits(2, 1000, -1000), [1]), 0, 1, -1);
    }

    [Fact]
    public void Evaluate_VeryDifferentColumns_EachTakesItsOwnMaximum()
    {
        Cost cost = s_loss.Evaluate(Logits(2, 1000, 1000, -1000, -1000, 0, 0), [0, 1, 0]);

        cost.Sum.Should().BeApproximately(3 * Math.Log(2), 4 * Epsilon);
    }

    [Fact]
    public void Evaluate_Offset_IsAddedToTheProbabilityInsideTheLogarithm()
    {
        var loss = new CrossEntropyLoss<T>(1e-9);

        loss.Offset.Should().Be(1e-9);
        loss.Evaluate(Logits(2, 0, Math.Log(3)), [0]).Sum.Should().BeApproximately(-Math.Log(0.25 + 1e-9), 4 * Epsilon);
        loss.Evaluate(Logits(2, 1000, -1000), [1]).Sum.Should().BeApproximately(-Math.Log(1e-9), 1e-14);

        // The offset is added in double in a float network, too: 1 + 1e-9 is not 1.
        loss.Evaluate(Logits(2, 1000, -1000), [0]).Sum.Should().BeApproximately(-Math.Log(1 + 1e-9), 1e-15).And.BeLessThan(0);
    }

    [Fact]
    public void ComputeGradient_AnyLogits_IsTheSoftmaxMinusOneHotAndLeavesTheLogitsAlone()
    {
        Matrix<T> logits = Matrix<T>.Build.Dense(4, 3, RandomValues.Create<T>(3, 12, limit: 3));
        Matrix<T> before = logits.Clone();
        int[] labels = [2, 0, 3];

        new CrossEntropyLoss<T>().ComputeGradient(logits, labels)
            .Should().Be(new Softmax<T>().Evaluate(logits) - OneHot.Encode<T>(labels, 4));
        s_loss.Evaluate(logits, labels);

        logits.Should().Be(before);
    }

    [Fact]
    public void Evaluate_EveryWidth_HasTheSameBits()
    {
        Matrix<T> logits = Matrix<T>.Build.Dense(10, 37, RandomValues.Create<T>(4, 370, limit: 9));
        int[] labels = [.. Enumerable.Range(0, 37).Select(j => j % 10)];
        Cost cost = s_loss.Evaluate(logits, labels);
        Matrix<T> gradient = new CrossEntropyLoss<T>().ComputeGradient(logits, labels);

        foreach (SimdWidth width in Enum.GetValues<SimdWidth>())
        {
            using IDisposable forced = Simd.Force(width);
            s_loss.Evaluate(logits, labels).Should().Be(cost);
            new CrossEntropyLoss<T>().ComputeGradient(logits, labels).Should().Be(gradient);
        }
    }

    [Fact]
    public void Evaluate_NoSamples_IsZero()
    {
        s_loss.Evaluate(Matrix<T>.Build.Dense(3, 0), ReadOnlySpan<int>.Empty).Should().Be(new Cost(0, 0));
        new CrossEntropyLoss<T>().ComputeGradient(Matrix<T>.Build.Dense(3, 0), ReadOnlySpan<int>.Empty).ColumnCount.Should().Be(0);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(-1)]
    public void Evaluate_LabelOutOfRange_NamesSampleAndLabel(int label)
    {
        int[] labels = [0, label];
        Action evaluate = () => s_loss.Evaluate(Logits(2, 0, 0, 0, 0), labels);
        Action differentiate = () => new CrossEntropyLoss<T>().ComputeGradient(Logits(2, 0, 0, 0, 0), labels);

        string message = $"Labels must be between 0 and 1, but sample 1 has label {label}.*";
        evaluate.Should().Throw<ArgumentException>().WithParameterName("labels").WithMessage(message);
        differentiate.Should().Throw<ArgumentException>().WithParameterName("labels").WithMessage(message);
    }

    [Fact]
    public void Evaluate_OtherNumberOfLabels_SaysBoth()
    {
        Action evaluate = () => s_loss.Evaluate(Logits(2, 0, 0, 0, 0), [1, 0, 1]);

        evaluate.Should().Throw<ArgumentException>()
            .WithMessage("There must be one label per sample: the logits are 2 x 2, but there were 3 labels.*");
    }

    [Fact]
    public void Evaluate_OneClass_ThrowsArgumentOutOfRange()
    {
        Action evaluate = () => s_loss.Evaluate(Logits(1, 0, 0), [0, 0]);

        evaluate.Should().Throw<ArgumentOutOfRangeException>().WithParameterName("logits")
            .WithMessage("A softmax needs at least 2 classes*1*");
    }

    [Fact]
    public void Evaluate_Null_ThrowsArgumentNull()
    {
        Action logits = () => s_loss.Evaluate(null!, [0]);
        Action gradient = () => new CrossEntropyLoss<T>().ComputeGradient(null!, [0]);

        logits.Should().Throw<ArgumentNullException>().WithParameterName("logits");
        gradient.Should().Throw<ArgumentNullException>().WithParameterName("logits");
    }

    [Theory]
    [InlineData(-1e-9)]
    [InlineData(1.5)]
    [InlineData(double.NaN)]
    public void Constructor_OffsetOutside0To1_ThrowsArgumentOutOfRange(double offset)
    {
        Action create = () => _ = new CrossEntropyLoss<T>(offset);

        create.Should().Throw<ArgumentOutOfRangeException>().WithParameterName(nameof(offset))
            .WithMessage("The offset inside the logarithm must be between 0 and 1.*");
    }

    private static Matrix<T> Logits(int classes, params double[] values) =>
        Matrix<T>.Build.Dense(classes, values.Length / classes, [.. values.Select(T.CreateChecked)]);

    private static void Require(Matrix<T> actual, double tolerance, params double[] expected) =>
        actual.ToColumnMajorArray().Select(double.CreateChecked).Zip(expected)
            .Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) <= tolerance).And.HaveCount(expected.Length);
}

public sealed class CrossEntropyLossSingleTests : CrossEntropyLossTests<float>;

public sealed class CrossEntropyLossDoubleTests : CrossEntropyLossTests<double>
{
    [Theory]
    [InlineData(0)]
    [InlineData(1e-9)]
    public void ComputeGradient_RandomLogits_IsTheNumericalOneOfTheCost(double offset)
    {
        const double H = 1e-5;
        var loss = new CrossEntropyLoss<double>(offset);
        Matrix<double> logits = Matrix<double>.Build.Dense(5, 4, RandomValues.Create<double>(5, 20, limit: 2));
        int[] labels = [4, 0, 2, 2];

        Matrix<double> numerical = logits.MapIndexed((i, j, value) =>
        {
            Matrix<double> above = logits.Clone();
            Matrix<double> below = logits.Clone();
            above[i, j] = value + H;
            below[i, j] = value - H;
            return (loss.Evaluate(above, labels).Sum - loss.Evaluate(below, labels).Sum) / (above[i, j] - below[i, j]);
        });

        // The offset changes the cost by less than 1e-9/p, and the gradient not at all.
        Matrix<double> analytic = new CrossEntropyLoss<double>().ComputeGradient(logits, labels);
        (analytic - numerical).FrobeniusNorm().Should().BeLessThan(1e-7 * (analytic.FrobeniusNorm() + numerical.FrobeniusNorm()));
    }
}
