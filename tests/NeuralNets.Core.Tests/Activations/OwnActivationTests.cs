using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Initialization;

namespace NeuralNets.Core.Tests.Activations;

/// <summary>An activation as a user writes it: the softsign, z/(1 + |z|), with plain loops.</summary>
public abstract class OwnActivationTests<T> : ActivationTests<T>
    where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
{
    protected override IActivation<T> Activation { get; } = new Softsign();

    protected override double Value(double z) => z / (1 + Math.Abs(z));

    protected override double Slope(double z) => 1 / ((1 + Math.Abs(z)) * (1 + Math.Abs(z)));

    [Fact]
    public void Network_OwnActivation_PredictsWithIt()
    {
        T half = T.CreateChecked(0.5);
        var hidden = new DenseLayer<T>(
            Matrix<T>.Build.DenseIdentity(2), Vector<T>.Build.Dense(2), Activation);
        var output = new DenseLayer<T>(
            Matrix<T>.Build.DenseIdentity(2), Vector<T>.Build.Dense(2), new Softmax<T>());
        var network = new Network<T>([hidden, output]);

        // softsign(1) = ½ and softsign(−1) = −½.
        Matrix<T> actual = network.Predict(Matrix<T>.Build.DenseOfColumnMajor(2, 1, [T.One, -T.One]));

        actual.Should().Be(new Softmax<T>().Evaluate(Matrix<T>.Build.DenseOfColumnMajor(2, 1, [half, -half])));
    }

    [Fact]
    public void Messages_OwnActivation_NameIt()
    {
        var network = new Network<T>([3, 4, 2], Activation, seed: 1);

        network.Invoking(n => n.Predict(Matrix<T>.Build.Dense(2, 1)))
            .Should().Throw<ArgumentException>().WithMessage("Layer 1 (3 -> 4, Softsign) expects 3 rows*");
        new LayerSpec<T>(3, Activation).Initializer.Should().BeOfType<GlorotUniform>();
    }

    private sealed class Softsign : IActivation<T>
    {
        public void Evaluate(ReadOnlySpan<T> z, Span<T> a)
        {
            ArgumentOutOfRangeException.ThrowIfNotEqual(a.Length, z.Length);
            for (int i = 0; i < z.Length; i++)
            {
                a[i] = z[i] / (T.One + T.Abs(z[i]));
            }
        }

        public void MultiplyByDerivative(ReadOnlySpan<T> z, ReadOnlySpan<T> a, Span<T> gradient)
        {
            for (int i = 0; i < z.Length; i++)
            {
                T denominator = T.One + T.Abs(z[i]);
                gradient[i] /= denominator * denominator;
            }
        }

        public override string ToString() => "Softsign";
    }
}

public sealed class OwnActivationSingleTests : OwnActivationTests<float>;

public sealed class OwnActivationDoubleTests : OwnActivationTests<double>;
