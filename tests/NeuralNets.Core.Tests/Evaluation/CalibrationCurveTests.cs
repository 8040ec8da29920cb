using FsCheck;
using FsCheck.Fluent;
using NeuralNets.Core.Evaluation;

namespace NeuralNets.Core.Tests.Evaluation;

public sealed class CalibrationCurveTests
{
    [Fact]
    public void Of_SamplesInTwoBins_IsWhatIsCountedByHand()
    {
        // Of two bins, the first has 0, 0.25 and the edge 0.5, the second 0.75.
        CalibrationCurve curve = CalibrationCurve.Of<double>([0, 1, 1, 1], [0, 0.25, 0.5, 0.75], binCount: 2);

        curve.Bins.Should().Equal(new CalibrationBin(0.25, 2.0 / 3, 3, 0.75), new CalibrationBin(0.75, 1, 1, 0.25));
        curve.ExpectedError.Should().BeApproximately((0.75 * ((2.0 / 3) - 0.25)) + (0.25 * 0.25), 1e-15);
    }

    [Fact]
    public void Of_Weights_CountsSamplesByThem()
    {
        CalibrationCurve curve = CalibrationCurve.Of<float>([0, 1, 1, 0], [0.25f, 0.25f, 0.75f, 0.5f], [3, 1, 4, 0], binCount: 2);

        curve.Bins.Should().Equal(new CalibrationBin(0.25, 0.25, 2, 0.5), new CalibrationBin(0.75, 1, 1, 0.5));
        curve.ExpectedError.Should().Be(0.125);
    }

    [Fact]
    public void Of_AnyProbabilities_PutsEachIntoTheBinWhoseEdgesAreAroundIt() =>
        Prop.ForAll(ArbMap.Default.ArbFor<(byte Bins, ushort Numerator)>(), given =>
        {
            // Multiples of 1/n, which may round to either side of an edge: edges are those of scikit-learn, i·(1/n).
            int bins = given.Bins + 1;
            double width = 1.0 / bins;
            double probability = Math.Min(1, given.Numerator % (bins + 1) * width);
            int expected = Enumerable.Range(0, bins - 1).Count(i => probability > (i + 1) * width);
            double[] others = [.. Enumerable.Range(0, bins).Select(i => (i + 0.5) * width)];
            CalibrationCurve curve = CalibrationCurve.Of<double>(
                [.. others.Select(_ => 0), 1], [.. others, probability], binCount: bins);
            return curve.Bins.Count == bins && curve.Bins[expected].SampleCount == 2 && curve.Bins.Sum(bin => bin.SampleCount) == bins + 1;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Fact]
    public void Of_ManyBins_TakesMemoryForItsSamplesOnly()
    {
        CalibrationCurve curve = CalibrationCurve.Of<double>([0, 1, 1], [0, 0.3, 1], binCount: int.MaxValue);

        curve.Bins.Select(bin => bin.MeanProbability).Should().Equal(0, 0.3, 1);
        curve.ExpectedError.Should().BeApproximately(0.7 / 3, 1e-15);
    }

    [Fact]
    public void Of_BadArguments_SaysWhere()
    {
        Action above = () => CalibrationCurve.Of<double>([0, 1], [0.5, 1.5]);
        Action noNumber = () => CalibrationCurve.Of<float>([0, 1], [float.NaN, 0.5f]);
        Action bins = () => CalibrationCurve.Of<double>([0], [0.5], binCount: 0);
        Action none = () => CalibrationCurve.Of<double>([], []);

        above.Should().Throw<ArgumentException>()
            .WithMessage("Probabilities must be numbers from 0 to 1, but that of sample 1 is 1.5.*");
        noNumber.Should().Throw<ArgumentException>().WithMessage("*that of sample 0 is NaN.*");
        bins.Should().Throw<ArgumentOutOfRangeException>().WithParameterName("binCount");
        none.Should().Throw<ArgumentException>().WithMessage("*at least one*");
    }

    [Fact]
    public void ToString_AnyCulture_HasPoints()
    {
        using var culture = new DecimalComma();

        CalibrationCurve.Of<double>([0, 1], [0.25, 0.75]).ToString()
            .Should().Be("expected calibration error 0.2500, 2 bins with samples");
    }
}
