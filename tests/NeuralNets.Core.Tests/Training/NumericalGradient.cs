using MathNet.Numerics.LinearAlgebra;

namespace NeuralNets.Core.Tests.Training;

/// <summary>Central differences of a network's mean cost, beside which the step of a trainer is held.</summary>
internal static class NumericalGradient
{
    private const double H = 1e-5;

    /// <summary>Checks that a step subtracts the gradient of the mean cost.</summary>
    /// <param name="network">The network, which stays as it is.</param>
    /// <param name="step">Trains a copy by one step with a learning rate of 1.</param>
    /// <param name="meanCost">The cost that the step descends.</param>
    public static void CheckStep(Network<double> network, Action<Network<double>> step, Func<Network<double>, double> meanCost)
    {
        Network<double> after = network.Clone();
        Network<double> moved = network.Clone();
        step(after);
        for (int l = 0; l < network.Layers.Count; l++)
        {
            Matrix<double> weights = moved.Layers[l].Weights;
            Matrix<double> analytic = network.Layers[l].Weights - after.Layers[l].Weights;
            Matrix<double> numeric = Matrix<double>.Build.Dense(analytic.RowCount, analytic.ColumnCount, (i, j) =>
                CentralDifference(moved, meanCost, h => weights[i, j] += h));
            RelativeDistance(analytic.ToColumnMajorArray(), numeric.ToColumnMajorArray())
                .Should().BeLessThan(1e-7, $"of the weights of layer {l}");

            Vector<double> biases = moved.Layers[l].Biases;
            Vector<double> analyticBias = network.Layers[l].Biases - after.Layers[l].Biases;
            Vector<double> numericBias = Vector<double>.Build.Dense(analyticBias.Count, i =>
                CentralDifference(moved, meanCost, h => biases[i] += h));
            RelativeDistance(analyticBias.ToArray(), numericBias.ToArray()).Should().BeLessThan(1e-7, $"of the biases of layer {l}");
        }
    }

    /// <summary>Gives a network random biases, too.</summary>
    public static Network<double> WithBiases(Network<double> network, int seed)
    {
        var random = new Random(seed);
        foreach (DenseLayer<double> layer in network.Layers)
        {
            for (int i = 0; i < layer.OutputCount; i++)
            {
                layer.Biases[i] = random.NextDouble() - 0.5;
            }
        }

        return network;
    }

    /// <summary>Random samples whose inputs to the hidden functions all keep away from a kink at zero.</summary>
    public static Matrix<double> DrawFeatures(Network<double> network, int samples)
    {
        const double SmallestInput = 1e-3;
        var random = new Random(11);
        var columns = new List<double[]>();
        while (columns.Count < samples)
        {
            double[] column = [.. Enumerable.Range(0, network.InputCount).Select(_ => (2 * random.NextDouble()) - 1)];
            if (SmallestHiddenInput(network, column) > 2 * SmallestInput)
            {
                columns.Add(column);
            }
        }

        columns.Should().OnlyContain(column => SmallestHiddenInput(network, column) > SmallestInput);
        return Matrix<double>.Build.DenseOfColumnArrays(columns);
    }

    private static double CentralDifference(Network<double> network, Func<Network<double>, double> meanCost, Action<double> move)
    {
        move(H);
        double above = meanCost(network);
        move(-2 * H);
        double below = meanCost(network);
        move(H);
        return (above - below) / (2 * H);
    }

    private static double RelativeDistance(double[] left, double[] right)
    {
        double Norm(IEnumerable<double> values) => Math.Sqrt(values.Sum(value => value * value));
        return Norm(left.Zip(right, (a, b) => a - b)) / (Norm(left) + Norm(right));
    }

    private static double SmallestHiddenInput(Network<double> network, double[] sample)
    {
        double smallest = double.PositiveInfinity;
        Vector<double> a = Vector<double>.Build.Dense(sample);
        foreach (DenseLayer<double> layer in network.Layers.Take(network.Layers.Count - 1))
        {
            Vector<double> z = (layer.Weights * a) + layer.Biases;
            smallest = Math.Min(smallest, z.AbsoluteMinimum());
            double[] values = z.ToArray();
            layer.Activation.Evaluate(values, values, layer.OutputCount);
            a = Vector<double>.Build.Dense(values);
        }

        return smallest;
    }
}
