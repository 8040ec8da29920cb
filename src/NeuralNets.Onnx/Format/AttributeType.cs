namespace NeuralNets.Onnx.Format;

/// <summary>The kinds of attributes, with the numbers of the format.</summary>
internal enum AttributeType
{
    Undefined = 0,
    Float = 1,
    Int = 2,
    String = 3,
    Tensor = 4,
    Graph = 5,
    Floats = 6,
    Ints = 7,
    Strings = 8,
}
