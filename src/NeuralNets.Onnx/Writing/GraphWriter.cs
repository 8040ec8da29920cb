using System.Numerics;
using System.Runtime.InteropServices;
using NeuralNets.Onnx.Format;

namespace NeuralNets.Onnx.Writing;

/// <summary>Builds a graph node by node: every value has one name, and each constant is an initializer.</summary>
internal sealed class GraphWriter
{
    /// <summary>The domain of the operators on labels and categories.</summary>
    public const string MachineLearning = "ai.onnx.ml";

    private readonly ProtoMessage _graph = new();
    private readonly List<ProtoMessage> _tensors = [];
    private readonly List<ProtoMessage> _inputs = [];
    private readonly List<ProtoMessage> _outputs = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    /// <summary>Whether a node is of <see cref="MachineLearning"/>.</summary>
    public bool UsesMachineLearning { get; private set; }

    /// <summary>Adds an input of any number of rows.</summary>
    public string Input(string name, TensorType type, long columns)
    {
        Reserve(name);
        _inputs.Add(ValueInfo(name, type, columns));
        return name;
    }

    /// <summary>Makes a value an output.</summary>
    /// <param name="value">The value, which a node of its own has given its name.</param>
    /// <param name="type">Its element type.</param>
    /// <param name="columns">The number of its columns; null if it is a vector of rows.</param>
    public void Output(string value, TensorType type, long? columns) => _outputs.Add(ValueInfo(value, type, columns));

    /// <summary>Returns a name that no other value has: the one wanted, or that with underscores.</summary>
    public string Reserve(string wanted)
    {
        string name = wanted;
        while (!_names.Add(name))
        {
            name += "_";
        }

        return name;
    }

    /// <summary>Adds a node with one output.</summary>
    /// <param name="operation">The operator.</param>
    /// <param name="output">The name of the output, as far as it is free.</param>
    /// <param name="inputs">The names of the inputs.</param>
    /// <param name="attributes">The attributes.</param>
    /// <returns>The name of the output.</returns>
    public string Node(string operation, string output, ReadOnlySpan<string> inputs, params ReadOnlySpan<ProtoMessage> attributes) =>
        Node("", operation, output, inputs, attributes);

    /// <inheritdoc cref="Node(string, string, ReadOnlySpan{string}, ReadOnlySpan{ProtoMessage})"/>
    public string Node(
        string domain, string operation, string output, ReadOnlySpan<string> inputs, params ReadOnlySpan<ProtoMessage> attributes)
    {
        string name = Reserve(output);
        var node = new ProtoMessage();
        foreach (string input in inputs)
        {
            node.Add(Fields.Node.Input, input);
        }

        node.Add(Fields.Node.Output, name).Add(Fields.Node.Name, name).Add(Fields.Node.OperatorType, operation);
        foreach (ProtoMessage attribute in attributes)
        {
            node.Add(Fields.Node.Attribute, attribute);
        }

        if (domain.Length > 0)
        {
            UsesMachineLearning = true;
            node.Add(Fields.Node.Domain, domain);
        }

        _graph.Add(Fields.Graph.Node, node);
        return name;
    }

    /// <summary>Adds a constant of numbers.</summary>
    /// <param name="wanted">Its name, as far as it is free.</param>
    /// <param name="values">Row by row.</param>
    /// <param name="dimensions">None for a single number.</param>
    /// <returns>Its name.</returns>
    public string Constant<T>(string wanted, ReadOnlySpan<T> values, params ReadOnlySpan<long> dimensions)
        where T : unmanaged
    {
        string name = Reserve(wanted);
        var tensor = new ProtoMessage();
        foreach (long dimension in dimensions)
        {
            tensor.Add(Fields.Tensor.Dimensions, dimension);
        }

        tensor.Add(Fields.Tensor.ElementType, (long)TypeOf<T>()).Add(Fields.Tensor.Name, name).Add(Fields.Tensor.RawBytes, Bytes(values));
        _tensors.Add(tensor);
        return name;
    }

