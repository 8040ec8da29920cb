using System.Numerics;
using System.Text.Json;
using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Activations;
using NeuralNets.Core.Data;

namespace NeuralNets.Core.Tests.Training;

/// <summary>A reference trajectory: see Oracle/README.md.</summary>
internal sealed record Trajectory(
    string Activation,
    double LearningRate,
    int Epochs,
    double[][] X,
    int[] Labels,
    double[][][] Weights0,
    double[][] Biases0,
    double[] Costs,
    double[] AccuraciesAfterUpdate,
    double[][][] Weights1,
    double[][] Biases1,
    double[][] Probabilities)
{
    private static readonly JsonSerializerOptions s_options = new() { PropertyNameCaseInsensitive = true };

    public static TheoryData<string> Names => ["sigmoid", "relu", "tanh", "leaky_relu"];

    public static Trajectory Load(string activation)
    {
        string path = Path.Combine(AppContext.BaseDirectory, "Training", "Oracle", $"gradient-descent-{activation}.json");
        return JsonSerializer.Deserialize<Trajectory>(File.ReadAllText(path), s_options)!;
    }

    public Dataset<T> Samples<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Dataset<T>.FromMatrix(ToMatrix<T>(X), Labels, Weights0[^1].Length);

    public Network<T> InitialNetwork<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        IActivation<T> activation = Activation switch
        {
            "sigmoid" => new Sigmoid<T>(),
            "relu" => new Relu<T>(),
            "tanh" => new Tanh<T>(),
            "leaky_relu" => new LeakyRelu<T>(),
            _ => throw new InvalidDataException(Activation),
        };
        int last = Weights0.Length - 1;
        return new Network<T>(Enumerable.Range(0, last + 1).Select(l =>
        {
            Matrix<T> weights = ToMatrix<T>(Weights0[l]);
            var biases = MathNet.Numerics.LinearAlgebra.Vector<T>.Build.DenseOfEnumerable(Biases0[l].Select(T.CreateChecked));
            return l == last ? new DenseLayer<T>(weights, biases, new Softmax<T>()) : new DenseLayer<T>(weights, biases, activation);
        }));
    }

    private static Matrix<T> ToMatrix<T>(double[][] rows)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Matrix<T>.Build.DenseOfRows(rows.Select(row => row.Select(T.CreateChecked)));
}
