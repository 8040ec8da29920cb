namespace NeuralNets.Onnx.Format;

/// <summary>A node: an operator and the names of what it takes and makes.</summary>
internal sealed class OnnxNode
{
    private readonly Dictionary<string, OnnxAttribute> _attributes = new(StringComparer.Ordinal);

    public string Name { get; private set; } = "";

    public string Operator { get; private set; } = "";

    public string Domain { get; private set; } = "";

    /// <summary>The names of the inputs, empty where one is left out.</summary>
    public List<string> Inputs { get; } = [];

    public List<string> Outputs { get; } = [];

    public OnnxAttribute? this[string name] => _attributes.GetValueOrDefault(name);

    public long Integer(string name, long otherwise) => this[name]?.Integer ?? otherwise;

    public double Number(string name, double otherwise) => this[name]?.Number ?? otherwise;

    public static OnnxNode Read(ProtoReader reader)
    {
        var node = new OnnxNode();
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case Fields.Node.Input:
                    node.Inputs.Add(reader.ReadString());
                    break;
                case Fields.Node.Output:
                    node.Outputs.Add(reader.ReadString());
                    break;
                case Fields.Node.Name:
                    node.Name = reader.ReadString();
                    break;
                case Fields.Node.OperatorType:
                    node.Operator = reader.ReadString();
                    break;
                case Fields.Node.Domain:
                    node.Domain = reader.ReadString();
                    break;
                case Fields.Node.Attribute:
                    OnnxAttribute attribute = OnnxAttribute.Read(reader.ReadMessage());
                    if (!node._attributes.TryAdd(attribute.Name, attribute))
                    {
                        throw new InvalidDataException(
                            $"a node must have an attribute once, but {node} has {OnnxModel.Quote(attribute.Name)} twice.");
                    }

                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return node;
    }

    /// <summary>Returns the node's name and operator for messages; a node without a name is called by its output.</summary>
    public override string ToString()
    {
        string name = Name.Length > 0 ? Name : Outputs.FirstOrDefault(output => output.Length > 0) ?? "";
        string type = Domain is "" or "ai.onnx" ? Operator : $"{Domain}.{Operator}";
        bool isPlain = type.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_');
        return $"node {OnnxModel.Quote(name)} ({(isPlain ? type : OnnxModel.Quote(type))})";
    }
}
