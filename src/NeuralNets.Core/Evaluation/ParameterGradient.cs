using System.Globalization;

namespace NeuralNets.Core.Evaluation;

/// <summary>The derivative of the mean cost by one parameter of a network, computed in two ways.</summary>
/// <param name="LayerIndex">The layer, counted from 0, as in <see cref="Network{T}.Layers"/>.</param>
/// <param name="Row">The unit: the row of the weights, or the position of the bias.</param>
/// <param name="Column">The input: the column of the weights; null for a bias.</param>
/// <param name="Analytic">What training computes, from the derivatives of the loss and the activations.</param>
/// <param name="Numeric">The central difference of the mean cost.</param>
/// <param name="RelativeError">How far the two are apart: see <see cref="GradientCheck"/>.</param>
public sealed record ParameterGradient(
    int LayerIndex, int Row, int? Column, double Analytic, double Numeric, double RelativeError)
{
    /// <summary>Returns where the parameter is, and the two numbers.</summary>
    /// <returns>For instance <c>Layers[0].Weights[3, 2]: analytic 0.25, numeric 0.5, relative error 0.5</c>, in the invariant culture.
    /// </returns>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"Layers[{LayerIndex}].{(Column is { } column ? $"Weights[{Row}, {column}]" : $"Biases[{Row}]")}: ")
        + string.Create(CultureInfo.InvariantCulture, $"analytic {Analytic:G6}, numeric {Numeric:G6}, relative error {RelativeError:G2}");
}
