using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Kernels;

namespace NeuralNets.Core.Tests.Activations;

/// <summary>What every activation owes: its formula, and the same bits wherever an element lies.</summary>
[Collection(SimdWidthCollection.Name)]
public abstract class ActivationTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly SimdWidth[] s_widths = [SimdWidth.Vector128, SimdWidth.Vector256, SimdWidth.Vector512];

    /// <summary>The function under test.</summary>
    protected abstract IActivation<T> Activation { get; }

    /// <summary>The rounding error of an operation, relative.</summary>
    protected static double Epsilon => typeof(T) == typeof(float) ? 1.1920928955078125e-7 : 2.220446049250313e-16;

    /// <summary>The function, in double.</summary>
    protected abstract double Value(double z);

    /// <summary>Its derivative, in double.</summary>
    protected abstract double Slope(double z);

    [Fact]
    public void Evaluate_Grid_AgreesWithTheFormula()
    {
        T[] z = Grid();

        T[] a = Evaluate(z);

        for (int i = 0; i < z.Length; i++)
        {
            double expected = Value(double.CreateChecked(z[i]));
            double tolerance = (4 * Epsilon * Math.Abs(expected)) + double.CreateChecked(T.Epsilon);
            double.CreateChecked(a[i]).Should().BeApproximately(expected, tolerance, "z is {0}", z[i]);
        }
    }

    [Fact]
    public void MultiplyByDerivative_Grid_AgreesWithTheFormula()
    {
        T[] z = Grid();
        T[] gradient = RandomValues.Create<T>(1, z.Length, limit: 3);
        T[] actual = [.. gradient];

        Activation.MultiplyByDerivative(z, Evaluate(z), actual);

        // 1 − a and 1 − a² lose digits where a is near 1, so the error is one of the gradient, not of the product.
        for (int i = 0; i < z.Length; i++)
        {
            double g = double.CreateChecked(gradient[i]);
            double.CreateChecked(actual[i]).Should()
                .BeApproximately(g * Slope(double.CreateChecked(z[i])), 8 * Epsilon * Math.Abs(g), "z is {0}", z[i]);
        }
    }

    [Fact]
    public void MultiplyByDerivative_AwayFromZero_IsTheNumericalDerivative()
    {
        // Central differences: h²·|f‴|/6 and a rounding error of ε/h.
        double h = Math.Cbrt(Epsilon);
        T[] z = [.. Grid().Where(value => Math.Abs(double.CreateChecked(value)) is var size && size > 2 * h && size < 20)];
        T[] above = [.. z.Select(value => value + T.CreateChecked(h))];
        T[] below = [.. z.Select(value => value - T.CreateChecked(h))];
        T[] slope = new T[z.Length];
        Array.Fill(slope, T.One);

        Activation.MultiplyByDerivative(z, Evaluate(z), slope);

        T[] high = Evaluate(above);
        T[] low = Evaluate(below);
        for (int i = 0; i < z.Length; i++)
        {
            double numerical = double.CreateChecked(high[i] - low[i]) / double.CreateChecked(above[i] - below[i]);
            double.CreateChecked(slope[i]).Should().BeApproximately(numerical, (h * h) + (50 * Epsilon / h), "z is {0}", z[i]);
        }
    }

    [Fact]
    public void Evaluate_NaN_StaysNaN() => Evaluate([T.One, T.NaN, -T.One])[1].Should().Be(T.NaN);

    [Fact]
    public void Evaluate_EveryLengthAndOffset_HasTheSameBitsAtEveryWidthAndTouchesNothingElse()
    {
        T[] z = Special(RandomValues.Create<T>(2, 80, limit: 5));
        T[] expected = [.. z.Select(value => Evaluate([value])[0])];
        T poison = T.CreateChecked(-77);
        foreach (SimdWidth width in s_widths)
        {
            using IDisposable forced = Simd.Force(width);
            for (int length = 0; length <= 70; length++)
            {
                for (int offset = 0; offset < 4; offset++)
                {
                    T[] a = new T[80];
                    Array.Fill(a, poison);
                    T[] inPlace = [.. z];

                    Activation.Evaluate(z.AsSpan(offset, length), a.AsSpan(offset, length));
                    Activation.Evaluate(inPlace.AsSpan(offset, length), inPlace.AsSpan(offset, length));

                    for (int i = 0; i < a.Length; i++)
                    {
                        bool inside = i >= offset && i < offset + length;
                        RequireSame(a[i], inside ? expected[i] : poison, width, length, offset);
                        RequireSame(inPlace[i], inside ? expected[i] : z[i], width, length, offset);
                    }
                }
            }
        }
    }

    [Fact]
    public void MultiplyByDerivative_EveryLengthAndOffset_HasTheSameBitsAtEveryWidthAndTouchesNothingElse()
    {
        T[] z = Special(RandomValues.Create<T>(3, 80, limit: 5));
        T[] a = Evaluate(z);
        T[] gradient = Special(RandomValues.Create<T>(4, 80, limit: 2));
        T[] expected = new T[80];
        for (int i = 0; i < expected.Length; i++)
        {
            T[] single = [gradient[i]];
            Activation.MultiplyByDerivative([z[i]], [a[i]], single);
            expected[i] = single[0];
        }

        foreach (SimdWidth width in s_widths)
        {
            using IDisposable forced = Simd.Force(width);
            for (int length = 0; length <= 70; length++)
            {
                for (int offset = 0; offset < 4; offset++)
                {
                    T[] actual = [.. gradient];

                    Activation.MultiplyByDerivative(
                        z.AsSpan(offset, length), a.AsSpan(offset, length), actual.AsSpan(offset, length));

                    for (int i = 0; i < actual.Length; i++)
                    {
                        bool inside = i >= offset && i < offset + length;
                        RequireSame(actual[i], inside ? expected[i] : gradient[i], width, length, offset);
                    }
                }
            }
        }
    }

    [Fact]
    public void Evaluate_AnyArray_IsTheValueOfEachElementAlone()
    {
        Prop.ForAll(ArbMap.Default.ArbFor<double[]>(), numbers =>
        {
            T[] z = [.. numbers.Select(T.CreateTruncating)];
            T[] a = Evaluate(z);
            return z.Select((value, i) => RandomValues.SameBits(a[i], Evaluate([value])[0])).All(same => same);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Evaluate_DifferentLengths_Throws()
    {
        Action evaluate = () => Activation.Evaluate(new T[3], new T[4]);

        evaluate.Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void ToString_Function_IsItsName() =>
        Activation.ToString().Should().StartWith(Activation.GetType().Name.Split('`')[0]);

    /// <summary>Evaluates into new memory.</summary>
    protected T[] Evaluate(T[] z)
    {
        T[] a = new T[z.Length];
        Activation.Evaluate(z, a);
        return a;
    }

    /// <summary>The derivative at one point.</summary>
    protected T SlopeAt(T z)
    {
        T[] gradient = [T.One];
        Activation.MultiplyByDerivative([z], Evaluate([z]), gradient);
        return gradient[0];
    }

    private static T[] Grid() =>
        [.. Enumerable.Range(-400, 801).Select(i => T.CreateChecked(i * 0.0625)), .. RandomValues.Create<T>(5, 200, limit: 1e-3)];

    private static T[] Special(T[] values)
    {
        T[] special = [T.Zero, T.NegativeZero, T.NaN, T.PositiveInfinity, T.NegativeInfinity, T.Epsilon, -T.Epsilon];
        for (int i = 0; i < special.Length; i++)
        {
            values[(11 * i) + 1] = special[i];
        }

        return values;
    }

    private static void RequireSame(T actual, T expected, SimdWidth width, int length, int offset)
    {
        if (!RandomValues.SameBits(actual, expected))
        {
            Assert.Fail($"{width}, length {length}, offset {offset}: expected {expected}, but was {actual}.");
        }
    }
}
