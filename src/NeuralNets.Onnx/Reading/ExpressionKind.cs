namespace NeuralNets.Onnx.Reading;

/// <summary>The operators of an <see cref="Expression"/>.</summary>
internal enum ExpressionKind
{
    Input,
    Constant,
    Add,
    Subtract,
    Multiply,
    Divide,
    Minimum,
    Maximum,
    Negate,
    Absolute,
    Exp,
    Log,
    Reciprocal,
    Erf,

    // Functions of the catalog, by their names there.
    Relu,
    LeakyRelu,
    Elu,
    Selu,
    Sigmoid,
    Tanh,
    Softplus,
    Gelu,
    Silu,
    Mish,
}
