using FsCheck;
using FsCheck.Fluent;
using NeuralNets.Core.Initialization;

namespace NeuralNets.Core.Tests.Initialization;

public class RandomSequenceTests
{
    /// <summary>Values of an independent implementation in Python: stored networks depend on them.</summary>
    [Fact]
    public void Uniform_PinnedArguments_GivesPinnedNumbers()
    {
        var first = RandomSequence.ForWeights(1, 0);
        var second = RandomSequence.ForWeights(1, 1);

        new[] { first.Uniform(0), first.Uniform(1), first.Uniform(2), first.Uniform(3) }
            .Should().Equal(0.11725548097682259, 0.6616712818075016, 0.5899899595508532, 0.0037365667251997303);
        new[] { second.Uniform(0), second.Uniform(1) }.Should().Equal(0.3964275173777606, 0.33908162552612986);
    }

    /// <summary>Values of an independent implementation in Python: they are no network's of the same seed.</summary>
    [Fact]
    public void FromSeed_PinnedSeed_GivesPinnedNumbersOfNoOtherUse()
    {
        var random = RandomSequence.FromSeed(42);
        RandomSequence[] others =
            [RandomSequence.ForWeights(42, 0), RandomSequence.ForShuffle(42, 0), RandomSequence.ForSplit(42)];

        new[] { random.Uniform(0), random.Uniform(1), random.Uniform(2) }
            .Should().Equal(0.46858651833910503, 0.32706338120338485, 0.6583155272123095);
        others.Select(other => other.Uniform(0)).Should().NotContain(random.Uniform(0));
    }

