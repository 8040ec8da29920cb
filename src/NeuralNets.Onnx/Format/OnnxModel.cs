using NeuralNets.Core.Serialization;

namespace NeuralNets.Onnx.Format;

/// <summary>A model: its graph, and the versions of the operators.</summary>
internal sealed class OnnxModel
{
    private OnnxModel(OnnxGraph graph, long opset)
    {
        Graph = graph;
        Opset = opset;
    }

    public OnnxGraph Graph { get; }

    /// <summary>The version of the operators without a domain; the newest one if the file does not say it.</summary>
    public long Opset { get; }

    /// <exception cref="InvalidDataException">It is not a model.</exception>
    public static OnnxModel Read(ProtoReader reader)
    {
        OnnxGraph? graph = null;
        long opset = 0;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case Fields.Model.Graph:
                    // The format lets a message come in parts, which no writer does.
                    graph = graph is null
                        ? OnnxGraph.Read(reader.ReadMessage())
                        : throw new InvalidDataException("a model must have one graph, but has two.");
                    break;
                case Fields.Model.OpsetImport:
                    opset = Math.Max(opset, ReadOpset(reader.ReadMessage()));
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return new OnnxModel(
            graph ?? throw new InvalidDataException("an ONNX model must have a graph, but there is none."),
            opset == 0 ? long.MaxValue : opset);
    }

    private static long ReadOpset(ProtoReader reader)
    {
        string domain = "";
        long version = 0;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case Fields.OperatorSet.Domain:
                    domain = reader.ReadString();
                    break;
                case Fields.OperatorSet.Version:
                    version = reader.ReadInteger();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return domain is "" or "ai.onnx" ? version : 0;
    }

    /// <summary>Returns a name for messages.</summary>
    public static string Quote(string name) => StrictJson.Quote(name);
}