    /// <summary>Adds a constant of one number.</summary>
    public string Scalar<T>(string wanted, T value)
        where T : unmanaged => Constant(wanted, new ReadOnlySpan<T>(in value));

    /// <summary>Adds a constant that is a number of a network's element type.</summary>
    public string Scalar<T>(string wanted, double value)
        where T : unmanaged, INumberBase<T> => Scalar(wanted, T.CreateChecked(value));

    /// <summary>Returns the graph. Nothing may be added afterwards.</summary>
    public ProtoMessage Build(string name)
    {
        _graph.Add(Fields.Graph.Name, name);
        foreach ((int field, List<ProtoMessage> messages) in (ReadOnlySpan<(int, List<ProtoMessage>)>)
            [(Fields.Graph.Initializer, _tensors), (Fields.Graph.Input, _inputs), (Fields.Graph.Output, _outputs)])
        {
            foreach (ProtoMessage message in messages)
            {
                _graph.Add(field, message);
            }
        }

        return _graph;
    }

    public static ProtoMessage Attribute(string name, long value) =>
        new ProtoMessage().Add(Fields.Attribute.Name, name).Add(Fields.Attribute.Int, value)
            .Add(Fields.Attribute.Type, (long)AttributeType.Int);

    public static ProtoMessage Attribute(string name, float value) =>
        new ProtoMessage().Add(Fields.Attribute.Name, name).Add(Fields.Attribute.Float, value)
            .Add(Fields.Attribute.Type, (long)AttributeType.Float);

    public static ProtoMessage Attribute(string name, string value) =>
        new ProtoMessage().Add(Fields.Attribute.Name, name).Add(Fields.Attribute.String, value)
            .Add(Fields.Attribute.Type, (long)AttributeType.String);

    public static ProtoMessage Attribute(string name, IEnumerable<long> values)
    {
        ProtoMessage attribute = new ProtoMessage().Add(Fields.Attribute.Name, name);
        foreach (long value in values)
        {
            attribute.Add(Fields.Attribute.Ints, value);
        }

        return attribute.Add(Fields.Attribute.Type, (long)AttributeType.Ints);
    }

    public static ProtoMessage Attribute(string name, IEnumerable<string> values)
    {
        ProtoMessage attribute = new ProtoMessage().Add(Fields.Attribute.Name, name);
        foreach (string value in values)
        {
            attribute.Add(Fields.Attribute.Strings, value);
        }

        return attribute.Add(Fields.Attribute.Type, (long)AttributeType.Strings);
    }

    /// <summary>Returns the format's type of an element type.</summary>
    public static TensorType TypeOf<T>()
        where T : unmanaged =>
        typeof(T) == typeof(float) ? TensorType.Float : typeof(T) == typeof(double) ? TensorType.Double : TensorType.Int64;

    private static byte[] Bytes<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        T[] copy = values.ToArray();
        LittleEndian.Swap<T>(copy);
        return MemoryMarshal.AsBytes<T>(copy).ToArray();
    }

    private static ProtoMessage ValueInfo(string name, TensorType type, long? columns)
    {
        ProtoMessage shape = new ProtoMessage()
            .Add(Fields.ValueInfo.Dimension, new ProtoMessage().Add(Fields.ValueInfo.DimensionName, "N"));
        if (columns is not null)
        {
            shape.Add(Fields.ValueInfo.Dimension, new ProtoMessage().Add(Fields.ValueInfo.DimensionValue, columns.Value));
        }

        ProtoMessage tensor = new ProtoMessage()
            .Add(Fields.ValueInfo.ElementType, (long)type)
            .Add(Fields.ValueInfo.Shape, shape);
        return new ProtoMessage()
            .Add(Fields.ValueInfo.Name, name)
            .Add(Fields.ValueInfo.Type, new ProtoMessage().Add(Fields.ValueInfo.TensorType, tensor));
    }
}
