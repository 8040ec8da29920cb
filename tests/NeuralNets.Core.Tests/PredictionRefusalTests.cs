using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Data;

namespace NeuralNets.Core.Tests;

/// <summary>Where there is no answer there is no label, and where spans overlap there are no numbers: both are refused.</summary>
public abstract class PredictionRefusalTests<T>
    where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>, System.Numerics.IMinMaxValue<T>
{
    private const int Inputs = 23;
    private const int Classes = 5;

    private static readonly double s_largest = double.CreateChecked(T.MaxValue);

    private static readonly Network<T> s_network = new([Inputs, 17, 9, Classes], new Tanh<T>(), seed: 4);

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(299)]
    public void PredictLabels_NoAnswerForASample_NamesIt(int sample)
    {
        const int Samples = 300;
        foreach (double value in (double[])[double.NaN, double.PositiveInfinity, double.NegativeInfinity, s_largest])
        {
            T[] x = RandomValues.Create<T>(3, Inputs * Samples);
            x.AsSpan(sample * Inputs, Inputs).Fill(T.CreateChecked(value));
            Network<T> network = Saturating();
            int[] labels = new int[Samples];
            string message =
                $"A label needs finite outputs, but those of sample {sample} are not: its features are NaN, infinite or too large*";

            network.Invoking(it => it.PredictLabels(Matrix<T>.Build.Dense(Inputs, Samples, x), maxDegreeOfParallelism: 2))
                .Should().Throw<ArgumentException>().WithMessage(message).WithParameterName("inputs");
            network.Invoking(it => it.PredictLabels(x, labels)).Should().Throw<ArgumentException>()
                .WithMessage(message).WithParameterName("inputs");
            labels[sample].Should().Be(-1);
            labels.Where((_, j) => j != sample).Should().OnlyContain(label => label >= 0 && label < Classes);
            if (double.IsFinite(value)) // A data set refuses the others.
            {
                Dataset<T> set = Dataset<T>.FromMatrix(Matrix<T>.Build.Dense(Inputs, Samples, x), new int[Samples], Classes);
                network.Invoking(it => it.PredictLabels(set)).Should().Throw<ArgumentException>()
                    .WithMessage(message).WithParameterName("samples");
            }
        }
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void PredictLabels_ParameterWithoutAnswer_NamesTheFirstSample(double value)
    {
        Network<T> network = Saturating();
        network.Layers[^1].Biases[Classes - 1] = T.CreateChecked(value);

        network.Invoking(it => it.PredictLabels(Matrix<T>.Build.Dense(Inputs, 3, T.One))).Should().Throw<ArgumentException>()
            .WithMessage("*sample 0*or parameters of the network are*");
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 1)]
    [InlineData(0, Inputs)]
    [InlineData(0, (Inputs * 40) - 1)]
    [InlineData((Classes * 40) - 1, 0)]
    public void Predict_OutputsOverlapInputs_IsRefusedAndNothingIsWritten(int from, int to)
    {
        const int Samples = 40;
        T[] buffer = RandomValues.Create<T>(5, (Inputs + Classes) * Samples);
        T[] before = [.. buffer];

        s_network.Invoking(it => it.Predict(buffer.AsSpan(from, Inputs * Samples), buffer.AsSpan(to, Classes * Samples)))
            .Should().Throw<ArgumentException>().WithMessage("*must not overlap*").WithParameterName("outputs");

        buffer.Should().Equal(before);
    }

    [Fact]
    public void Predict_OutputsBehindOrBeforeInputs_AreThoseOfSeparateMemory()
    {
        const int Samples = 40;
        T[] x = RandomValues.Create<T>(5, Inputs * Samples);
        T[] expected = new T[Classes * Samples];
        s_network.Predict(x, expected);
        T[] behind = [.. x, .. expected];
        T[] before = [.. new T[expected.Length], .. x];
        behind.AsSpan(x.Length).Clear();

        s_network.Predict(behind.AsSpan(0, x.Length), behind.AsSpan(x.Length));
        s_network.Predict(before.AsSpan(expected.Length), before.AsSpan(0, expected.Length));

        behind.AsSpan(x.Length).ToArray().Should().Equal(expected);
        before.AsSpan(0, expected.Length).ToArray().Should().Equal(expected);
    }

    /// <summary>A network whose answers overflow for the largest features.</summary>
    private static Network<T> Saturating()
    {
        var network = new Network<T>([Inputs, 9, Classes], new Identity<T>(), seed: 4);
        network.Layers[0].Weights.Multiply(T.CreateChecked(10), network.Layers[0].Weights);
        return network;
    }
}

public sealed class PredictionRefusalSingleTests : PredictionRefusalTests<float>;

public sealed class PredictionRefusalDoubleTests : PredictionRefusalTests<double>;
