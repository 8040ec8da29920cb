using FsCheck;
using FsCheck.Fluent;
using NeuralNets.Core.Initialization;

namespace NeuralNets.Core.Tests.Initialization;

public class NormalQuantileTests
{
    /// <summary>The largest relative error allowed: 4 ulp of a number just above a power of two.</summary>
    private const double Tolerance = 4 * 2.220446049250313e-16;

    /// <summary>
    /// Probabilities and their quantiles, computed with mpmath in 60 digits for the exact value of the double: both tails,
    /// the edges of the branches (0.075, 0.925 and exp(−25) and their neighbours) and the middle.
    /// </summary>
    public static TheoryData<double, double> References => new()
    {
        { 1.1102230246251565e-16, -8.209536151601387 },
        { 2.220446049250313e-16, -8.125890664701906 },
        { 3.3306690738754696e-16, -8.076571004130125 },
        { 1e-15, -7.941345326170997 },
        { 1e-14, -7.650628092935269 },
        { 1e-13, -7.348796102800677 },
        { 1.388794386496402e-11, -6.657904643501103 },
        { 1.3887943864964021e-11, -6.657904643501103 },
        { 1.3887943864964023e-11, -6.657904643501103 },
        { 1.5e-11, -6.646570887477113 },
        { 1e-10, -6.361340902404057 },
        { 1e-08, -5.612001244174789 },
        { 1e-06, -4.753424308822899 },
        { 0.0001, -3.7190164854556804 },
        { 0.001, -3.0902323061678136 },
        { 0.01, -2.326347874040841 },
        { 0.02425, -1.972961051311885 },
        { 0.05, -1.6448536269514726 },
        { 0.07499999999999998, -1.4395314709384561 },
        { 0.075, -1.439531470938456 },
        { 0.07500000000000001, -1.439531470938456 },
        { 0.0750001, -1.4395307645017297 },
        { 0.1, -1.2815515655446004 },
        { 0.2, -0.8416212335729142 },
        { 0.25, -0.6744897501960817 },
        { 0.3, -0.5244005127080408 },
        { 0.4, -0.2533471031357997 },
        { 0.45, -0.12566134685507402 },
        { 0.49, -0.025068908258711057 },
        { 0.499, -0.002506630899571766 },
        { 0.4999, -0.00025066283008800747 },
        { 0.499999999, -2.5066283428845328e-09 },
        { 0.49999999999999994, -1.3914582123358836e-16 },
        { 0.5000000000000001, 2.782916424671767e-16 },
        { 0.50000001, 2.5066282872262043e-08 },
        { 0.6, 0.2533471031357997 },
        { 0.75, 0.6744897501960817 },
        { 0.9, 1.2815515655446006 },
        { 0.9249999999999999, 1.4395314709384555 },
        { 0.925, 1.4395314709384561 },
        { 0.9250000000000002, 1.439531470938457 },
        { 0.95, 1.6448536269514722 },
        { 0.975, 1.9599639845400538 },
        { 0.99, 2.3263478740408408 },
        { 0.999, 3.090232306167813 },
        { 0.99999, 4.264890793923841 },
        { 0.9999999999, 6.361340889697422 },
        { 0.9999999999854481, 6.651035379893011 },
        { 0.9999999999990905, 7.047700256664409 },
        { 0.9999999999999999, 8.209536151601387 },
    };

    [Theory]
    [MemberData(nameof(References))]
    public void Evaluate_ReferenceProbability_IsWithinFourUlp(double probability, double quantile)
    {
        NormalQuantile.Evaluate(probability).Should().BeApproximately(quantile, Tolerance * Math.Abs(quantile));
    }

    [Fact]
    public void Evaluate_Half_IsZero() => NormalQuantile.Evaluate(0.5).Should().Be(0);

    [Fact]
    public void Evaluate_Complement_IsExactlyTheNegative()
    {
        // For p a multiple of 2⁻⁵³, as Uniform gives them, 1 − p is exact.
        Prop.ForAll(ArbMap.Default.ArbFor<ulong>(), bits =>
        {
            double probability = ((bits >> 12) + 0.5) * (1.0 / (1L << 52));
            return NormalQuantile.Evaluate(1 - probability) == -NormalQuantile.Evaluate(probability);
        }).QuickCheckThrowOnFailure();

        NormalQuantile.Evaluate(1 - 1.1102230246251565e-16).Should().Be(-NormalQuantile.Evaluate(1.1102230246251565e-16));
    }

    [Fact]
    public void Evaluate_GrowingProbability_Grows()
    {
        double previous = double.NegativeInfinity;
        for (int i = 1; i < 100_000; i++)
        {
            double quantile = NormalQuantile.Evaluate(i / 100_000.0);
            quantile.Should().BeGreaterThan(previous);
            previous = quantile;
        }
    }
}
