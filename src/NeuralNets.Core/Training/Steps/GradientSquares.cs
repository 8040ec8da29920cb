using System.Numerics;

namespace NeuralNets.Core.Training.Steps;

/// <summary>The squares of a layer's gradient, whose sum is the same bits however the layer was cut.</summary>
/// <remarks>Each input of each group of units has a sum of its own, in the order of the units. A cut by inputs and a cut by units, which is
/// between groups, both leave these whole. The last "input" is the biases.</remarks>
internal sealed class GradientSquares<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The number of chains that the sum of all is made of, so that they overlap.</summary>
    private const int Chains = 8;

    private readonly int _inputs;
    private readonly int _groups;
    private readonly double[] _sums;

    /// <param name="layer">The layer.</param>
    public GradientSquares(DenseLayer<T> layer)
    {
        _inputs = layer.InputCount;
        _groups = (layer.OutputCount + StepPlan.UnitGroup - 1) / StepPlan.UnitGroup;
        _sums = new double[checked((_inputs + 1) * _groups)];
    }

    /// <summary>Notes the gradient of weights.</summary>
    /// <param name="gradient">(units × inputs).</param>
    /// <param name="firstUnit">The first unit, at the start of a group.</param>
    /// <param name="firstInput">The first input.</param>
    /// <param name="inputs">The number of inputs.</param>
    public void TakeWeights(ReadOnlySpan<T> gradient, int firstUnit, int firstInput, int inputs)
    {
        int units = inputs == 0 ? 0 : gradient.Length / inputs;
        for (int j = 0; j < inputs; j++)
        {
            Take(gradient.Slice(j * units, units), firstUnit, firstInput + j);
        }
    }

    /// <summary>Notes the gradient of biases.</summary>
    /// <param name="gradient">One per unit.</param>
    /// <param name="firstUnit">The first unit, at the start of a group.</param>
    public void TakeBiases(ReadOnlySpan<T> gradient, int firstUnit) => Take(gradient, firstUnit, _inputs);

    /// <summary>Returns the sum of all squares.</summary>
    public double Sum()
    {
        Span<double> chains = stackalloc double[Chains];
        chains.Clear();
        int i = 0;
        for (; i <= _sums.Length - Chains; i += Chains)
        {
            for (int chain = 0; chain < Chains; chain++)
            {
                chains[chain] += _sums[i + chain];
            }
        }

        double sum = 0;
        foreach (double chain in chains)
        {
            sum += chain;
        }

        for (; i < _sums.Length; i++)
        {
            sum += _sums[i];
        }

        return sum;
    }

    private void Take(ReadOnlySpan<T> gradient, int firstUnit, int input)
    {
        int group = (input * _groups) + (firstUnit / StepPlan.UnitGroup);
        for (int start = 0; start < gradient.Length; start += StepPlan.UnitGroup)
        {
            double sum = 0;
            foreach (T value in gradient.Slice(start, Math.Min(StepPlan.UnitGroup, gradient.Length - start)))
            {
                double number = double.CreateChecked(value);
                sum += number * number;
            }

            _sums[group++] = sum;
        }
    }
}
