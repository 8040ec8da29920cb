using System.Numerics;
using MathNet.Numerics.LinearAlgebra;
using NeuralNets.Core.Data;
using NeuralNets.Core.Optimizers;

namespace NeuralNets.Core.Tests.Optimizers;

/// <summary>
/// Training of a network with tanh and softmax in double, written down as the textbook does, in the documented order: the mean
/// gradient, + L2·w + L1·sign(w), the norm and the clipping, the decay, the rule.
/// </summary>
internal sealed class NaiveTraining<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Optimizer _optimizer;
    private readonly double _l1;
    private readonly double _l2;
    private readonly double? _maxNorm;
    private readonly Matrix<double> _features;
    private readonly int[] _labels;
    private readonly int _classes;
    private readonly Matrix<double>[] _first; // what the rule remembers of each matrix of parameters: weights, then biases as a column
    private readonly Matrix<double>[] _second;
    private int _steps;

    public NaiveTraining(Network<T> network, Dataset<T> samples, Optimizer optimizer, double l1, double l2, double? maxNorm)
    {
        _optimizer = optimizer;
        _l1 = l1;
        _l2 = l2;
        _maxNorm = maxNorm;
        _features = Double(samples.ToMatrix());
        _labels = samples.Labels.ToArray();
        _classes = samples.ClassCount;
        Parameters = [.. network.Layers.SelectMany(layer => new[] { Double(layer.Weights), Double(layer.Biases.ToColumnMatrix()) })];
        _first = [.. Parameters.Select(matrix => matrix * 0)];
        _second = [.. Parameters.Select(matrix => matrix * 0)];
    }

    /// <summary>Of each layer the weights, and the biases as a column.</summary>
    public Matrix<double>[] Parameters { get; }

    public static Matrix<double> Double(Matrix<T> matrix) =>
        Matrix<double>.Build.Dense(matrix.RowCount, matrix.ColumnCount, (i, j) => double.CreateChecked(matrix[i, j]));

    /// <summary>Makes a step.</summary>
    /// <returns>The norm of the gradient with penalties, before clipping.</returns>
    public double Step(int[] batch, double rate)
    {
        _steps++;
        Matrix<double>[] gradient = Gradient(batch);
        for (int p = 0; p < gradient.Length; p += 2)
        {
            gradient[p] += (_l2 * Parameters[p]) + (_l1 * Parameters[p].Map(w => (double)Math.Sign(w)));
        }

        double norm = Math.Sqrt(gradient.Sum(matrix => matrix.Enumerate().Sum(g => g * g)));
        for (int p = 0; p < gradient.Length; p++)
        {
            Matrix<double> g = norm > _maxNorm ? gradient[p] * (_maxNorm.Value / norm) : gradient[p];
            if (_optimizer is AdamW decaying && p % 2 == 0)
            {
                Parameters[p] *= 1 - (rate * decaying.WeightDecay);
            }

            Parameters[p] -= rate * Direction(p, g);
        }

        return norm;
    }

    private Matrix<double> Direction(int p, Matrix<double> g)
    {
        switch (_optimizer)
        {
            case Sgd sgd:
                _first[p] = (sgd.Momentum * _first[p]) + g;
                return sgd.Nesterov ? g + (sgd.Momentum * _first[p]) : _first[p];
            case TestMomentum:
                _first[p] = (TestMomentum.Decay * _first[p]) + g;
                return _first[p];
            case RmsProp rms:
                _first[p] = (rms.Decay * _first[p]) + ((1 - rms.Decay) * g.PointwisePower(2));
                return g.PointwiseDivide(_first[p].PointwiseSqrt() + rms.Epsilon);
            case Adam adam:
                return Adaptive(p, g, adam.Beta1, adam.Beta2, adam.Epsilon);
            case AdamW adam:
                return Adaptive(p, g, adam.Beta1, adam.Beta2, adam.Epsilon);
            default:
                throw new NotSupportedException(_optimizer.ToString());
        }
    }

    private Matrix<double> Adaptive(int p, Matrix<double> g, double beta1, double beta2, double epsilon)
    {
        _first[p] = (beta1 * _first[p]) + ((1 - beta1) * g);
        _second[p] = (beta2 * _second[p]) + ((1 - beta2) * g.PointwisePower(2));
        Matrix<double> mean = _first[p] / (1 - Math.Pow(beta1, _steps));
        Matrix<double> square = _second[p] / (1 - Math.Pow(beta2, _steps));
        return mean.PointwiseDivide(square.PointwiseSqrt() + epsilon);
    }

    private Matrix<double>[] Gradient(int[] batch)
    {
        int layers = Parameters.Length / 2;
        var inputs = new List<Matrix<double>> { Matrix<double>.Build.DenseOfColumnVectors(batch.Select(_features.Column)) };
        for (int l = 0; l < layers; l++)
        {
            Matrix<double> z = (Parameters[2 * l] * inputs[l])
                + (Parameters[(2 * l) + 1] * Matrix<double>.Build.Dense(1, batch.Length, 1));
            inputs.Add(l < layers - 1 ? z.PointwiseTanh() : z.PointwiseExp().NormalizeColumns(1));
        }

        Matrix<double> dz = inputs[layers]
            - Matrix<double>.Build.Dense(_classes, batch.Length, (i, j) => _labels[batch[j]] == i ? 1 : 0);
        var gradient = new Matrix<double>[Parameters.Length];
        for (int l = layers - 1; l >= 0; l--)
        {
            gradient[2 * l] = dz * inputs[l].Transpose() / batch.Length;
            gradient[(2 * l) + 1] = dz.RowSums().ToColumnMatrix() / batch.Length;
            dz = (Parameters[2 * l].Transpose() * dz).PointwiseMultiply(1 - inputs[l].PointwisePower(2));
        }

        return gradient;
    }
}
