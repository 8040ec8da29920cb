using System.Numerics;
using NeuralNets.Core.Kernels;
using NeuralNets.Core.Optimizers;

namespace NeuralNets.Core.Tests.Optimizers;

/// <summary>The rule of each optimizer, against one number at a time.</summary>
[Collection(SimdWidthCollection.Name)]
public abstract class OptimizerRuleTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int MostElements = 35;
    private const double Rate = 0.03;

    private static readonly T s_scale = T.One / T.CreateChecked(7);
    private static readonly T s_smallestNormal = T.CreateChecked(typeof(T) == typeof(float) ? 1.17549435e-38f : 2.2250738585072014e-308);

    public static TheoryData<string> Names => BuiltInOptimizers.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Update_EveryLengthAndWidth_HasTheBitsOfAScalarReference(string name)
    {
        Optimizer optimizer = BuiltInOptimizers.Create(name);
        foreach (SimdWidth width in Enum.GetValues<SimdWidth>())
        {
            using IDisposable forced = Simd.Force(width);
            foreach (bool areWeights in (bool[])[true, false])
            {
                for (int length = 0; length <= MostElements; length++)
                {
                    var step = new UpdateStep(0, 0) { AreWeights = areWeights };
                    T[] parameters = RandomValues.Create<T>(length + 1, length, limit: 3);
                    T[] expected = [.. parameters];
                    T[] slot0 = new T[optimizer.SlotNames.Count > 0 ? length : 0];
                    T[] slot1 = new T[optimizer.SlotNames.Count > 1 ? length : 0];
                    T[] expected0 = new T[length];
                    T[] expected1 = new T[length];
                    for (int i = 1; i <= 5; i++)
                    {
                        T[] sums = RandomValues.Create<T>((100 * length) + i, length, limit: 3);
                        Spoil(sums, i);
                        step = step.Next(optimizer, Rate / i);
                        for (int j = 0; j < length; j++)
                        {
                            T gradient = T.FusedMultiplyAdd(sums[j], s_scale, T.Zero);
                            expected[j] = Scalar(optimizer, step, gradient, expected[j], ref expected0[j], ref expected1[j]);
                        }

                        double largest = optimizer.Update(step, sums, s_scale, parameters, slot0, slot1);

                        string because = $"of {length} with {width} after step {i}, weights: {areWeights}";
                        Same(parameters, expected, because);
                        Same(slot0, expected0.AsSpan(0, slot0.Length), because);
                        Same(slot1, expected1.AsSpan(0, slot1.Length), because);
                        largest.Should().Be(double.CreateChecked(expected.Aggregate(T.Zero, (max, it) => T.Max(max, T.Abs(it)))), because);
                    }
                }
            }
        }
    }

    /// <summary>Where the square of a gradient is infinite once, and β₂ = 0 makes NaN of it, neighbours and widths decide
    /// nothing.</summary>
    [Fact]
    public void Update_SquareThatIsNaN_ChangesNoOtherElementAndNoBitByTheWidth()
    {
        foreach (SimdWidth width in Enum.GetValues<SimdWidth>())
        {
            using IDisposable forced = Simd.Force(width);
            foreach (T neighbour in (T[])[T.Zero, T.One])
            {
                var adam = new Adam(beta1: 0, beta2: 0);
                T[] parameters = [.. Enumerable.Repeat(T.One, MostElements)];
                T[] slot0 = new T[MostElements];
                T[] slot1 = new T[MostElements];
                T[] sums = [.. Enumerable.Repeat(neighbour, MostElements)];
                var step = new UpdateStep(0, 0);
                sums[5] = T.CreateChecked(typeof(T) == typeof(float) ? 1e25 : 1e200);
                adam.Update(step = step.Next(adam, Rate), sums, T.One, parameters, slot0, slot1);
                sums[5] = T.Zero;
                adam.Update(step.Next(adam, Rate), sums, T.One, parameters, slot0, slot1);

                T.IsNaN(slot1[5]).Should().BeTrue("the test is of that");
                parameters[5].Should().Be(T.One, $"with {width} among {neighbour}");
                T.IsFinite(parameters[4]).Should().BeTrue();
            }
        }
    }

    /// <summary>What is remembered of a weight without gradient ends at 0 and not among numbers that slow processors down.</summary>
    [Theory]
    [InlineData("momentum")]
    [InlineData("nesterov")]
    [InlineData("rmsprop")]
    [InlineData("adam")]
    [InlineData("adamw")]
    public void Update_NoGradientForLong_ForgetsToExactlyZero(string name)
    {
        Optimizer optimizer = BuiltInOptimizers.Create(name);
        T[] parameters = [T.One];
        T[] slot0 = [T.One];
        T[] slot1 = optimizer.SlotNames.Count > 1 ? [T.One] : [];
        var step = new UpdateStep(0, 0);
        for (int i = 0; i < 80_000; i++)
        {
            step = step.Next(optimizer, 1e-6);
            optimizer.Update(step, [T.Zero], T.One, parameters, slot0, slot1);
        }

        slot0.Concat(slot1).Should().AllBeEquivalentTo(T.Zero);
        T.IsFinite(parameters[0]).Should().BeTrue();
    }

    [Fact]
    public void Constructor_NumberOutOfRange_IsRefused()
    {
        foreach (double share in (double[])[-0.1, 1, 1.5, double.NaN, double.PositiveInfinity])
        {
            Refuses(() => new Sgd(share), "momentum");
            Refuses(() => new RmsProp(decay: share), "decay");
            Refuses(() => new Adam(beta1: share), "beta1");
            Refuses(() => new Adam(beta2: share), "beta2");
            Refuses(() => new AdamW(beta1: share), "beta1");
            Refuses(() => new AdamW(beta2: share), "beta2");
        }

        foreach (double epsilon in (double[])[0, -1e-8, 1e-50, 1e40, double.NaN, double.PositiveInfinity])
        {
            Refuses(() => new RmsProp(epsilon: epsilon), "epsilon");
            Refuses(() => new Adam(epsilon: epsilon), "epsilon");
            Refuses(() => new AdamW(epsilon: epsilon), "epsilon");
        }

        foreach (double decay in (double[])[-0.01, double.NaN, double.PositiveInfinity])
        {
            Refuses(() => new AdamW(weightDecay: decay), "weightDecay");
        }

        FluentActions.Invoking(() => new Sgd(0, nesterov: true)).Should().Throw<ArgumentException>().WithParameterName("nesterov");

        static void Refuses(Func<Optimizer> create, string parameter) =>
            create.Should().Throw<ArgumentOutOfRangeException>().WithParameterName(parameter);
    }

    /// <summary>The documented formula, with each operation rounded as it stands there.</summary>
    private static T Scalar(Optimizer optimizer, UpdateStep step, T g, T w, ref T slot0, ref T slot1)
    {
        T negatedRate = T.CreateChecked(-step.LearningRate);
        switch (optimizer)
        {
            case Sgd { Momentum: 0 }:
                return T.FusedMultiplyAdd(negatedRate, g, w);
            case Sgd sgd:
                T momentum = T.CreateChecked(sgd.Momentum);
                slot0 = Normal(T.FusedMultiplyAdd(momentum, slot0, g));
                return T.FusedMultiplyAdd(negatedRate, sgd.Nesterov ? T.FusedMultiplyAdd(momentum, slot0, g) : slot0, w);
            case RmsProp rms:
                slot0 = Mean(rms.Decay, slot0, g * g);
                return T.FusedMultiplyAdd(negatedRate, g / (T.Sqrt(slot0) + T.CreateChecked(rms.Epsilon)), w);
            case Adam adam:
                return Adaptive(adam.Beta1, adam.Beta2, adam.Epsilon, ref slot0, ref slot1, w);
            case AdamW adam:
                T keep = step.AreWeights ? T.CreateChecked(1 - (step.LearningRate * adam.WeightDecay)) : T.One;
                return Adaptive(adam.Beta1, adam.Beta2, adam.Epsilon, ref slot0, ref slot1, w * keep);
            case TestMomentum:
                slot0 = (T.CreateChecked(TestMomentum.Decay) * slot0) + g;
                return w - (T.CreateChecked(step.LearningRate) * slot0);
            default:
                throw new NotSupportedException(optimizer.ToString());
        }

        T Adaptive(double beta1, double beta2, double epsilon, ref T mean, ref T square, T weight)
        {
            double power1 = 1;
            double power2 = 1;
            for (int i = 0; i < step.Number; i++)
            {
                power1 *= beta1;
                power2 *= beta2;
            }

            mean = Mean(beta1, mean, g);
            square = Mean(beta2, square, g * g);
            T divisor = T.FusedMultiplyAdd(T.Sqrt(square), T.CreateChecked(1 / Math.Sqrt(1 - power2)), T.CreateChecked(epsilon));
            return T.FusedMultiplyAdd(-T.CreateChecked(step.LearningRate / (1 - power1)), mean / divisor, weight);
        }
    }

    private static T Mean(double decay, T mean, T value) =>
        Normal(T.FusedMultiplyAdd(T.CreateChecked(1 - decay), value, T.CreateChecked(decay) * mean));

    private static T Normal(T value) => T.Abs(value) < s_smallestNormal ? T.Zero : value;

    /// <summary>Puts in what is special, at a place that moves.</summary>
    private static void Spoil(T[] sums, int step)
    {
        T[] special = [T.NegativeZero, T.Epsilon, s_smallestNormal, T.PositiveInfinity, T.NaN];
        for (int i = 0; i < special.Length && sums.Length > 10; i++)
        {
            sums[((7 * i) + (step > 3 ? 5 : 0)) % sums.Length] = special[i];
        }
    }

    private static void Same(ReadOnlySpan<T> actual, ReadOnlySpan<T> expected, string because)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            // Which NaN it is depends on the processor.
            bool isSame = actual[i].Equals(expected[i]) && (T.IsNaN(expected[i]) || T.IsNegative(actual[i]) == T.IsNegative(expected[i]));
            if (!isSame)
            {
                actual[i].Should().Be(expected[i], $"of element {i} {because}");
            }
        }
    }
}

public sealed class OptimizerRuleSingleTests : OptimizerRuleTests<float>;

public sealed class OptimizerRuleDoubleTests : OptimizerRuleTests<double>;
