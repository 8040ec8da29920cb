using System.Numerics;
using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Data;
using NeuralNets.Core.Kernels;
using NeuralNets.Core.Losses;

namespace NeuralNets.Core.Tests.Losses;

/// <summary>What every loss computes from logits: by textbook formulas, at every size and width, and where logits are extreme.</summary>
[Collection(SimdWidthCollection.Name)]
public abstract class LossTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static TheoryData<string> Names => [.. LossCase.Names];

    private static double Epsilon => typeof(T) == typeof(float) ? 1.1920928955078125e-7 : 2.220446049250313e-16;

    /// <summary>The costs are sums of a few terms in double, but in float those of softmax have the rounding of its sum of exponentials;
    /// a derivative has that of a few operations in T, of numbers below 4.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Evaluate_AnySampleCount_IsTheFormulaAndItsDerivative(string name)
    {
        int outputs = LossCase.OutputCount(name);
        foreach (int samples in (int[])[0, 1, 2, 63, 64, 65, 85, 86, 255, 256, 257])
        {
            T[] z = RandomValues.Create<T>(samples, outputs * samples, limit: 3);
            Targets<T> targets = TargetsOf(name, samples);
            T[] derivatives = new T[z.Length];
            double[] costs = new double[samples];

            LossCase.Loss<T>(name).Evaluate(z, targets.Batch(0, samples), derivatives, costs);

            for (int j = 0; j < samples; j++)
            {
                double[] column = [.. z.Skip(j * outputs).Take(outputs).Select(double.CreateChecked)];
                costs[j].Should().BeApproximately(
                    LossCase.Cost(name, column, targets, j), 30 * Epsilon, $"{name}, sample {j} of {samples}");
                for (int i = 0; i < outputs; i++)
                {
                    const double H = 1e-5;
                    double CostAt(double h) => LossCase.Cost(name, [.. column.Select((x, row) => row == i ? x + h : x)], targets, j);
                    double slope = (CostAt(H) - CostAt(-H)) / (2 * H);
                    double.CreateChecked(derivatives[(j * outputs) + i]).Should().BeApproximately(slope, 1e-9 + (20 * Epsilon));
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Evaluate_AnyWidthAndCut_GivesTheSameBits(string name)
    {
        const int Samples = 101;
        int outputs = LossCase.OutputCount(name);
        T[] z = RandomValues.Create<T>(4, outputs * Samples, limit: 9);
        Targets<T> targets = TargetsOf(name, Samples);
        ILoss<T> loss = LossCase.Loss<T>(name);
        T[] expected = new T[z.Length];
        double[] expectedCosts = new double[Samples];
        loss.Evaluate(z, targets.Batch(0, Samples), expected, expectedCosts);

        foreach (SimdWidth width in Enum.GetValues<SimdWidth>())
        {
            using IDisposable forced = Simd.Force(width);
            foreach (int cut in (int[])[1, 7, Samples])
            {
                T[] derivatives = new T[z.Length];
                double[] costs = new double[Samples];
                for (int start = 0; start < Samples; start += cut)
                {
                    int count = Math.Min(cut, Samples - start);
                    loss.Evaluate(
                        z.AsSpan(start * outputs, count * outputs),
                        targets.Batch(start, count),
                        derivatives.AsSpan(start * outputs, count * outputs),
                        costs.AsSpan(start, count));
                }

                RandomValues.Bits<T>(derivatives).Should().Equal(RandomValues.Bits<T>(expected), $"{width}, {cut} samples at a time");
                costs.Should().Equal(expectedCosts);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Evaluate_NaN_ReachesTheCostAndTheDerivative(string name)
    {
        int outputs = LossCase.OutputCount(name);
        T[] z = RandomValues.Create<T>(1, 5 * outputs);
        z[3 * outputs] = T.NaN;
        T[] derivatives = new T[z.Length];
        double[] costs = new double[5];

        LossCase.Loss<T>(name).Evaluate(z, TargetsOf(name, 5).Batch(0, 5), derivatives, costs);

        costs.Select(double.IsNaN).Should().Equal(false, false, false, true, false);
        T.IsNaN(derivatives[3 * outputs]).Should().BeTrue();
        derivatives.Where((_, i) => i / outputs != 3).All(T.IsFinite).Should().BeTrue();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Evaluate_Infinity_MakesTheCostNotFinite(string name)
    {
        int outputs = LossCase.OutputCount(name);
        foreach (T infinity in (T[])[T.PositiveInfinity, T.NegativeInfinity])
        {
            double[] costs = new double[1];
            T[] z = [.. Enumerable.Repeat(infinity, outputs)];
            LossCase.Loss<T>(name).Evaluate(z, TargetsOf(name, 1).Batch(0, 1), new T[outputs], costs);
            if (LossCase.Output<T>(name) is not Sigmoid<T>)
            {
                costs[0].Should().Match(cost => !double.IsFinite(cost));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Evaluate_SteadyState_AllocatesNothing(string name)
    {
        const int Samples = 300;
        int outputs = LossCase.OutputCount(name);
        T[] z = RandomValues.Create<T>(1, Samples * outputs);
        Targets<T> targets = TargetsOf(name, Samples);
        ILoss<T> loss = LossCase.Loss<T>(name);
        T[] derivatives = new T[z.Length];
        double[] costs = new double[Samples];
        loss.Evaluate(z, targets.Batch(0, Samples), derivatives, costs);
        long before = GC.GetAllocatedBytesForCurrentThread();

        for (int i = 0; i < 10; i++)
        {
            loss.Evaluate(z, targets.Batch(0, Samples), derivatives, costs);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
    }

    [Fact]
    public void BinaryCrossEntropy_LogitsOfTenThousand_IsTheAsymptote()
    {
        // Value 1: ln(1 + e^−z); value 0: ln(1 + eᶻ). The mean of two outputs.
        CheckBinary([10_000, -10_000], [1, 0], 0, 0, 0);
        CheckBinary([10_000, -10_000], [0, 1], 10_000, 0.5, -0.5);
        CheckBinary([10_000, 10_000], [0.25, 0], 8750, 0.375, 0.5);
        CheckBinary([0, 0], [1, 0], Math.Log(2), -0.25, 0.25);
    }

    [Fact]
    public void BinaryCrossEntropy_ConfidentAndRight_KeepsItsRelativeAccuracy()
    {
        double[] costs = new double[1];
        T[] derivative = new T[1];

        new BinaryCrossEntropyLoss<T>().Evaluate([T.CreateChecked(-40)], new TargetBatch<T>([0]), derivative, costs);

        costs[0].Should().BeApproximately(4.248354255291589e-18, 1e-32, "that is ln(1 + e^−40), which 1 − σ rounds away");
        double.CreateChecked(derivative[0]).Should().BeApproximately(4.248354255291589e-18, 4e-18 * 4 * Epsilon);
    }

    [Fact]
    public void CrossEntropySmoothed_LogitsOfTenThousand_IsTheAsymptote()
    {
        double[] costs = new double[1];
        T[] derivatives = new T[2];

        new CrossEntropyLoss<T>(labelSmoothing: 0.5).Evaluate(
            [T.CreateChecked(10_000), T.CreateChecked(-10_000)], new TargetBatch<T>([0]), derivatives, costs);

        costs[0].Should().Be(0.25 * 20_000);
        derivatives.Select(double.CreateChecked).Should().Equal(0.25, -0.25);
    }

    [Fact]
    public void ErrorLosses_ByHand_AreMeansOverTheOutputs()
    {
        // Errors of 3, −0.5, 0 and 1e4.
        CheckErrors(new MeanSquaredErrorLoss<T>(), (9 + 0.25 + 1e8) / 4, 1.5, -0.25, 0, 5000);
        CheckErrors(new MeanAbsoluteErrorLoss<T>(), (3 + 0.5 + 1e4) / 4, 0.25, -0.25, 0, 0.25);
        CheckErrors(new HuberLoss<T>(2), ((2 * (3 - 1)) + 0.125 + (2 * (1e4 - 1))) / 4, 0.5, -0.125, 0, 0.5);
        new HuberLoss<T>().Delta.Should().Be(1);
    }

    [Fact]
    public void BinaryCrossEntropy_WeightsOfManyOutputs_EachCountsForItsOwn()
    {
        // More outputs than a block of the loss has room for, and several samples, so that a block begins at any output.
        const int Outputs = 300;
        const int Samples = 5;
        double[] weights = [.. Enumerable.Range(0, Outputs).Select(i => 1 + (i * 0.01))];
        T[] z = RandomValues.Create<T>(1, Outputs * Samples, limit: 3);
        T[] y = [.. RandomValues.Create<T>(2, Outputs * Samples).Select(T.Abs)];
        T[] derivatives = new T[z.Length];
        double[] costs = new double[Samples];

        var loss = new BinaryCrossEntropyLoss<T>(positiveWeights: weights);
        loss.Evaluate(z, new TargetBatch<T>(y, Samples), derivatives, costs);

        for (int j = 0; j < Samples; j++)
        {
            double sum = 0;
            for (int i = 0; i < Outputs; i++)
            {
                double x = double.CreateChecked(z[(j * Outputs) + i]);
                double t = double.CreateChecked(y[(j * Outputs) + i]);
                sum += (weights[i] * t * Math.Log(1 + Math.Exp(-x))) + ((1 - t) * Math.Log(1 + Math.Exp(x)));
                double sigmoid = 1 / (1 + Math.Exp(-x));
                double slope = ((1 - t) * sigmoid) - (weights[i] * t * (1 - sigmoid));
                double.CreateChecked(derivatives[(j * Outputs) + i]).Should().BeApproximately(slope / Outputs, 20 * Epsilon / Outputs);
            }

            costs[j].Should().BeApproximately(sum / Outputs, 1e-14);
        }

        loss.PositiveWeights.Should().Equal(weights);
    }

    [Fact]
    public void Arguments_Bad_AreRefused()
    {
        foreach (double smoothing in (double[])[-0.1, 1, double.NaN])
        {
            FluentActions.Invoking(() => new BinaryCrossEntropyLoss<T>(smoothing)).Should().Throw<ArgumentOutOfRangeException>()
                .WithMessage("*at least 0 and below 1*").WithParameterName("labelSmoothing");
            FluentActions.Invoking(() => new CrossEntropyLoss<T>(labelSmoothing: smoothing)).Should()
                .Throw<ArgumentOutOfRangeException>();
        }

        foreach (double delta in (double[])[0, -1, double.NaN, double.PositiveInfinity])
        {
            FluentActions.Invoking(() => new HuberLoss<T>(delta)).Should().Throw<ArgumentOutOfRangeException>()
                .WithMessage("*positive and finite*").WithParameterName("delta");
        }

        FluentActions.Invoking(() => new CrossEntropyLoss<T>(1e-9, 0.1)).Should().Throw<ArgumentException>()
            .WithMessage("*one of the two*");
        FluentActions.Invoking(() => new BinaryCrossEntropyLoss<T>(0, [])).Should().Throw<ArgumentException>();
        foreach (double weight in (double[])[0, -1, double.NaN, double.PositiveInfinity])
        {
            FluentActions.Invoking(() => new BinaryCrossEntropyLoss<T>(0, [1, weight])).Should().Throw<ArgumentException>()
                .WithMessage("*that of output 1*");
        }
    }

    [Fact]
    public void Evaluate_SpansThatDoNotFit_AreRefused()
    {
        ILoss<T>[] ofValues = [new MeanSquaredErrorLoss<T>(), new MeanAbsoluteErrorLoss<T>(), new HuberLoss<T>()];
        foreach (ILoss<T> loss in ofValues)
        {
            FluentActions.Invoking(() => loss.Evaluate(new T[2], new TargetBatch<T>([0, 1]), new T[2], new double[2]))
                .Should().Throw<ArgumentException>().WithMessage("*values, but the targets are class labels*CrossEntropyLoss*");
        }

        ofValues = [.. ofValues, new BinaryCrossEntropyLoss<T>()];
        foreach (ILoss<T> loss in ofValues)
        {
            FluentActions.Invoking(() => loss.Evaluate(new T[4], new TargetBatch<T>(new T[6], 2), new T[4], new double[2]))
                .Should().Throw<ArgumentException>();
            FluentActions.Invoking(() => loss.Evaluate(new T[4], new TargetBatch<T>(new T[4], 2), new T[3], new double[2]))
                .Should().Throw<ArgumentException>();
            FluentActions.Invoking(() => loss.Evaluate(new T[4], new TargetBatch<T>(new T[4], 2), new T[4], new double[4]))
                .Should().Throw<ArgumentException>();
        }

        FluentActions.Invoking(() => new BinaryCrossEntropyLoss<T>().Evaluate(
            new T[4], new TargetBatch<T>([0, 1]), new T[4], new double[2])).Should().Throw<ArgumentException>()
            .WithMessage("*one output, but there are 2*Softmax*");
        FluentActions.Invoking(() => new BinaryCrossEntropyLoss<T>().Evaluate(
            new T[2], new TargetBatch<T>([0, 1]), new T[1], new double[2])).Should().Throw<ArgumentException>();
    }

    private static void CheckBinary(double[] z, double[] y, double cost, params double[] expected)
    {
        double[] costs = new double[1];
        T[] derivatives = new T[z.Length];

        new BinaryCrossEntropyLoss<T>().Evaluate(
            [.. z.Select(T.CreateChecked)], new TargetBatch<T>([.. y.Select(T.CreateChecked)], 1), derivatives, costs);

        costs[0].Should().BeApproximately(cost, 4 * 2.3e-16 * cost);
        derivatives.Select(double.CreateChecked).Should().Equal(expected);
    }

    private static void CheckErrors(ILoss<T> loss, double cost, params double[] expected)
    {
        double[] costs = new double[1];
        T[] derivatives = new T[4];
        double[] z = [5, 0.5, -7, 1e4];

        loss.Evaluate(
            [.. z.Select(T.CreateChecked)],
            new TargetBatch<T>([T.CreateChecked(2), T.One, T.CreateChecked(-7), T.Zero], 1),
            derivatives,
            costs);

        costs[0].Should().Be(cost);
        derivatives.Select(double.CreateChecked).Should().Equal(expected);
    }

    private static Targets<T> TargetsOf(string name, int samples)
    {
        // A data set has at least one sample.
        Targets<T> targets = LossCase.Samples(name, Matrix<T>.Build.Dense(1, Math.Max(samples, 1))).Targets;
        return samples == 0 ? targets.Take(1) : targets;
    }
}

public sealed class LossSingleTests : LossTests<float>;

public sealed class LossDoubleTests : LossTests<double>;
