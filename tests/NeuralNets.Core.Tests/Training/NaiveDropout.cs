using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Data;
using NeuralNets.Core.Kernels;
using NeuralNets.Core.Training;

namespace NeuralNets.Core.Tests.Training;

/// <summary>Training with dropout by plain loops in double: sample by sample, each unit's 32 bits from the scalar Philox.</summary>
/// <param name="rates">The rates.</param>
/// <param name="seed">The seed of the trainer.</param>
internal sealed class NaiveDropout(Dropout rates, long seed)
{
    /// <summary>What a hidden value z becomes, and its derivative.</summary>
    public required Func<double, (double Value, double Slope)> Activation { get; init; }

    /// <summary>The 32 bits of a unit at a position.</summary>
    public static uint Word(ulong seed, ulong stream, int position, int units, int unit)
    {
        ulong groups = ((ulong)units + 31) / 32;
        int inGroup = unit % 32;
        ulong block = ((((ulong)position * groups) + ((ulong)unit / 32)) * 8) + ((ulong)inGroup % 16 / 2);
        (uint c0, uint c1, uint c2, uint c3) = Philox.Block(
            unchecked((uint)block),
            (uint)(block >> 32),
            unchecked((uint)stream),
            (uint)(stream >> 32),
            unchecked((uint)seed),
            (uint)(seed >> 32));
        return (inGroup / 16, inGroup % 2) switch
        {
            (0, 0) => c0,
            (0, _) => c1,
            (_, 0) => c2,
            _ => c3,
        };
    }

    /// <summary>The factor of a unit: layer 0 are the inputs.</summary>
    public double Factor(int epoch, int layer, int position, int units, int unit)
    {
        double rate = layer == 0 ? rates.InputRate : rates.HiddenRate;
        ulong stream = ((ulong)layer << 40) | (4UL << 32) | (uint)epoch;
        return Word(unchecked((ulong)seed), stream, position, units, unit) >> 1 < rate * (1L << 31) ? 0 : 1 / (1 - rate);
    }

    /// <summary>Trains an epoch by plain descent on cross-entropy, and returns the mean cost of the thinned network.</summary>
    public double Train(Network<double> network, Dataset<double> set, int epoch, int? batchSize, double learningRate)
    {
        Matrix<double> features = set.ToMatrix();
        int size = batchSize ?? set.Count;
        int[] order = batchSize is null ? [.. Enumerable.Range(0, set.Count)] : SmallTraining.Order(seed, epoch, set.Count);
        double cost = 0;
        for (int start = 0; start < set.Count; start += size)
        {
            int count = Math.Min(size, set.Count - start);
            Matrix<double>[] weights = [.. network.Layers.Select(layer => layer.Weights.Map(_ => 0.0))];
            Vector<double>[] biases = [.. network.Layers.Select(layer => layer.Biases.Map(_ => 0.0))];
            for (int position = start; position < start + count; position++)
            {
                cost += AddGradient(
                    network, features.Column(order[position]), set.Labels[order[position]], epoch, position, weights, biases);
            }

            for (int l = 0; l < weights.Length; l++)
            {
                network.Layers[l].Weights.Subtract(weights[l] * (learningRate / count), network.Layers[l].Weights);
                network.Layers[l].Biases.Subtract(biases[l] * (learningRate / count), network.Layers[l].Biases);
            }
        }

        return cost / set.Count;
    }

    private double AddGradient(
        Network<double> network,
        Vector<double> sample,
        int label,
        int epoch,
        int position,
        Matrix<double>[] weights,
        Vector<double>[] biases)
    {
        int last = network.Layers.Count - 1;
        Vector<double> Factors(int layer, int units) =>
            Vector<double>.Build.Dense(units, unit => Factor(epoch, layer, position, units, unit));
        Vector<double>[] inputs = new Vector<double>[last + 1];
        Vector<double>[] slopes = new Vector<double>[last + 1];
        inputs[0] = rates.InputRate > 0 ? sample.PointwiseMultiply(Factors(0, sample.Count)) : sample;
        Vector<double> z = sample;
        for (int l = 0; l <= last; l++)
        {
            z = (network.Layers[l].Weights * inputs[l]) + network.Layers[l].Biases;
            if (l < last)
            {
                Vector<double> factors = rates.HiddenRate > 0 ? Factors(l + 1, z.Count) : z.Map(_ => 1.0);
                inputs[l + 1] = z.Map(value => Activation(value).Value).PointwiseMultiply(factors);
                slopes[l + 1] = z.Map(value => Activation(value).Slope).PointwiseMultiply(factors);
            }
        }

        Vector<double> p = (z - z.Maximum()).PointwiseExp();
        p /= p.Sum();
        Vector<double> derivatives = p.Clone();
        derivatives[label] -= 1;
        for (int l = last; l >= 0; l--)
        {
            weights[l] += derivatives.OuterProduct(inputs[l]);
            biases[l] += derivatives;
            if (l > 0)
            {
                derivatives = network.Layers[l].Weights.TransposeThisAndMultiply(derivatives).PointwiseMultiply(slopes[l]);
            }
        }

        return -Math.Log(p[label]);
    }
}
