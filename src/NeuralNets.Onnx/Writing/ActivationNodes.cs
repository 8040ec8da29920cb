using System.Numerics;
using NeuralNets.Core.Activations;
using static NeuralNets.Onnx.Writing.GraphWriter;

namespace NeuralNets.Onnx.Writing;

/// <summary>The nodes of a layer's function. Opset 13 has one for most; GELU, SiLU and Mish are made of several, and so are those that ONNX
/// Runtime computes in float alone.</summary>
internal static class ActivationNodes
{
    private const double SeluScale = 1.0507009873554804934;
    private const double SeluAlpha = 1.6732632423543772848;

    /// <summary>Adds a function.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="activation">The function.</param>
    /// <param name="z">What it is of.</param>
    /// <param name="name">The name of its value.</param>
    /// <param name="layer">The layer in messages.</param>
    /// <returns>The name of its value.</returns>
    /// <exception cref="NotSupportedException">The function is not one of the catalog, or is GELU in double.</exception>
    public static string Add<T>(GraphWriter graph, ILayerActivation<T> activation, string z, string name, string layer)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        bool isDouble = typeof(T) == typeof(double);
        return activation switch
        {
            Identity<T> => graph.Node("Identity", name, [z]),
            Relu<T> => graph.Node("Relu", name, [z]),
            Sigmoid<T> => graph.Node("Sigmoid", name, [z]),
            Tanh<T> => graph.Node("Tanh", name, [z]),
            Softmax<T> => graph.Node("Softmax", name, [z], Attribute("axis", 1L)),
            Silu<T> => graph.Node("Mul", name, [z, graph.Node("Sigmoid", $"{name}.sigmoid", [z])]),
            Gelu<T> => !isDouble
                ? Gelu<T>(graph, z, name)
                : throw new NotSupportedException(
                    $"GELU can be exported in float only, but {layer} has it in double: ONNX Runtime's operator Erf takes float only. "
                    + "Save it as a NetworkFile, load that as floats with allowRounding, and export those."),
            Mish<T> => graph.Node("Mul", name, [z, graph.Node("Tanh", $"{name}.tanh", [Softplus<T>(graph, z, $"{name}.softplus")])]),
            Softplus<T> => Softplus<T>(graph, z, name),
            LeakyRelu<T> leaky => isDouble
                ? Rectifier<T>(graph, z, name, leaky.Slope, 1, isExponential: false)
                : graph.Node("LeakyRelu", name, [z], Attribute("alpha", (float)leaky.Slope)),
            Elu<T> elu => isDouble
                ? Rectifier<T>(graph, z, name, elu.Alpha, 1, isExponential: true)
                : graph.Node("Elu", name, [z], Attribute("alpha", (float)elu.Alpha)),
            Selu<T> => isDouble
                ? Rectifier<T>(graph, z, name, SeluAlpha * SeluScale, SeluScale, isExponential: true)
                : graph.Node("Selu", name, [z], Attribute("alpha", (float)SeluAlpha), Attribute("gamma", (float)SeluScale)),
            _ => throw new NotSupportedException(
                $"An ONNX file can have the functions of {nameof(ActivationCatalog<T>)}, but {layer} has {activation}, which is custom: "
                + "ONNX has no operator for it. Give the layer one of those functions."),
        };
    }

    private static string Gelu<T>(GraphWriter graph, string z, string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        string scaled = graph.Node("Mul", $"{name}.scaled", [z, graph.Scalar<T>($"{name}.sqrt_half", 0.70710678118654752440)]);
        string erf = graph.Node("Erf", $"{name}.erf", [scaled]);
        string sum = graph.Node("Add", $"{name}.sum", [erf, graph.Scalar<T>($"{name}.one", 1)]);
        string half = graph.Node("Mul", $"{name}.half_z", [z, graph.Scalar<T>($"{name}.half", 0.5)]);
        return graph.Node("Mul", name, [half, sum]);
    }

    /// <summary>ln(1 + eᶻ); in double max(z, 0) + ln(1 + e^−|z|), which does not overflow.</summary>
    private static string Softplus<T>(GraphWriter graph, string z, string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (typeof(T) != typeof(double))
        {
            return graph.Node("Softplus", name, [z]);
        }

        string negative = graph.Node("Neg", $"{name}.negative", [graph.Node("Abs", $"{name}.absolute", [z])]);
        string exp = graph.Node("Exp", $"{name}.exp", [negative]);
        string log = graph.Node("Log", $"{name}.log", [graph.Node("Add", $"{name}.sum", [exp, graph.Scalar<T>($"{name}.one", 1)])]);
        return graph.Node("Add", name, [graph.Node("Relu", $"{name}.relu", [z]), log]);
    }

    /// <summary>right·max(z, 0) + left·g(min(z, 0)), with g(z) = z or eᶻ − 1.</summary>
    private static string Rectifier<T>(GraphWriter graph, string z, string name, double left, double right, bool isExponential)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        string positive = graph.Node("Relu", $"{name}.positive", [z]);
        string negative = graph.Node("Min", $"{name}.negative", [z, graph.Scalar<T>($"{name}.zero", 0)]);
        if (isExponential)
        {
            string exp = graph.Node("Exp", $"{name}.exp", [negative]);
            negative = graph.Node("Sub", $"{name}.expm1", [exp, graph.Scalar<T>($"{name}.one", 1)]);
        }

        if (right != 1)
        {
            positive = graph.Node("Mul", $"{name}.right", [positive, graph.Scalar<T>($"{name}.right_factor", right)]);
        }

        string scaled = graph.Node("Mul", $"{name}.left", [negative, graph.Scalar<T>($"{name}.left_factor", left)]);
        return graph.Node("Add", name, [positive, scaled]);
    }
}
