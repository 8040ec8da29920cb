using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core;
using NeuralNets.Core.Activations;

namespace NeuralNets.Onnx.Tests;

/// <summary>Every function of hidden layers and of outputs, as ONNX Runtime computes it.</summary>
public abstract class OnnxSaveTests<T>
    where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
{
    private const int Rows = 10_000;
    private const int Inputs = 8;

    public static TheoryData<string, string> Functions => Combine(
        [.. ActivationCatalog<T>.Entries.Select(entry => entry.Name).Where(name => name != "Softmax")], ["Softmax", "Sigmoid", "Identity"]);

    /// <summary>Each function of the catalog as that of the output.</summary>
    public static TheoryData<string, string> Outputs => Combine(
        ["Relu"], [.. ActivationCatalog<T>.Entries.Select(entry => entry.Name).Except(["Softmax", "Sigmoid", "Identity"])]);

    [Theory]
    [MemberData(nameof(Functions))]
    [MemberData(nameof(Outputs))]
    public void Save_OfEveryFunction_GivesOnnxRuntimesAnswers(string hidden, string output)
    {
        if (typeof(T) == typeof(double) && (hidden == "Gelu" || output == "Gelu"))
        {
            return; // ONNX Runtime has no Erf in double.
        }

        foreach (double? parameter in ActivationCatalog<T>.Find(hidden)!.Parameter is null ? [null] : (double?[])[null, 0.25])
        {
            var activation = (IActivation<T>)ActivationCatalog<T>.Find(hidden)!.Create(parameter);
            var network = new Network<T>([Inputs, 16, 5], activation, ActivationCatalog<T>.Find(output)!.Create(), seed: 3);
            Shift(network);
            T[] rows = Samples(Rows * Inputs, 7);
            T[] expected = new T[Rows * 5];
            network.Predict(rows, expected);
            using var session = new OnnxSession(OnnxSession.Save(network));

            T[] actual = session.Run<T, T>(rows, [Rows, Inputs], session.Outputs.First());

            double largest = expected.Max(value => Math.Abs(double.CreateChecked(value)));
            // Of the largest, rounded up to a power of two: probabilities up to 1 are at most 1.
            double ulp = double.CreateChecked(T.BitIncrement(T.One) - T.One) * Math.Pow(2, Math.Ceiling(Math.Log2(largest)));
            double error = expected.Zip(actual).Max(pair => Math.Abs(double.CreateChecked(pair.First - pair.Second)));
            (error / ulp).Should().BeLessThanOrEqualTo(4, "of {0}, {1} and {2}", typeof(T).Name, activation, output);
            if (output == "Softmax")
            {
                int[] labels = network.PredictLabels(Matrix<T>.Build.Dense(Inputs, Rows, rows));
                session.Run<T, long>(rows, [Rows, Inputs], "label").Should().Equal(labels.Select(label => (long)label));
            }
            else if (output == "Sigmoid")
            {
                T[] indicators = new T[expected.Length];
                network.PredictIndicators(rows, indicators);
                session.Run<T, long>(rows, [Rows, Inputs], "label").Should().Equal(indicators.Select(long.CreateChecked));
            }
        }
    }

    /// <summary>Biases that are not 0.</summary>
    private static void Shift(Network<T> network)
    {
        foreach (DenseLayer<T> layer in network.Layers)
        {
            for (int i = 0; i < layer.OutputCount; i++)
            {
                layer.Biases[i] = T.CreateChecked((i % 5 * 0.25) - 0.5);
            }
        }
    }

    private static T[] Samples(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => T.CreateChecked((random.NextDouble() * 4) - 2))];
    }

    private static TheoryData<string, string> Combine(string[] hidden, string[] outputs)
    {
        var data = new TheoryData<string, string>();
        foreach (string function in hidden)
        {
            foreach (string output in outputs)
            {
                data.Add(function, output);
            }
        }

        return data;
    }
}

public sealed class OnnxSaveSingleTests : OnnxSaveTests<float>;

public sealed class OnnxSaveDoubleTests : OnnxSaveTests<double>
{
    [Fact]
    public void Save_OfGelu_SaysThatOnnxRuntimeHasNoErfInDouble()
    {
        Action save = () => OnnxSession.Save(new Network<double>([2, 3, 2], new Gelu<double>(), seed: 1));

        save.Should().Throw<NotSupportedException>().WithMessage("*layer 1 (2 -> 3, Gelu)*double*Erf*float*");
    }
}