    [Fact]
    public void Uniform_AnySeedLayerIndex_IsAnOddMultipleInsideTheOpenInterval()
    {
        Prop.ForAll(ArbMap.Default.ArbFor<(long Seed, int Layer, long Index)>(), draw =>
        {
            double u = RandomSequence.ForWeights(draw.Seed, draw.Layer).Uniform(draw.Index);
            double steps = u * (1L << 53);
            return u > 0 && u < 1 && steps == Math.Floor(steps) && steps % 2 == 1;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Uniform_ManyDraws_HasTheMomentsOfTheUniformDistribution()
    {
        double[] draws = Draws(RandomSequence.ForWeights(42, 3).Uniform);

        // Five standard errors of each moment about the middle.
        Moment(draws, 0.5, 1).Should().BeApproximately(0, 5 * Math.Sqrt(1 / 12.0 / draws.Length));
        Moment(draws, 0.5, 2).Should().BeApproximately(1 / 12.0, 5 * Math.Sqrt(1 / 180.0 / draws.Length));
        Moment(draws, 0.5, 3).Should().BeApproximately(0, 5 * Math.Sqrt(1 / 448.0 / draws.Length));
        draws.Min().Should().BeLessThan(1e-4);
        draws.Max().Should().BeGreaterThan(1 - 1e-4);
    }

    [Fact]
    public void Uniform_AdjacentIndicesLayersAndSeeds_AreUncorrelated()
    {
        double[] draws = Draws(RandomSequence.ForWeights(42, 3).Uniform);
        double error = 5 / 12.0 / Math.Sqrt(draws.Length);

        Covariance(draws[1..], draws[..^1]).Should().BeApproximately(0, error);
        Covariance(draws, Draws(RandomSequence.ForWeights(42, 4).Uniform)).Should().BeApproximately(0, error);
        Covariance(draws, Draws(RandomSequence.ForWeights(43, 3).Uniform)).Should().BeApproximately(0, error);
        Covariance(draws, Draws(RandomSequence.ForShuffle(42, 3).Uniform)).Should().BeApproximately(0, error);
    }

    [Fact]
    public void Normal_ManyDraws_HasTheMomentsOfTheNormalDistribution()
    {
        double[] draws = Draws(RandomSequence.ForWeights(42, 0).Normal);

        Moment(draws, 0, 1).Should().BeApproximately(0, 5 * Math.Sqrt(1.0 / draws.Length));
        Moment(draws, 0, 2).Should().BeApproximately(1, 5 * Math.Sqrt(2.0 / draws.Length));
        Moment(draws, 0, 3).Should().BeApproximately(0, 5 * Math.Sqrt(15.0 / draws.Length));
        Moment(draws, 0, 4).Should().BeApproximately(3, 5 * Math.Sqrt(96.0 / draws.Length));
        draws.Should().OnlyContain(draw => Math.Abs(draw) < 8.3);
    }

    [Fact]
    public void Normal_Index_IsTheQuantileOfTheUniformNumberThere()
    {
        var random = RandomSequence.ForWeights(5, 6);

        random.Normal(7).Should().Be(NormalQuantile.Evaluate(random.Uniform(7)));
    }

    [Fact]
    public void Below_AnyBound_IsInRange()
    {
        Prop.ForAll(ArbMap.Default.ArbFor<(PositiveInt Bound, long Seed, long Index)>(), draw =>
        {
            int value = RandomSequence.ForSplit(draw.Seed).Below(draw.Bound.Get, draw.Index);
            return value >= 0 && value < draw.Bound.Get;
        }).QuickCheckThrowOnFailure();

        var random = RandomSequence.ForSplit(1);
        Enumerable.Range(0, 1000).Select(i => random.Below(int.MaxValue, i))
            .Should().OnlyContain(value => value >= 0 && value < int.MaxValue);
        random.Below(1, 0).Should().Be(0);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(10)]
    [InlineData(97)]
    public void Below_ManyDraws_HitsEveryValueEquallyOften(int bound)
    {
        const int Draws = 200_000;
        var random = RandomSequence.ForSplit(11);
        int[] counts = new int[bound];
        for (int i = 0; i < Draws; i++)
        {
            counts[random.Below(bound, i)]++;
        }

        // χ² has the mean bound − 1 and the variance 2·(bound − 1).
        double expected = (double)Draws / bound;
        double chiSquare = counts.Sum(count => (count - expected) * (count - expected) / expected);
        chiSquare.Should().BeLessThan(bound - 1 + (5 * Math.Sqrt(2 * (bound - 1))));
    }

    [Fact]
    public void Permutation_AnyLengthSeedEpoch_HoldsEveryIndexOnce()
    {
        Prop.ForAll(ArbMap.Default.ArbFor<(byte Length, long Seed, int Epoch)>(), shuffle =>
        {
            int[] permutation = Permutation(RandomSequence.ForShuffle(shuffle.Seed, shuffle.Epoch), shuffle.Length);
            return permutation.Order().SequenceEqual(Enumerable.Range(0, shuffle.Length));
        }).QuickCheckThrowOnFailure();
    }

    /// <summary>Values of an independent implementation in Python: a resumed training depends on them.</summary>
    [Fact]
    public void Permutation_PinnedSeedAndEpoch_GivesPinnedOrder()
    {
        Permutation(RandomSequence.ForShuffle(7, 0), 12).Should().Equal(8, 9, 3, 5, 10, 0, 4, 6, 2, 7, 11, 1);
        Permutation(RandomSequence.ForShuffle(7, 1), 12).Should().Equal(6, 11, 2, 9, 0, 10, 1, 8, 4, 5, 3, 7);
        Permutation(RandomSequence.ForShuffle(8, 0), 12).Should().Equal(6, 3, 5, 1, 10, 7, 0, 8, 4, 2, 9, 11);
        Permutation(RandomSequence.ForSplit(7), 12).Should().Equal(4, 5, 6, 3, 0, 10, 7, 8, 1, 2, 9, 11);
    }

    [Fact]
    public void Permutation_OfFour_TakesEachOrderEquallyOften()
    {
        const int Shuffles = 24_000;
        var counts = Enumerable.Range(0, Shuffles)
            .GroupBy(epoch => string.Concat(Permutation(RandomSequence.ForShuffle(3, epoch), 4)))
            .Select(group => group.Count())
            .ToList();

        // χ² with 23 degrees of freedom: the mean is 23 and the standard deviation 6.8.
        counts.Should().HaveCount(24);
        counts.Sum(count => (count - 1000.0) * (count - 1000.0) / 1000).Should().BeLessThan(57);
    }

    private static int[] Permutation(RandomSequence random, int length)
    {
        int[] permutation = new int[length];
        random.Permutation(permutation);
        return permutation;
    }

    private static double[] Draws(Func<long, double> draw) => [.. Enumerable.Range(0, 100_000).Select(index => draw(index))];

    private static double Moment(double[] draws, double middle, int power) =>
        draws.Average(draw => Math.Pow(draw - middle, power));

    private static double Covariance(double[] left, double[] right) => left.Zip(right, (l, r) => (l - 0.5) * (r - 0.5)).Average();
}
