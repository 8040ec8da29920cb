namespace NeuralNets.Onnx.Format;

/// <summary>A graph: its nodes in the order in which they can be computed.</summary>
internal sealed class OnnxGraph
{
    public List<OnnxNode> Nodes { get; } = [];

    public List<OnnxTensor> Initializers { get; } = [];

    public List<OnnxValueInfo> Inputs { get; } = [];

    public List<OnnxValueInfo> Outputs { get; } = [];

    /// <summary>Whether there are sparse tensors, which are not read.</summary>
    public bool HasSparse { get; private set; }

    public static OnnxGraph Read(ProtoReader reader)
    {
        var graph = new OnnxGraph();
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case Fields.Graph.Node:
                    graph.Nodes.Add(OnnxNode.Read(reader.ReadMessage()));
                    break;
                case Fields.Graph.Initializer:
                    graph.Initializers.Add(OnnxTensor.Read(reader.ReadMessage()));
                    break;
                case Fields.Graph.Input:
                    graph.Inputs.Add(OnnxValueInfo.Read(reader.ReadMessage()));
                    break;
                case Fields.Graph.Output:
                    graph.Outputs.Add(OnnxValueInfo.Read(reader.ReadMessage()));
                    break;
                default:
                    graph.HasSparse |= reader.Field == Fields.Graph.SparseInitializer;
                    reader.Skip();
                    break;
            }
        }

        return graph;
    }
}
